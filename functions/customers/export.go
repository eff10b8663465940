package customers

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// ExportStore is what an export reads beside what the function reads anyway.
type ExportStore interface {
	// Held lists by what the customer is known, or was, under each id.
	Held(ctx context.Context, sp shop.Space, persons []string) ([]customer.Held, error)
	Figures(ctx context.Context, sp shop.Space, person string) (customer.Figures, error)
	Stages(ctx context.Context, sp shop.Space) (customer.Thresholds, error)
	Orders(ctx context.Context, sp shop.Space, f order.Filter, below string, limit int) ([]order.Record, string, error)
	ReturnsOf(ctx context.Context, sp shop.Space, id string) ([]order.Return, error)
	RedemptionsOf(ctx context.Context, sp shop.Space, id, below string, limit int) ([]coupon.Redemption, string, error)
	Coupons(ctx context.Context, sp shop.Space, f coupon.Filter, below string, limit int) ([]coupon.Coupon, string, error)
}

func (h handler) exports(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/customers/{id}/export", ID: "export_customer", Tag: tag, Scope: shop.CustomersRead,
		Errors: []int{404}, Summary: "All that is held about a customer, as one document",
		Doc: "Profile, addresses and numbers by which the customer is known or was (those are held as keyed hashes), the kinds of signals " +
			"kept to find duplicates, figures and stage, then the history of consents, orders with their returns and redemptions, and " +
			"coupons. Of somebody with more than `limit` of these together the rest follows with `cursor`: the first page has the " +
			"rest of the document. Orders of the last seconds may be missing.",
	}, h.export)
}

