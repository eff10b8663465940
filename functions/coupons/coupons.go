// Package coupons issues codes and manages them: a random one for one customer,
// a named one that everybody shares, or a batch of millions.
//
// Who may call it: the shop's server or a marketer's tool (secret key).
// What it may touch: reads keys and campaigns (and marks a campaign as issued
// and a code prefix as taken); reads and writes batches and coupons; adds to
// what is counted of attempts that fail.
// Load: medium; mass mailings come in bursts.
package coupons

import (
	"context"
	"net/http"
	"time"

	"github.com/lagniappe/lagniappe/internal/attempt"
	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Store is what the function needs of storage.
type Store interface {
	Campaign(ctx context.Context, sp shop.Space, id string) (coupon.Campaign, error)
	// AnsweredCoupon gives the first answer to a repeated call, if there is one.
	AnsweredCoupon(ctx context.Context, sp shop.Space, k idem.Key) (coupon.Coupon, bool, error)
	// IssueCoupon answers fault.ErrStale where the campaign was changed since it was read, before its first issue.
	IssueCoupon(ctx context.Context, sp shop.Space, s shop.Secrets, i coupon.Issue, once idem.Key) (coupon.Coupon, error)
	Coupon(ctx context.Context, sp shop.Space, id string) (coupon.Coupon, error)
	// CouponByCode answers coupon.ErrUnknown or fault.ErrNotFound for a code that is none.
	CouponByCode(ctx context.Context, sp shop.Space, s shop.Secrets, code coupon.Code) (coupon.Coupon, error)
	// Coupons lists newest first; the string says where the next page begins.
	Coupons(ctx context.Context, sp shop.Space, f coupon.Filter, below string, limit int) ([]coupon.Coupon, string, error)
	SetDisabled(ctx context.Context, sp shop.Space, id string, disabled bool) (coupon.Coupon, error)
	attempt.Store
	BatchStore
	cards
}

type handler struct {
	front web.Front
	store Store
	guard attempt.Guard
}

const tag = "Coupons"

// New makes the function.
func New(f web.Front, store Store) http.Handler {
	api, h := web.NewAPI(f), handler{f, store, attempt.Guard{Store: store, Now: f.Now, Log: f.Log}}
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/coupons", ID: "issue_coupon", Tag: tag, Scope: shop.CouponsWrite,
		Status: http.StatusCreated, Errors: []int{404, 409}, Summary: "Issue a coupon",
		Doc: "Without `code` it is random and for one use, and with `customer` only for that one. " +
			"With `code` it is named and for everybody; case, spaces and dashes do not matter, O counts as 0, I and L as 1. " +
			"Of a campaign with a `gift_balance` it is a gift card: random, with more characters, and a `balance` that orders spend in parts.",
	}, h.issue)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/coupons", ID: "list_coupons", Tag: tag, Scope: shop.CouponsRead,
		Summary: "List a campaign's or a customer's coupons, newest first",
		Doc:     "A coupon issued within the last second may be missing.",
	}, h.list)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/coupons/{id}", ID: "get_coupon", Tag: tag, Scope: shop.CouponsRead,
		Errors: []int{404}, Summary: "Read a coupon",
	}, h.get)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/coupons/lookup", ID: "look_up_coupon", Tag: tag, Scope: shop.CouponsRead,
		Errors: []int{404}, Summary: "Find a coupon by its code", Doc: "A POST, so that no code stands in an address or a log. " +
			"A key that looked up 10,000 codes in ten minutes that do not exist is answered 429 `too_many_wrong_codes`, with Retry-After.",
	}, h.lookUp)
	for path, disabled := range map[string]bool{"disable": true, "enable": false} {
		web.Handle(api, web.Op{
			Method: http.MethodPost, Path: "/v1/coupons/{id}/" + path, ID: path + "_coupon", Tag: tag, Scope: shop.CouponsWrite,
			Errors: []int{404}, Summary: map[bool]string{true: "Disable a coupon", false: "Enable a coupon"}[disabled],
			Doc: "A random code changes at once; redemptions of a shared code notice within 5 seconds. Doing it twice is doing it once.",
		}, h.setDisabled(disabled))
	}
	h.batches(api)
	h.cards(api)
	return api.Handler()
}

// IssueInput is a new coupon.
type IssueInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Body           CouponRequest
	RawBody        []byte
}

// CouponRequest is the body of an issue.
type CouponRequest struct {
	Campaign  string            `json:"campaign" maxLength:"64" example:"camp_06kd8t5v2w7x9y3z"`
	Code      string            `json:"code,omitzero" minLength:"4" maxLength:"60" doc:"A name for everybody; leave it out for a random code." example:"SUMMER26"`
	Balance   int64             `json:"balance,omitzero" minimum:"1" maximum:"9007199254740991" doc:"Of a gift card: what is on it at first, in minor units of the campaign's currency." example:"5000"`
	Customer  customer.Ref      `json:"customer,omitzero"`
	StartsAt  time.Time         `json:"starts_at,omitzero" doc:"First moment of this coupon's own validity."`
	ExpiresAt time.Time         `json:"expires_at,omitzero" doc:"First moment after this coupon's own validity."`
	Metadata  map[string]string `json:"metadata,omitempty" maxProperties:"50"`
}

// Output is a coupon.
type Output struct{ Body coupon.Coupon }
