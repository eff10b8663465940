package redemptions

import (
	"context"
	"net/http"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

func (h handler) holds(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/holds", ID: "hold", Tag: "Holds", Scope: shop.RedemptionsWrite,
		Status: http.StatusCreated, Replays: true, Errors: []int{404, 409}, Summary: "Reserve codes for an order",
		Doc: "Freezes the price and takes every limit that the redemption will take, until `expires_at`: for the time of a payment, say. " +
			"Order and codes together are the hold: sending the same again answers 200 with the same hold. " +
			"Commit it when the payment is through (redeeming the same order with the same codes does so, too), release it when it is not. " +
			"What a hold has had its time for is given to the next who needs it.",
	}, h.hold)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/holds/{id}", ID: "get_hold", Tag: "Holds", Scope: shop.RedemptionsRead,
		Errors: []int{404}, Summary: "Read a hold",
	}, h.getHold)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/holds/{id}/commit", ID: "commit_hold", Tag: "Holds", Scope: shop.RedemptionsWrite,
		Status: http.StatusCreated, Replays: true, Errors: []int{404, 409}, Summary: "Redeem what a hold reserved",
		Doc: "At the price of the hold, whatever has changed since. It works after `expires_at`, too, while nobody needed what was held, " +
			"or where as much is free again; otherwise it is 409 `hold_expired`.",
	}, h.commit)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/holds/{id}/release", ID: "release_hold", Tag: "Holds", Scope: shop.RedemptionsWrite,
		Errors: []int{404, 409}, Summary: "Give a hold up", Doc: "Doing it twice is doing it once.",
	}, h.release)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/holds/{id}/extend", ID: "extend_hold", Tag: "Holds", Scope: shop.RedemptionsWrite,
		Errors: []int{404, 409}, Summary: "Let a hold last longer", Doc: "A hold that lasts longer already stays as it is.",
	}, h.extend)
}

// HoldInput is an order and the codes that it reserves.
type HoldInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	AcceptLanguage string `header:"Accept-Language" hidden:"true"`
	Body           HoldRequest
}

// HoldRequest is the body of a hold.
type HoldRequest struct {
	RedemptionRequest
	ExpiresIn int64 `json:"expires_in,omitzero" minimum:"60" maximum:"86400" doc:"How long it lasts: seconds, 900 by default." example:"900"`
}

func (r HoldRequest) duration() time.Duration {
	if r.ExpiresIn == 0 {
		return coupon.DefaultHold
	}
	return time.Duration(r.ExpiresIn) * time.Second
}

// HoldOutput is a hold: 201 where it was made now, 200 where it is the same again.
type HoldOutput struct {
	Status int
	Body   coupon.Hold
}

func (h handler) hold(ctx context.Context, in *HoldInput) (*HoldOutput, error) {
	r, err := h.request(ctx, in.Body.RedemptionRequest, in.IdempotencyKey, in.AcceptLanguage, "hold")
	if err != nil {
		return nil, err
	}
	r.Hold = in.Body.duration()
	try, barred := h.guard.Admit(ctx, r.Person)
	held, again, err := coupon.TakeHold(ctx, coupon.Replaying(h.store, barred), r)
	return &HoldOutput{created(again), held}, try.Done(ctx, in.Body.Codes, held.Codes, again, err)
}

// HoldIDInput names a hold.
type HoldIDInput struct {
	ID             string `path:"id" maxLength:"64" example:"hold_8m3q1v7t0c5x2k9d0000"`
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: doing it twice is doing it once."`
}

// GetHoldInput names a hold to read.
type GetHoldInput struct {
	ID string `path:"id" maxLength:"64" example:"hold_8m3q1v7t0c5x2k9d0000"`
}

// GetHoldOutput is a hold.
type GetHoldOutput struct{ Body coupon.Hold }

// on does something to the redemption that the hold is.
func (in HoldIDInput) on(do func(id string) (coupon.Redemption, error)) (*GetHoldOutput, error) {
	id, ok := coupon.HeldRedemptionID(in.ID)
	if !ok {
		return nil, fault.ErrNotFound
	}
	r, err := do(id)
	return &GetHoldOutput{r.Hold()}, err
}

func (h handler) getHold(ctx context.Context, in *GetHoldInput) (*GetHoldOutput, error) {
	return HoldIDInput{ID: in.ID}.on(func(id string) (coupon.Redemption, error) {
		return h.store.Redemption(ctx, shop.CallerFrom(ctx).Space, id)
	})
}

func (h handler) commit(ctx context.Context, in *HoldIDInput) (*Output, error) {
	id, ok := coupon.HeldRedemptionID(in.ID)
	if !ok {
		return nil, fault.ErrNotFound
	}
	r, again, err := coupon.CommitHold(ctx, h.store, shop.CallerFrom(ctx), id)
	return &Output{created(again), r}, err
}

func (h handler) release(ctx context.Context, in *HoldIDInput) (*GetHoldOutput, error) {
	return in.on(func(id string) (coupon.Redemption, error) {
		r, _, err := h.store.Release(ctx, shop.CallerFrom(ctx).Space, id)
		return r, err
	})
}

// ExtendInput says until when a hold lasts.
type ExtendInput struct {
	HoldIDInput
	Body struct {
		ExpiresAt time.Time `json:"expires_at" doc:"At most 24 hours from now, with a time zone. A time, and no duration, so that sending it twice is sending it once."`
	}
}

func (h handler) extend(ctx context.Context, in *ExtendInput) (*GetHoldOutput, error) {
	until := moment.Stored(in.Body.ExpiresAt)
	if until.After(h.front.Now().Add(coupon.MaxHold)) {
		return nil, coupon.ErrHoldTooLong.At("expires_at")
	}
	return in.on(func(id string) (coupon.Redemption, error) {
		return h.store.Extend(ctx, shop.CallerFrom(ctx).Space, id, until)
	})
}
