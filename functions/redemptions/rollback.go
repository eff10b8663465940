package redemptions

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// RollbackInput says what is undone of a redemption, and why.
type RollbackInput struct {
	IDInput
	IdempotencyKey string           `header:"Idempotency-Key" maxLength:"255" doc:"Redemption and return are the natural key; this guards against using one key for two of them."`
	Body           *RollbackRequest `required:"false"`
}

// RollbackRequest is the body of a rollback; a cancelled order needs none.
type RollbackRequest struct {
	Return string                `json:"return,omitzero" maxLength:"128" pattern:"^[A-Za-z0-9._:-]+$" patternDescription:"1 to 128 of A–Z a–z 0–9 . _ : -" doc:"The shop's id of the return that causes it; leave it out for a cancelled order."`
	Lines  []coupon.ReturnedLine `json:"lines,omitempty" maxItems:"100" doc:"What was returned, of a return in parts. Without lines all that is left is rolled back."`
	Gift   int64                 `json:"gift_amount,omitzero" minimum:"0" maximum:"9007199254740991" doc:"With lines: how much of what gift cards paid goes back to them, in minor units; the rest is refunded as it was paid. Without lines all of it goes back."`
}

// RollbackOutput is a rollback: 201 where it was made now, 200 where it is the first answer again.
type RollbackOutput struct {
	Status int
	Body   coupon.Rollback
}

func (h handler) rollBack(ctx context.Context, in *RollbackInput) (*RollbackOutput, error) {
	caller, u := shop.CallerFrom(ctx), coupon.Undo{}
	if in.Body != nil {
		u.Return, u.Lines, u.Gift = in.Body.Return, in.Body.Lines, in.Body.Gift
	}
	if err := u.Check(); err != nil {
		return nil, err
	}
	u.Replay = replayKey(caller, "rollback "+in.ID, in.IdempotencyKey)
	back, again, err := h.store.Rollback(ctx, caller.Space, in.ID, u)
	return &RollbackOutput{created(again), back}, err
}
