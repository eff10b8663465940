package orders

import (
	"context"
	"net/http"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// PutInput is an order as the shop tells it.
type PutInput struct {
	ID   string `path:"id" minLength:"1" maxLength:"128" pattern:"^[A-Za-z0-9._:-]+$" patternDescription:"1 to 128 of A–Z a–z 0–9 . _ : - (no e-mail addresses)" example:"order-1001"`
	Body OrderRequest
}

// OrderRequest is the body that tells an order.
type OrderRequest struct {
	order.Order
	Version   int64        `json:"version,omitzero" minimum:"1" maximum:"9007199254740991" doc:"Rises with every change of the order." example:"1"`
	UpdatedAt time.Time    `json:"updated_at,omitzero" doc:"In the place of version: when the shop changed the order last, to the millisecond. An order has one or the other throughout."`
	Status    order.Status `json:"status" enum:"placed,paid,fulfilled,cancelled,refunded"`
	Customer  customer.Ref `json:"customer,omitzero" doc:"Who ordered; without one the order counts for nobody."`
	Discount  int64        `json:"discount,omitzero" minimum:"0" maximum:"9007199254740991" doc:"What the shop took off, shipping included, in minor units." example:"539"`
	Total     *int64       `json:"total,omitempty" minimum:"0" maximum:"9007199254740991" nullable:"false" doc:"What the shop charged, shipping and taxes included, in minor units; by default lines and shipping less discount. What gift cards paid is charged, too." example:"4851"`
}

// PutOutput is an order: 201 where this call made it, 200 where it was there.
type PutOutput struct {
	Status int
	Body   order.Record
}

func (h handler) put(ctx context.Context, in *PutInput) (*PutOutput, error) {
	caller, b := shop.CallerFrom(ctx), in.Body
	t := order.Told{Charged: b.Total, Record: order.Record{
		Livemode: caller.Space.Live, Version: b.Version, UpdatedAt: b.UpdatedAt, Status: b.Status,
		Customer: b.Customer.ID, Order: b.Order, Discount: b.Discount,
	}}
	if b.ID != "" && b.ID != in.ID {
		return nil, order.ErrIDDiffers.At("id")
	}
	t.ID = in.ID
	if !b.Customer.IsZero() {
		if err := b.Customer.Check("customer"); err != nil {
			return nil, err
		}
	}
	var err error
	if t.Person, err = b.Customer.Person(ctx, caller); err != nil {
		return nil, err
	}
	r, err := order.New(t)
	if err != nil {
		return nil, err
	}
	is, made, err := h.store.PutOrder(ctx, caller.Space, r.Sign(caller.Secrets))
	if made {
		return &PutOutput{http.StatusCreated, is}, err
	}
	return &PutOutput{http.StatusOK, is}, err
}
