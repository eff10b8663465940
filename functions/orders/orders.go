// Package orders takes in what the shop has sold and what came back, and says
// what that makes of its customers.
//
// Who may call it: the shop's server only (secret key).
// What it may touch: reads keys, settings, and who a customer's hash is by now;
// reads and writes orders and returns, reads the figures that they add up to.
// It reads no coupon, and no name or address.
// Load: hot; one call for each change of an order, and every retry of it. What
// follows from an order hangs on its row (function relay).
package orders

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Store is what the function needs of storage.
type Store interface {
	// PutOrder takes in a version of an order. It gives the order as it is then, and reports whether this made it.
	PutOrder(ctx context.Context, sp shop.Space, r order.Record) (order.Record, bool, error)
	Order(ctx context.Context, sp shop.Space, id string) (order.Record, error)
	// Orders lists orders, newest first, below the sort key that ended the page before.
	Orders(ctx context.Context, sp shop.Space, f order.Filter, below string, limit int) ([]order.Record, string, error)
	// AddReturn takes in a return; it reports whether this is the first answer again.
	AddReturn(ctx context.Context, sp shop.Space, t order.Return) (order.Return, bool, error)
	// Figures gives what a person's orders add up to.
	Figures(ctx context.Context, sp shop.Space, person string) (customer.Figures, error)
	// Stages gives the shop's thresholds, from a cache of a few seconds.
	Stages(ctx context.Context, sp shop.Space) (customer.Thresholds, error)
}

type handler struct {
	front web.Front
	store Store
}

const tag = "Orders"

// New makes the function.
func New(f web.Front, store Store) http.Handler {
	api, h := web.NewAPI(f), handler{f, store}
	web.Handle(api, web.Op{
		Method: http.MethodPut, Path: "/v1/orders/{id}", ID: "put_order", Tag: tag, Scope: shop.OrdersWrite,
		Status: http.StatusCreated, Replays: true, Errors: []int{409}, Summary: "Tell an order",
		Doc: "The whole order as it is now, with a `version` (or `updated_at` in its place) that rises with every change: the highest wins, " +
			"in whatever sequence they arrive. 201 made the order, 200 did not. The same version again is answered with the order; with another content it is 409 " +
			"`order_version_differs`. An older one changes nothing: the answer is the newer order, with `superseded: true`. " +
			"What follows from an order, its customer's figures, stage and the coupons of a cancelled one, follows within a few seconds. " +
			"A cancelled or refunded order counts no more, and what it had redeemed is rolled back as by `POST /v1/redemptions/{id}/rollbacks`. " +
			"That also holds where the news of it arrives after a later version, which revived the order. " +
			"Put no names or addresses into `metadata`.",
	}, h.put)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/orders/{id}", ID: "get_order", Tag: tag, Scope: shop.OrdersRead,
		Errors: []int{404}, Summary: "Read an order",
	}, h.get)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/orders", ID: "list_orders", Tag: tag, Scope: shop.OrdersRead,
		Summary: "List orders, newest first",
		Doc: "All of the shop's, or a customer's, by the time at which they were placed, cancelled ones included. An order is listed a few " +
			"seconds after it was told, and moves as late when its `placed_at` changes.",
	}, h.list)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/orders/{id}/returns", ID: "return_order", Tag: tag, Scope: shop.OrdersWrite,
		Status: http.StatusCreated, Replays: true, Errors: []int{404, 409}, Summary: "Tell what came back of an order",
		Doc: "A return has an id of its own and never changes: sending it again answers 200 with the first answer, with another content " +
			"409 `return_differs`. No line has more back than it had. One that arrives before its order, or before the version that has " +
			"the line, is refused (`order_unknown`, `return_line_unknown`, `return_exceeds_order`): send it again once that was told. " +
			"The discount of what came back is taken back as by a rollback with this return's id, within a few seconds.",
	}, h.comeBack)
	h.stages(api)
	return api.Handler()
}

// IDInput names an order.
type IDInput struct {
	ID string `path:"id" maxLength:"128" example:"order-1001"`
}

// Output is an order.
type Output struct{ Body order.Record }

func (h handler) get(ctx context.Context, in *IDInput) (*Output, error) {
	r, err := h.store.Order(ctx, shop.CallerFrom(ctx).Space, in.ID)
	return &Output{r}, err
}
