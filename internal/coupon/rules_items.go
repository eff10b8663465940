package coupon

import (
	"slices"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

// What the thresholds of amounts see.
const (
	OnList = "list"
	OnLeft = "left"
)

// seen gives the lines' amounts as thresholds see them.
func (r *Rules) seen(c *Cart) []int64 {
	if r.ThresholdOn == OnLeft && c.Left != nil {
		return c.Left
	}
	return c.Totals.Lines
}

// counted sums amount and quantity of the lines that count.
func (r *Rules) counted(c *Cart) (amount, quantity int64) {
	amounts := r.seen(c)
	for i := range c.Order.Lines {
		if l := c.Order.Lines[i]; r.CountedItems.has(l) {
			amount += amounts[i]
			quantity += l.Quantity
		}
	}
	return amount, quantity
}

func (r *Rules) checkThresholds(c *Cart, f *failures) {
	amount, quantity := r.counted(c)
	in := c.money
	if low := r.MinimumAmount; amount < low {
		f.add(short(ErrMinimumAmount.At("order.lines"), in(low), in(low-amount)))
	}
	if high := r.MaximumAmount; high > 0 && amount > high {
		f.add(over(ErrMaximumAmount.At("order.lines"), in(high), in(amount-high)))
	}
	if low := r.MinimumQuantity; quantity < low {
		f.add(short(ErrMinimumQuantity.At("order.lines"), low, low-quantity))
	}
	if high := r.MaximumQuantity; high > 0 && quantity > high {
		f.add(over(ErrMaximumQuantity.At("order.lines"), high, quantity-high))
	}
}

// short says by how much a lower bound was missed, over an upper one passed.
func short(e *fault.Error, minimum, missing any) *fault.Error {
	return e.Arg("minimum", minimum).Arg("missing", missing)
}

func over(e *fault.Error, maximum, excess any) *fault.Error {
	return e.Arg("maximum", maximum).Arg("excess", excess)
}

func (r *Rules) checkItems(c *Cart, f *failures) {
	if wanted := r.RequiredItems; !slices.ContainsFunc(c.Order.Lines, wanted.has) { // nothing wanted is every line
		f.add(ErrRequiredItems.At("order.lines").Arg("items", slices.Concat(wanted.SKUs, wanted.Categories)))
	}
	if !r.ForbiddenItems.IsZero() {
		if ids := c.lines(r.ForbiddenItems.has); len(ids) > 0 {
			f.add(ErrForbiddenItems.At("order.lines").Arg("lines", ids))
		}
	}
	if !r.ForbidReduced {
		return
	}
	if ids := c.lines(func(l order.Line) bool { return l.Reduced }); len(ids) > 0 {
		f.add(ErrReducedLines.At("order.lines").Arg("lines", ids))
	}
}

// lines gives the ids of the lines that are so.
func (c *Cart) lines(so func(order.Line) bool) []string {
	var ids []string
	for _, l := range c.Order.Lines {
		if so(l) {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// money is an amount in the order's currency.
func (c *Cart) money(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: c.Order.Currency}
}
