package campaigns

import (
	"context"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// ForecastInput is a campaign, and orders to replay it over.
type ForecastInput struct {
	IDInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: nothing changes."`
	Body           ForecastRequest
}

// ForecastRequest is the body of a forecast: orders that are sent, or a span of the stored ones.
type ForecastRequest struct {
	Orders []coupon.PastOrder `json:"orders,omitempty" minItems:"1" maxItems:"1000" nullable:"false" doc:"Past orders, each with placed_at. What the campaign rules on must be in them: unit_cost for margins, customer_facts for rules on customers."`
	From   time.Time          `json:"placed_from,omitzero" doc:"In the place of orders: the stored ones (PUT /v1/orders) that were placed at this moment or later. The key needs the scope orders:read, too."`
	Until  time.Time          `json:"placed_until,omitzero" doc:"Stored orders that were placed before this moment."`
	Limit  int                `json:"limit,omitzero" minimum:"1" maximum:"1000" doc:"How many stored orders are looked at: 1000 unless said otherwise."`
	Cursor string             `json:"cursor,omitzero" maxLength:"1000" doc:"next_cursor of the forecast before."`
}

// ForecastOutput is what the campaign would have done.
type ForecastOutput struct{ Body coupon.Forecast }

func (h handler) forecast(ctx context.Context, in *ForecastInput) (*ForecastOutput, error) {
	stored, err := in.Body.stored()
	if err != nil {
		return nil, err
	}
	caller := shop.CallerFrom(ctx)
	if stored && !caller.Permits(shop.OrdersRead) {
		return nil, shop.ErrKeyNotPermitted.Arg("scope", string(shop.OrdersRead))
	}
	c, err := h.store.Campaign(ctx, caller.Space, in.ID)
	if err != nil {
		return nil, err
	}
	if stored {
		f, err := h.forecastStored(ctx, caller, c, in.Body)
		return &ForecastOutput{f}, err
	}
	f, err := c.Forecast(in.Body.Orders, h.front.Now())
	return &ForecastOutput{f}, err
}

// stored reports whether stored orders are asked for, and refuses what asks for both or neither.
func (r ForecastRequest) stored() (bool, error) {
	span := moment.Span{From: r.From, Until: r.Until}
	switch {
	case span != moment.Span{} && r.Orders != nil:
		return false, coupon.ErrFieldsExclusive.At("orders").Arg("other", "placed_from, placed_until")
	case span != moment.Span{}:
		return true, span.Check("placed_from", "placed_until")
	case r.Orders == nil:
		return false, coupon.ErrFieldMissing.At("orders")
	case r.Cursor != "":
		return false, coupon.ErrFieldsExclusive.At("cursor").Arg("other", "orders")
	case r.Limit != 0:
		return false, coupon.ErrFieldsExclusive.At("limit").Arg("other", "orders")
	}
	return false, nil
}

func (h handler) forecastStored(ctx context.Context, caller shop.Caller, c coupon.Campaign, r ForecastRequest) (f coupon.Forecast, err error) {
	span, limit := moment.Span{From: r.From, Until: r.Until}, r.Limit
	if limit == 0 {
		limit = coupon.MostReplayed
	}
	cursors := "forecast campaign=" + c.ID + " placed=" + span.String()
	after, err := web.Paging{Cursor: r.Cursor}.Position(ctx, caller, cursors)
	if err != nil {
		return f, err
	}
	past, err := h.store.PastOrders(ctx, caller.Space, c.History(span, after, limit, h.front.Now()))
	if err != nil {
		return f, err
	}
	if f, err = c.ForecastOver(past, h.front.Now()); err != nil {
		return f, err
	}
	f.NextCursor, err = web.Cursor(ctx, caller, cursors, past.Next)
	return f, err
}
