package coupon

import (
	"slices"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

// How rules treat lines that are reduced already, and what thresholds see.
const (
	ReducedUncounted = "uncounted"
	ReducedForbidden = "forbidden"
	OnList           = "list"
	OnLeft           = "left"
)

// Items names lines by SKU or category: one of either is enough.
type Items struct {
	SKUs       []string `json:"skus,omitempty" maxItems:"200"`
	Categories []string `json:"categories,omitempty" maxItems:"200"`
}

// IsZero reports whether no line is named.
func (i Items) IsZero() bool { return len(i.SKUs) == 0 && len(i.Categories) == 0 }

// has reports whether the line is one of the items.
func (i *Items) has(l *order.Line) bool {
	if l.SKU != "" && slices.Contains(i.SKUs, l.SKU) {
		return true
	}
	for _, category := range l.Categories {
		if slices.Contains(i.Categories, category) {
			return true
		}
	}
	return false
}

// names lists what was named, for a sentence.
func (i *Items) names() []string { return slices.Concat(i.SKUs, i.Categories) }

// counts reports whether a line counts for minimum and maximum.
func (r *Rules) counts(l *order.Line) bool {
	return (r.CountedItems.IsZero() || r.CountedItems.has(l)) && !r.UncountedItems.has(l) &&
		(r.ReducedLines != ReducedUncounted || !l.Reduced)
}

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
		if l := &c.Order.Lines[i]; r.counts(l) {
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
	if !r.RequiredItems.IsZero() && len(c.lines(r.RequiredItems.has)) == 0 {
		f.add(ErrRequiredItems.At("order.lines").Arg("items", r.RequiredItems.names()))
	}
	if ids := c.lines(r.ForbiddenItems.has); len(ids) > 0 {
		f.add(ErrForbiddenItems.At("order.lines").Arg("lines", ids))
	}
	if r.ReducedLines != ReducedForbidden {
		return
	}
	if ids := c.lines(func(l *order.Line) bool { return l.Reduced }); len(ids) > 0 {
		f.add(ErrReducedLines.At("order.lines").Arg("lines", ids))
	}
}

// lines gives the ids of the lines that are so.
func (c *Cart) lines(so func(*order.Line) bool) []string {
	var ids []string
	for i := range c.Order.Lines {
		if l := &c.Order.Lines[i]; so(l) {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// money is an amount in the order's currency.
func (c *Cart) money(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: c.Order.Currency}
}
