package campaigns

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// ForecastInput is a campaign, and orders to replay it over.
type ForecastInput struct {
	IDInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: nothing changes."`
	Body           ForecastRequest
}

// ForecastRequest is the body of a forecast.
type ForecastRequest struct {
	Orders []coupon.PastOrder `json:"orders" minItems:"1" maxItems:"1000" nullable:"false" doc:"Past orders, each with placed_at. What the campaign rules on must be in them: unit_cost for margins, customer_facts for rules on customers."`
}

// ForecastOutput is what the campaign would have done.
type ForecastOutput struct{ Body coupon.Forecast }

func (h handler) forecast(ctx context.Context, in *ForecastInput) (*ForecastOutput, error) {
	c, err := h.store.Campaign(ctx, shop.CallerFrom(ctx).Space, in.ID)
	if err != nil {
		return nil, err
	}
	f, err := c.Forecast(in.Body.Orders, h.front.Now())
	return &ForecastOutput{f}, err
}
