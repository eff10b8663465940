package redemptions

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// RedeemInput is an order and the codes that it uses.
type RedeemInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	AcceptLanguage string `header:"Accept-Language" hidden:"true"`
	Body           RedemptionRequest
}

// RedemptionRequest is the body of a redemption.
type RedemptionRequest struct {
	Codes    []string       `json:"codes" maxItems:"10" nullable:"false" doc:"Up to ten codes; none ([]) where automatic campaigns are all there is." example:"[\"7KQ4-M2XC-9PDA\"]"`
	Mode     coupon.Mode    `json:"mode,omitzero" enum:"all,partial" doc:"all (the default): every code applies, or nothing is redeemed. partial: codes that do not apply are left out, each with its problem."`
	Order    order.Order    `json:"order"`
	Customer customer.Ref   `json:"customer,omitzero"`
	Facts    customer.Facts `json:"customer_facts,omitzero" doc:"What rules ask about the customer. A retry may tell other facts: they do not make it another redemption."`
}

// Output is a redemption: 201 where it was made now, 200 where it is the first answer again.
type Output struct {
	Status int
	Body   coupon.Redemption
}

func (h handler) redeem(ctx context.Context, in *RedeemInput) (*Output, error) {
	r, err := h.request(ctx, in.Body, in.IdempotencyKey, in.AcceptLanguage, "redeem")
	if err != nil {
		return nil, err
	}
	try, barred := h.guard.Admit(ctx, r.Person)
	redemption, again, err := coupon.Redeem(ctx, coupon.Replaying(h.store, barred), r)
	return &Output{created(again), redemption}, try.Done(ctx, in.Body.Codes, redemption.Codes, again, err)
}

// request checks what a redemption and a hold have in common.
func (h handler) request(ctx context.Context, b RedemptionRequest, key, language, route string) (coupon.Request, error) {
	caller := shop.CallerFrom(ctx)
	if err := coupon.CheckFacts(caller, b.Customer, b.Facts); err != nil {
		return coupon.Request{}, err
	}
	r, err := coupon.NewRequest(ctx, caller, b.Codes, b.Order, b.Customer, h.front.Now().UTC())
	if err != nil {
		return r, err
	}
	if r.Order.ID == "" {
		return r, coupon.ErrFieldMissing.At("order.id")
	}
	if b.Mode != "" {
		r.Mode = b.Mode
	}
	r.Replay = replayKey(caller, route, key)
	r.Say = func(f *fault.Error) string { return web.NewProblem(f, language, "").Detail }
	return r.Knowing(ctx, coupon.FactsFromCall(b.Facts))
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
	if err == nil && !r.Final() {
		err = fault.ErrNotFound // a hold
	}
	return &GetOutput{r}, err
}
