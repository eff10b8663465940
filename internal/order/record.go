package order

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// The faults of orders that the shop tells.
var (
	ErrUnknown         = fault.Define(fault.NotFound, "order_unknown")
	ErrVersionDiffers  = fault.Define(fault.Conflict, "order_version_differs")
	ErrVersionMissing  = fault.Define(fault.Invalid, "order_version_missing")
	ErrPlacedMissing   = fault.Define(fault.Invalid, "order_placed_at_missing")
	ErrDiscountTooMuch = fault.Define(fault.Invalid, "discount_exceeds_order")
	ErrIDDiffers       = fault.Define(fault.Invalid, "order_id_differs")
)

// Record is an order as the shop told it last, and what came back of it. It
// holds no address: a guest is a keyed hash.
type Record struct {
	Object    string    `json:"object" enum:"order"`
	Livemode  bool      `json:"livemode"`
	Version   int64     `json:"version" doc:"The highest that was told; of an order told with updated_at its milliseconds since 1970."`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	Status    Status    `json:"status" enum:"placed,paid,fulfilled,cancelled,refunded"`
	Customer  string    `json:"customer,omitzero" doc:"The shop's id of the customer; a guest's address is not kept."`
	Order
	Subtotal int64 `json:"subtotal" doc:"The lines at the prices told, in minor units."`
	Discount int64 `json:"discount" doc:"What the shop took off."`
	Total    int64 `json:"total" doc:"What the shop charged, shipping and taxes included."`

	Returned       map[string]int64 `json:"returned,omitempty" doc:"How much of each line came back."`
	ReturnedAmount int64            `json:"returned_amount,omitzero" doc:"What that is worth: as the returns say, or their share of total less shipping."`
	Superseded     bool             `json:"superseded,omitzero" doc:"What was sent is older than what is here, which is shown."`

	Reached map[Status]time.Time `json:"-"` // when we first heard that it was in a state

	Person      string    `json:"-"` // keyed hash of who ordered; empty for nobody
	Fingerprint []byte    `json:"-"`
	EndedAt     time.Time `json:"-"` // when we last heard that it was cancelled or refunded, if ever
	Back        Back      `json:"-"`
}

// Told is an order as it comes in: what is charged is optional.
type Told struct {
	Record
	Charged *int64 // nil: the lines and shipping less discount
}

// New checks an order that the shop tells, and gives it as it is kept. Fields
// are named as the call has them.
func New(t Told) (Record, error) {
	r := t.Record
	r.Object, r.PlacedAt, r.UpdatedAt = "order", moment.Stored(r.PlacedAt), moment.Stored(r.UpdatedAt)
	if err := r.check(); err != nil {
		return r, err
	}
	if r.Version == 0 {
		r.Version = r.UpdatedAt.UnixMilli()
	} else {
		r.UpdatedAt = time.Time{}
	}
	totals, err := r.Check()
	if f, ok := fault.As(err); ok {
		return r, f.At(strings.TrimPrefix(f.Param, "order."))
	}
	if r.Discount > totals.Total {
		return r, ErrDiscountTooMuch.At("discount").Arg("total", money.Amount{Minor: totals.Total, Currency: r.Currency})
	}
	r.Subtotal, r.Total = totals.Subtotal, totals.Total-r.Discount
	if t.Charged != nil {
		r.Total = *t.Charged
	}
	return r, nil
}

func (r Record) check() error {
	switch {
	case r.Version == 0 && r.UpdatedAt.IsZero():
		return ErrVersionMissing.At("version")
	case r.PlacedAt.IsZero():
		return ErrPlacedMissing.At("placed_at")
	}
	if err := moment.Check(r.UpdatedAt, "updated_at"); err != nil {
		return err
	}
	if err := moment.Check(r.PlacedAt, "placed_at"); err != nil {
		return err
	}
	for key, value := range r.Metadata { // as the contract bounds it everywhere
		if key == "" || utf8.RuneCountInString(key) > 40 || utf8.RuneCountInString(value) > 500 {
			return fault.ErrInvalid.At("metadata")
		}
	}
	return nil
}

// Sign gives the record with a keyed hash of all that the shop told. Two
// deliveries with one fingerprint are one; the order of lines does not matter.
func (r Record) Sign(s shop.Secrets) Record {
	rest, err := json.Marshal([]any{
		r.Status, r.Person, r.Channel, r.PlacedAt, r.Metadata, r.Discount, r.Total, r.Version,
	})
	if err != nil {
		panic(fmt.Sprintf("order.Sign: %v", err)) // texts, times and integers always encode
	}
	r.Fingerprint = r.Order.Fingerprint(s, string(rest))
	return r
}

// Counts reports whether the order is one of its customer's.
func (r Record) Counts() bool { return !r.Status.Ends() }
