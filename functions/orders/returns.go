package orders

import (
	"context"
	"net/http"
	"time"

	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// ReturnInput is what came back.
type ReturnInput struct {
	IDInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: the return's id is the natural key."`
	Body           ReturnRequest
}

// ReturnRequest is the body of a return.
type ReturnRequest struct {
	ID         string               `json:"id" minLength:"1" maxLength:"128" pattern:"^[A-Za-z0-9._:-]+$" patternDescription:"1 to 128 of A–Z a–z 0–9 . _ : -" doc:"The shop's own id of the return." example:"return-1"`
	Lines      []order.ReturnedLine `json:"lines" minItems:"1" maxItems:"100" nullable:"false" doc:"How much of which lines."`
	Amount     *int64               `json:"amount,omitempty" minimum:"0" maximum:"9007199254740991" nullable:"false" doc:"What the customer gets for it, in minor units; by default the lines' share of the order's total less shipping."`
	Gift       int64                `json:"gift_amount,omitzero" minimum:"0" maximum:"9007199254740991" doc:"How much of that goes back to gift cards which paid the order. Where they paid in several redemptions, roll those back yourself."`
	OccurredAt time.Time            `json:"occurred_at,omitzero" doc:"When it came back, with a time zone."`
}

// ReturnOutput is a return: 201 where it was taken in now, 200 where it is the first answer again.
type ReturnOutput struct {
	Status int
	Body   order.Return
}

func (h handler) comeBack(ctx context.Context, in *ReturnInput) (*ReturnOutput, error) {
	caller, b := shop.CallerFrom(ctx), in.Body
	if err := moment.Check(b.OccurredAt, "occurred_at"); err != nil {
		return nil, err
	}
	t := order.Return{
		Object: "return", ID: b.ID, Livemode: caller.Space.Live, Order: in.ID, Lines: b.Lines, Amount: b.Amount, Gift: b.Gift,
		OccurredAt: moment.Stored(b.OccurredAt), CreatedAt: moment.Stored(h.front.Now()),
	}
	made, again, err := h.store.AddReturn(ctx, caller.Space, t)
	if again {
		return &ReturnOutput{http.StatusOK, made}, err
	}
	return &ReturnOutput{http.StatusCreated, made}, err
}