// ExportInput says whose data.
type ExportInput struct {
	IDInput
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"100" doc:"Entries of histories on a page."`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
}

// ExportOutput is the document, or a page of it.
type ExportOutput struct{ Body *CustomerExport }

// CustomerExport is all that is held about a person.
type CustomerExport struct {
	Object     string            `json:"object" enum:"customer_export"`
	Livemode   bool              `json:"livemode"`
	ExportedAt time.Time         `json:"exported_at"`
	About      *HeldOnce         `json:"about,omitempty" doc:"On the first page."`
	Consents   []consent.Consent `json:"consents" doc:"All that was said, latest first."`
	Orders     []ExportedOrder   `json:"orders" doc:"Newest first."`
	Coupons    []coupon.Coupon   `json:"coupons" doc:"Those that belong to the customer, or to one of the addresses."`
	HasMore    bool              `json:"has_more"`
	NextCursor string            `json:"next_cursor,omitzero" doc:"Pass it as cursor to get the next page."`
}

// HeldOnce is what there is one of.
type HeldOnce struct {
	Profile    customer.Customer   `json:"profile"`
	Identities []customer.Held     `json:"identities"`
	Merged     []FormerID          `json:"merged" doc:"Customers who were merged into this one."`
	Signals    []customer.Likeness `json:"signals" doc:"What is kept, as keyed hashes, to find possible duplicates: name_and_birthday, name_and_address."`
	Standing   customer.Standing   `json:"standing" doc:"Figures, and the loyalty stage that follows from them."`
}

// FormerID is the id of a customer who was merged into another.
type FormerID struct {
	ID string    `json:"id"`
	At time.Time `json:"merged_at"`
}

// ExportedOrder is an order with what came back of it, and what it redeemed.
type ExportedOrder struct {
	Order       order.Record        `json:"order"`
	Returns     []order.Return      `json:"returns"`
	Redemptions []coupon.Redemption `json:"redemptions" doc:"The latest 100."`
}

func (h handler) export(ctx context.Context, in *ExportInput) (*ExportOutput, error) {
	c, err := h.find(ctx, in.IDInput)
	if err != nil {
		return nil, err
	}
	caller, filter := shop.CallerFrom(ctx), "export of "+c.Person
	at, err := web.Paging{Cursor: in.Cursor}.Position(ctx, caller, filter)
	if err != nil {
		return nil, err
	}
	e := exporting{
		handler: h, space: caller.Space, c: c, room: in.Limit,
		out: &CustomerExport{
			Object: "customer_export", Livemode: caller.Space.Live, ExportedAt: h.front.Now().UTC(),
			Consents: []consent.Consent{}, Orders: []ExportedOrder{}, Coupons: []coupon.Coupon{},
		},
	}
	if in.Cursor == "" {
		if err := e.once(ctx); err != nil {
			return nil, err
		}
	}
	next, err := e.from(ctx, at)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, filter, []struct{}{}, next)
	if err != nil {
		return nil, err
	}
	e.out.HasMore, e.out.NextCursor = page.HasMore, page.NextCursor
	return &ExportOutput{e.out}, nil
}

// exporting is an export on its way: so much room is left on the page.
type exporting struct {
	handler
	space shop.Space
	c     customer.Customer
	room  int
	out   *CustomerExport
}

// once fills in what there is one of.
func (e *exporting) once(ctx context.Context) error {
	figures, err := e.store.Figures(ctx, e.space, e.c.Person)
	if err != nil {
		return err
	}
	stages, err := e.store.Stages(ctx, e.space)
	if err != nil {
		return err
	}
	held, err := e.store.Held(ctx, e.space, e.c.Persons())
	if err != nil {
		return err
	}
	about := HeldOnce{
		Profile: e.c, Identities: append([]customer.Held{}, held...), Merged: []FormerID{}, Signals: []customer.Likeness{},
		Standing: customer.Stand(figures, stages, e.out.ExportedAt),
	}
	for _, j := range e.c.Joined {
		about.Merged = append(about.Merged, FormerID{j.ID, j.At})
	}
	for _, s := range e.c.Signals {
		about.Signals = append(about.Signals, s.Reason)
	}
	e.out.About = &about
	return nil
}

// from goes through the histories, one after the other, and says where it
// stopped: the number of the history and a place in it. Consents are the first,
// then come orders and coupons.
func (e *exporting) from(ctx context.Context, at string) (string, error) {
	number, below, _ := strings.Cut(at, "|")
	n, _ := strconv.Atoi(number) // nothing but what is written below passes for a cursor
	for ; n < 3; n++ {
		if e.room == 0 {
			return fmt.Sprintf("%d|", n), nil
		}
		next, err := e.history(ctx, n, below)
		if err != nil || next != "" {
			return fmt.Sprintf("%d|%s", n, next), err
		}
		below = ""
	}
	return "", nil
}

func (e *exporting) history(ctx context.Context, n int, below string) (next string, err error) {
	switch n {
	case 0:
		e.out.Consents, next, err = e.store.ConsentFacts(ctx, e.space, e.c, below, e.room)
		e.room -= len(e.out.Consents)
	case 1:
		next, err = e.orders(ctx, below)
	default:
		var found []coupon.Coupon
		found, next, err = e.store.Coupons(ctx, e.space, coupon.Filter{Person: e.c.Person}, below, e.room)
		e.out.Coupons, e.room = append(e.out.Coupons, found...), e.room-len(found)
	}
	return next, err
}

// mostRedemptions bounds what is shown of one order; hardly any has two.
const mostRedemptions = 100

func (e *exporting) orders(ctx context.Context, below string) (string, error) {
	found, next, err := e.store.Orders(ctx, e.space, order.Filter{Person: e.c.Person}, below, e.room)
	if err != nil {
		return "", err
	}
	for _, r := range found {
		returns, err := e.store.ReturnsOf(ctx, e.space, r.ID)
		if err != nil {
			return "", err
		}
		redeemed, _, err := e.store.RedemptionsOf(ctx, e.space, r.ID, "", mostRedemptions)
		if err != nil {
			return "", err
		}
		e.out.Orders = append(e.out.Orders, ExportedOrder{r, append([]order.Return{}, returns...), append([]coupon.Redemption{}, redeemed...)})
	}
	e.room -= len(found)
	return next, nil
}
