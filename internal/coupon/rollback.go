package coupon

import (
	"maps"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

// The faults of rollbacks.
var (
	ErrRolledBack    = fault.Define(fault.Conflict, "already_rolled_back")
	ErrReturnDiffers = order.ErrReturnDiffers
	ErrReturnTooMuch = order.ErrReturnTooMuch
	ErrReturnMissing = fault.Define(fault.Invalid, "return_missing")
	ErrLineUnknown   = fault.Define(fault.Invalid, "redemption_line_unknown")
)

// Undo says what of a redemption is undone: all that is left of it, or, where
// lines are named, their part.
type Undo struct {
	Return string // the shop's id of the return; empty for a cancellation
	Lines  []ReturnedLine
	Gift   int64  // with lines: what of it goes back to gift cards; without, all of it does
	Replay string // keyed hash of the Idempotency-Key; empty without one

	followed bool // it follows from an order, whose lines may have come after the redemption
}

// ReturnedLine is how much of an order's line came back.
type ReturnedLine = order.ReturnedLine

// Check refuses a return in parts that has no id of its own, which is what tells it from the next.
func (u Undo) Check() error {
	if len(u.Lines) > 0 && u.Return == "" {
		return ErrReturnMissing.At("return")
	}
	if len(u.Lines) == 0 && u.Gift != 0 {
		return ErrFieldMissing.At("lines")
	}
	return nil
}

// Rollback is the undoing of a redemption, or of a part of it.
type Rollback struct {
	Object     string         `json:"object" enum:"rollback"`
	Livemode   bool           `json:"livemode"`
	Redemption string         `json:"redemption" example:"rdm_8m3q1v7t0c5x2k9d0000"`
	Return     string         `json:"return,omitzero" doc:"The shop's id of the return that caused it; empty for a cancellation."`
	Order      string         `json:"order"`
	Currency   string         `json:"currency"`
	Discount   int64          `json:"discount" doc:"What this takes back of the discount, in minor units: all rollbacks of a redemption sum to its discount."`
	Lines      []LineDiscount `json:"lines,omitempty" doc:"Where lines were returned: what this takes back of each."`
	GiftAmount int64          `json:"gift_amount" doc:"What goes back to gift cards, in minor units: all rollbacks of a redemption sum to its gift_applied."`
	Cards      []CardAmount   `json:"cards,omitempty" doc:"To which cards."`
	Complete   bool           `json:"complete" doc:"Nothing of the redemption is left, or no line of its order: its uses are given back, unless the campaign keeps them."`
	CreatedAt  time.Time      `json:"created_at"`

	Asked []ReturnedLine `json:"-"` // the lines as they were sent
}

// Same reports whether a repeated return names the same lines.
func (b Rollback) Same(u Undo) bool {
	quantities := func(lines []ReturnedLine) map[string]int64 {
		m := map[string]int64{}
		for _, l := range lines {
			m[l.ID] += l.Quantity
		}
		return m
	}
	return maps.Equal(quantities(b.Asked), quantities(u.Lines)) && (len(u.Lines) == 0 || b.GiftAmount == u.Gift)
}

// Undo gives the redemption after a return, and what the return takes back. A
// line's share of the discount follows its quantity, rounded down for the
// returns so far together: so the parts sum to the whole exactly.
func (r Redemption) Undo(u Undo, now time.Time) (Redemption, Rollback, error) {
	back := Rollback{
		Object: "rollback", Livemode: r.Livemode, Redemption: r.ID, Return: u.Return, Order: r.Order,
		Currency: r.Currency, Asked: u.Lines, CreatedAt: now,
	}
	if len(u.Lines) == 0 {
		back.Discount, back.Complete = r.Discount-r.DiscountBack, true
		r.payBack(r.GiftApplied-r.GiftBack, &back)
		return r.Undone(now), back, nil
	}
	if left := r.GiftApplied - r.GiftBack; u.Gift > left {
		return Redemption{}, Rollback{}, ErrGiftTooMuch.At("gift_amount").Arg("left", money.Amount{Minor: left, Currency: r.Currency})
	}
	if err := r.checkLines(u); err != nil {
		return Redemption{}, Rollback{}, err
	}
	after := r
	after.Codes, after.Returned = slices.Clone(r.Codes), maps.Clone(r.Returned)
	if after.Returned == nil {
		after.Returned = map[string]int64{}
	}
	for i, l := range u.Lines {
		if err := after.takeBack(l, &back); err != nil {
			return Redemption{}, Rollback{}, err.At(fieldAt("lines", i) + ".quantity")
		}
	}
	after.payBack(u.Gift, &back)
	if back.Complete = after.allBack(); back.Complete {
		after.takeRest(&back)
		return after.Undone(now), back, nil
	}
	return after, back, nil
}

// payBack moves so much of what cards paid from the redemption to the rollback:
// from the card that was named last first, so that the others keep theirs spent.
func (r *Redemption) payBack(amount int64, back *Rollback) {
	r.Codes = slices.Clone(r.Codes)
	for i := len(r.Codes) - 1; i >= 0; i-- {
		c := &r.Codes[i]
		n := min(amount, c.GiftApplied-c.GiftBack)
		if n == 0 {
			continue
		}
		amount -= n
		c.GiftBack += n
		r.GiftBack += n
		back.GiftAmount += n
		back.Cards = append(back.Cards, CardAmount{c.Coupon, n})
	}
}

// Paid is what gift cards have paid and not got back.
func (r Redemption) Paid() []CardAmount {
	var paid []CardAmount
	for _, c := range r.Codes {
		if n := c.GiftApplied - c.GiftBack; n > 0 {
			paid = append(paid, CardAmount{c.Coupon, n})
		}
	}
	return paid
}
