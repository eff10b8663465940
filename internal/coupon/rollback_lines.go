package coupon

import (
	"slices"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

// undiscounted are the lines of an order that no code takes anything off. They
// are kept with the redemption, so that it is known when all of an order came back.
func (r Redemption) undiscounted(lines []order.Line) map[string]int64 {
	rest := map[string]int64{}
	for _, l := range lines {
		if _, off := r.ordered(l.ID); !off {
			rest[l.ID] = l.Quantity
		}
	}
	return rest
}

// ordered is how many items a line has, as far as the redemption knows, and
// whether something was taken off it.
func (r Redemption) ordered(line string) (n int64, off bool) {
	for _, a := range r.Codes {
		for _, d := range a.Lines {
			if d.ID == line {
				return d.Quantity, true
			}
		}
	}
	return r.Undiscounted[line], false
}

// checkLines refuses a call that names lines which the order had not: it means
// another order, or misspells one. Where money goes back to gift cards, it may be for a
// line that came later. Redemptions that did not keep lines without discount know of none.
func (r Redemption) checkLines(u Undo) error {
	if u.followed || u.Gift > 0 || r.Undiscounted == nil {
		return nil
	}
	for i, l := range u.Lines {
		if whole, _ := r.ordered(l.ID); whole == 0 {
			return ErrLineUnknown.At(fieldAt("lines", i)+".id").Arg("line", l.ID)
		}
	}
	return nil
}

// takeBack moves one line's share from each code to the rollback. A line that
// is not known is none's: redemptions did not always keep those without discount.
func (r *Redemption) takeBack(l ReturnedLine, back *Rollback) *fault.Error {
	before := r.Returned[l.ID]
	whole, off := r.ordered(l.ID)
	switch {
	case whole == 0:
		return nil
	case before+l.Quantity > whole:
		return ErrReturnTooMuch.Arg("line", l.ID).Arg("left", whole-before)
	}
	r.Returned[l.ID] = before + l.Quantity
	if !off {
		return nil
	}
	taken := LineDiscount{ID: l.ID, Quantity: l.Quantity}
	for i := range r.Codes {
		for _, d := range r.Codes[i].Lines {
			if d.ID == l.ID {
				n := money.Share(d.Discount, before+l.Quantity, d.Quantity) - money.Share(d.Discount, before, d.Quantity)
				r.Codes[i].DiscountBack += n
				taken.Discount += n
			}
		}
	}
	r.DiscountBack += taken.Discount
	back.Discount += taken.Discount
	back.Lines = append(back.Lines, taken)
	return nil
}

// allBack reports whether returns of single lines have left nothing to roll
// back: no money, or else no line. What gift cards have paid may still go back to them.
func (r Redemption) allBack() bool {
	noMoney := r.Discount+r.GiftApplied > 0 && r.DiscountBack == r.Discount
	return r.GiftBack == r.GiftApplied && (noMoney || r.linesBack())
}

// linesBack reports whether every line of the order came back. It is not known
// of a redemption that did not keep those without discount.
func (r Redemption) linesBack() bool {
	if r.Undiscounted == nil {
		return false
	}
	for id, n := range r.Undiscounted {
		if r.Returned[id] < n {
			return false
		}
	}
	return !slices.ContainsFunc(r.Codes, func(a Applied) bool {
		return slices.ContainsFunc(a.Lines, func(d LineDiscount) bool { return r.Returned[d.ID] < d.Quantity })
	})
}

// takeRest moves to the rollback that completes it what is on no line: the
// discount on shipping, of an order of which nothing is left to ship.
func (r *Redemption) takeRest(back *Rollback) {
	back.Discount += r.Discount - r.DiscountBack
	r.DiscountBack = r.Discount
	for i := range r.Codes {
		r.Codes[i].DiscountBack = r.Codes[i].Discount
	}
}

// BudgetsBack is what a return takes back of each campaign's discounts, where
// after is what the redemption becomes by it.
func (r Redemption) BudgetsBack(after Redemption) map[string]int64 {
	back := map[string]int64{}
	for i, a := range after.Codes {
		if n := a.DiscountBack - r.Codes[i].DiscountBack; n > 0 {
			back[a.Campaign] += n
		}
	}
	return back
}
