package orders

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// ListInput says which orders to list.
type ListInput struct {
	web.Paging
	Customer string    `query:"customer" maxLength:"128" doc:"Only of this customer: the shop's id (an address never stands in a URL)."`
	From     time.Time `query:"placed_from" doc:"Only those placed at this moment or later (RFC 3339, with a time zone)."`
	Until    time.Time `query:"placed_until" doc:"Only those placed before this moment."`

	empty error // of a parameter that was sent without a value
}

// Resolve notes a parameter that was sent empty: what was meant for somebody, or
// some time, must not become everybody's.
func (in *ListInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	for _, name := range []string{"customer", "placed_from", "placed_until"} {
		if q := u.Query(); q.Has(name) && q.Get(name) == "" {
			in.empty = fault.ErrInvalid.At(name)
		}
	}
	return nil
}

// ListOutput is a page of orders.
type ListOutput struct{ Body *web.List[order.Record] }

func (h handler) list(ctx context.Context, in *ListInput) (*ListOutput, error) {
	caller := shop.CallerFrom(ctx)
	f, err := in.filter(ctx, caller)
	if err != nil {
		return nil, err
	}
	cursors := "orders person=" + f.Person + " placed=" + f.String()
	below, err := in.Position(ctx, caller, cursors)
	if err != nil {
		return nil, err
	}
	found, next, err := h.store.Orders(ctx, caller.Space, f, below, in.Limit)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, cursors, found, next)
	return &ListOutput{page}, err
}

func (in *ListInput) filter(ctx context.Context, caller shop.Caller) (f order.Filter, err error) {
	if in.empty != nil {
		return f, in.empty
	}
	f.Span = moment.Span{From: in.From, Until: in.Until}
	if err = f.Check("placed_from", "placed_until"); err != nil || in.Customer == "" {
		return f, err
	}
	who := customer.Ref{ID: in.Customer}
	if err = who.Check("customer"); err != nil {
		return f, err
	}
	f.Person, err = who.Person(ctx, caller)
	return f, err
}
