package redemptions

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// RedeemInput is an order and the code that it uses.
type RedeemInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Body           RedemptionRequest
}

// RedemptionRequest is the body of a redemption.
type RedemptionRequest struct {
	Codes    []string     `json:"codes" minItems:"1" maxItems:"1" nullable:"false" doc:"One code." example:"[\"7KQ4-M2XC-9PDA\"]"`
	Order    order.Order  `json:"order"`
	Customer customer.Ref `json:"customer,omitzero"`
}

// Output is a redemption: 201 where it was made now, 200 where it is the first answer again.
type Output struct {
	Status int
	Body   coupon.Redemption
}

func (h handler) redeem(ctx context.Context, in *RedeemInput) (*Output, error) {
	caller := shop.CallerFrom(ctx)
	r, err := coupon.NewRequest(ctx, caller, in.Body.Codes[0], in.Body.Order, in.Body.Customer, h.front.Now().UTC())
	if err != nil {
		return nil, err
	}
	if r.Order.ID == "" {
		return nil, coupon.ErrFieldMissing.At("order.id")
	}
	r.Replay = replayKey(caller, "redeem", in.IdempotencyKey)
	redemption, again, err := coupon.Redeem(ctx, h.store, r)
	return &Output{created(again), redemption}, err
}

// replayKey is the keyed hash of an Idempotency-Key, which stands on the row of the effect.
func replayKey(c shop.Caller, route, header string) string {
	if header == "" {
		return ""
	}
	return c.Secrets.Replay.ID("", route, header)
}

// created is 201 for a new thing, 200 for the first answer again.
func created(again bool) int {
	if again {
		return http.StatusOK
	}
	return http.StatusCreated
}

// IDInput names a redemption.
type IDInput struct {
	ID string `path:"id" maxLength:"64" example:"rdm_8m3q1v7t0c5x2k9d0000"`
}

// GetOutput is a redemption.
type GetOutput struct{ Body coupon.Redemption }

func (h handler) get(ctx context.Context, in *IDInput) (*GetOutput, error) {
	r, err := h.store.Redemption(ctx, shop.CallerFrom(ctx).Space, in.ID)
	return &GetOutput{r}, err
}

// RollbackInput says why a redemption is undone.
type RollbackInput struct {
	IDInput
	IdempotencyKey string           `header:"Idempotency-Key" maxLength:"255" doc:"Redemption and return are the natural key; this guards against using one key for two of them."`
	Body           *RollbackRequest `required:"false"`
}

// RollbackRequest is the body of a rollback; a cancelled order needs none.
type RollbackRequest struct {
	Return string `json:"return,omitzero" maxLength:"128" pattern:"^[A-Za-z0-9._:-]+$" patternDescription:"1 to 128 of A–Z a–z 0–9 . _ : -" doc:"The shop's id of the return that causes it; leave it out for a cancelled order."`
}

// RollbackOutput is a rollback: 201 where it was made now, 200 where it is the first answer again.
type RollbackOutput struct {
	Status int
	Body   coupon.Rollback
}

func (h handler) rollBack(ctx context.Context, in *RollbackInput) (*RollbackOutput, error) {
	cause := ""
	if in.Body != nil {
		cause = in.Body.Return
	}
	caller := shop.CallerFrom(ctx)
	back, again, err := h.store.Rollback(ctx, caller.Space, in.ID, cause, replayKey(caller, "rollback "+in.ID, in.IdempotencyKey))
	return &RollbackOutput{created(again), back}, err
}
