// Package redemptions uses coupons up, reserves them, and gives them back.
//
// Who may call it: the shop's server only (secret key).
// What it may touch: reads keys and campaigns; reads and writes coupons, their
// seats and the counters of their limits; adds to what is counted of attempts
// that fail; reads which redemptions are an order's.
// Load: hot; one call per order with a coupon, and every retry of it.
package redemptions

import (
	"context"
	"net/http"
	_ "time/tzdata" // rules name time zones, and the machine may know none

	"github.com/lagniappe/lagniappe/internal/attempt"
	"github.com/lagniappe/lagniappe/internal/coupon"
	_ "github.com/lagniappe/lagniappe/internal/expression" // rules have expressions
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Store is what the function needs of storage.
type Store interface {
	coupon.Writer
	attempt.Store
	// Rollback undoes a redemption or a part of it, once for each return; it
	// reports whether this is the first answer again.
	Rollback(ctx context.Context, sp shop.Space, id string, u coupon.Undo) (coupon.Rollback, bool, error)
	// RedemptionsOf lists what an order redeemed, below the sort key that ended the page before.
	RedemptionsOf(ctx context.Context, sp shop.Space, order, below string, limit int) ([]coupon.Redemption, string, error)
	// Release gives a hold up; it reports whether that was done before.
	Release(ctx context.Context, sp shop.Space, id string) (coupon.Redemption, bool, error)
}

type handler struct {
	front web.Front
	store Store
	guard attempt.Guard
}

// New makes the function.
func New(f web.Front, store Store) http.Handler {
	api, h := web.NewAPI(f), handler{f, store, attempt.Guard{Store: store, Now: f.Now, Log: f.Log}}
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/redemptions", ID: "redeem", Tag: "Redemptions", Scope: shop.RedemptionsWrite,
		Status: http.StatusCreated, Replays: true, Errors: []int{404, 409}, Summary: "Redeem codes for an order",
		Doc: "Codes and order together are the redemption: sending the same again answers 200 with the first answer, " +
			"sending the order with other lines, amounts or codes answers 409 `redemption_differs`. After a rollback the order can redeem again. " +
			"With an Idempotency-Key a late copy of a request whose redemption was rolled back since makes no second use; " +
			"it is answered with that redemption. " +
			"A campaign that is paused or changed is noticed within 5 seconds. " +
			"A customer who tried 30 codes in ten minutes that do not exist, or are another's, is answered 429 `too_many_wrong_codes` " +
			"for any code, with Retry-After; a redemption that is made already is still answered.",
	}, h.redeem)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/redemptions", ID: "list_redemptions", Tag: "Redemptions", Scope: shop.RedemptionsRead,
		Summary: "List what an order redeemed",
		Doc: "Rolled back ones included, whether or not the order itself was told. A redemption is listed a few seconds after it was made; " +
			"one that is listed is shown as it is now.",
	}, h.list)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/redemptions/{id}", ID: "get_redemption", Tag: "Redemptions", Scope: shop.RedemptionsRead,
		Errors: []int{404}, Summary: "Read a redemption",
	}, h.get)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/redemptions/{id}/rollbacks", ID: "roll_back", Tag: "Redemptions", Scope: shop.RedemptionsWrite,
		Status: http.StatusCreated, Replays: true, Errors: []int{404, 409}, Summary: "Roll a redemption back",
		Doc: "Gives back the uses and the customer's limits, once: sending it again answers 200 with the first answer. " +
			"With `lines` it takes back their part of the discount, once for each `return`; all parts sum to the whole.",
	}, h.rollBack)
	h.holds(api)
	return api.Handler()
}
