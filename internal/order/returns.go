package order

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// The faults of returns.
var (
	ErrReturnDiffers       = fault.Define(fault.Conflict, "return_differs")
	ErrReturnTooMuch       = fault.Define(fault.Invalid, "return_exceeds_order")
	ErrReturnAmountTooMuch = fault.Define(fault.Invalid, "return_amount_exceeds_order")
	ErrReturnGiftTooMuch   = fault.Define(fault.Invalid, "return_gift_exceeds_return")
	ErrReturnLineUnknown   = fault.Define(fault.Invalid, "return_line_unknown")
)

// ReturnedLine is how much of an order's line came back.
type ReturnedLine struct {
	ID       string `json:"id" maxLength:"128" doc:"The order line's id."`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"1000000"`
}

// Return is that something of an order came back: a fact with an id of its own,
// which never changes.
type Return struct {
	Object     string         `json:"object" enum:"return"`
	ID         string         `json:"id" example:"return-1"`
	Livemode   bool           `json:"livemode"`
	Order      string         `json:"order" example:"order-1001"`
	Currency   string         `json:"currency" example:"EUR"`
	Lines      []ReturnedLine `json:"lines"`
	Amount     *int64         `json:"amount,omitempty" doc:"What the customer got for it, in minor units, as far as it was told."`
	Gift       int64          `json:"gift_amount,omitzero" doc:"How much of that went back to gift cards."`
	OccurredAt time.Time      `json:"occurred_at,omitzero"`
	CreatedAt  time.Time      `json:"created_at"`
}

// Same reports whether two of one id say the same.
func (t Return) Same(o Return) bool {
	byID := func(a, b ReturnedLine) int { return slices.Compare([]byte(a.ID), []byte(b.ID)) }
	mine, theirs := slices.SortedFunc(slices.Values(t.Lines), byID), slices.SortedFunc(slices.Values(o.Lines), byID)
	amounts := (t.Amount == nil) == (o.Amount == nil) && (t.Amount == nil || *t.Amount == *o.Amount)
	return slices.Equal(mine, theirs) && amounts && t.Gift == o.Gift && t.OccurredAt.Equal(o.OccurredAt)
}

// Back is what came back of an order so far. It is made of sums, so that it does
// not matter in which order returns arrive.
type Back struct {
	Count    int64            // returns
	Lines    map[string]int64 // how much of each line
	Unpriced map[string]int64 // of that, what came back without an amount
	Amount   int64            // the amounts that were told
}

// Plus adds a return.
func (b Back) Plus(t Return) Back {
	b.Count++
	b.Lines, b.Unpriced = cloned(b.Lines), cloned(b.Unpriced)
	for _, l := range t.Lines {
		b.Lines[l.ID] += l.Quantity
		if t.Amount == nil {
			b.Unpriced[l.ID] += l.Quantity
		}
	}
	if t.Amount != nil {
		b.Amount += *t.Amount
	}
	return b
}

func cloned(m map[string]int64) map[string]int64 {
	if m = maps.Clone(m); m == nil {
		m = map[string]int64{}
	}
	return m
}

// CheckReturn refuses what the order, as it was told last, cannot have back. The
// shop sends it again once it has told the version that can.
func (r Record) CheckReturn(t Return) error {
	seen := map[string]bool{}
	for i, l := range t.Lines {
		at := fmt.Sprintf("lines[%d]", i)
		n := slices.IndexFunc(r.Lines, func(o Line) bool { return o.ID == l.ID })
		switch {
		case seen[l.ID]:
			return ErrLineRepeated.At(at+".id").Arg("id", l.ID)
		case n < 0:
			return ErrReturnLineUnknown.At(at+".id").Arg("line", l.ID)
		}
		seen[l.ID] = true
		if left := max(r.Lines[n].Quantity-r.Back.Lines[l.ID], 0); l.Quantity > left {
			return ErrReturnTooMuch.At(at+".quantity").Arg("line", l.ID).Arg("left", left)
		}
	}
	return r.checkMoney(t)
}

// checkMoney refuses to give back more than was charged, and more to gift cards than is given back.
func (r Record) checkMoney(t Return) error {
	left := max(r.Total-r.Back.Amount, 0)
	if t.Amount != nil && *t.Amount > left {
		return ErrReturnAmountTooMuch.At("amount").Arg("left", money.Amount{Minor: left, Currency: r.Currency})
	}
	if t.Amount != nil {
		left = *t.Amount
	}
	if t.Gift > left {
		return ErrReturnGiftTooMuch.At("gift_amount").Arg("left", money.Amount{Minor: left, Currency: r.Currency})
	}
	return nil
}

// WithBack gives the record with what came back. A later version may have less
// of a line, or a smaller total, than came back already: more than all is not counted.
func (r Record) WithBack(b Back) Record {
	r.Back, r.Returned = b, nil
	var worth int64 // what came back without an amount, at the prices told
	for _, l := range r.Lines {
		if n := min(b.Lines[l.ID], l.Quantity); n > 0 {
			if r.Returned == nil {
				r.Returned = map[string]int64{}
			}
			r.Returned[l.ID] = n
		}
		worth += l.UnitAmount * min(b.Unpriced[l.ID], l.Quantity) // no more than the line, whose amount was checked
	}
	r.ReturnedAmount = b.Amount
	if goods := max(r.Total-r.ShippingAmount, 0); r.Subtotal > 0 {
		r.ReturnedAmount += money.Share(goods, worth, r.Subtotal)
	}
	r.ReturnedAmount = min(r.ReturnedAmount, r.Total)
	return r
}

// Spent is what the order is worth for what its customer has spent.
func (r Record) Spent() int64 {
	if !r.Counts() {
		return 0
	}
	return r.Total - r.ReturnedAmount
}
