package coupon

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

// till is an order while it is priced: what each item still costs.
//
// Every decision is made on lots, the items of all lines that differ in nothing
// but their ids and quantities, so that it does not matter how a quantity is
// split into lines. Items are counted, never listed.
type till struct {
	cart     Cart
	group    []int // of each line: the first line that differs in nothing but id and quantity
	runs     []run // sorted by group, value, line
	shipping int64 // left of the order's
	cost     int64 // of the lines that say what they cost the shop
	list     int64 // what those sell for before any discount
	last     *spreading
}

// run is so many items of a line that cost the same by now.
type run struct {
	line            int
	value, quantity int64
}

// lot is so many items of a group that cost the same by now.
type lot struct {
	group           int
	value, quantity int64
}

func (l lot) amount() int64 { return l.value * l.quantity }

func newTill(c Cart) *till {
	t := &till{cart: c, shipping: c.Order.ShippingAmount, cost: c.cost(), group: make([]int, len(c.Order.Lines)), runs: make([]run, 0, 2*len(c.Order.Lines))}
	first := make(map[string]int, len(c.Order.Lines))
	kind := make([]byte, 0, 128)
	for i, l := range c.Order.Lines {
		kind = appendKind(kind[:0], l)
		g, ok := first[string(kind)]
		if !ok {
			g = i
			first[string(kind)] = i
		}
		t.group[i] = g
		t.runs = append(t.runs, run{i, l.UnitAmount, l.Quantity})
	}
	t.settle()
	t.list = t.sells()
	return t
}

// appendKind writes what two lines have in common that are one thing on two lines.
func appendKind(b []byte, l order.Line) []byte {
	b = strconv.AppendBool(strconv.AppendQuote(b, l.SKU), l.Reduced)
	for _, n := range [...]int64{l.UnitAmount, l.UnitCost, l.MinimumUnitAmount} {
		b = strconv.AppendInt(append(b, ' '), n, 10)
	}
	if len(l.Categories) > 1 { // in any order, as the fingerprint has them
		l.Categories = slices.Compact(slices.Sorted(slices.Values(l.Categories)))
	}
	for _, c := range l.Categories {
		b = strconv.AppendQuote(b, c)
	}
	return b
}

// settle sorts the runs, and merges those that have become alike.
func (t *till) settle() {
	slices.SortFunc(t.runs, func(a, b run) int {
		switch x, y := t.group[a.line], t.group[b.line]; {
		case x != y:
			return x - y
		case a.value != b.value:
			return cmp.Compare(a.value, b.value)
		}
		return a.line - b.line
	})
	kept := t.runs[:0]
	for _, r := range t.runs {
		n := len(kept)
		switch {
		case r.quantity == 0:
		case n > 0 && kept[n-1].line == r.line && kept[n-1].value == r.value:
			kept[n-1].quantity += r.quantity
		default:
			kept = append(kept, r)
		}
	}
	t.runs = kept
}

// lots gives the items of chosen lines that still cost something, by group and
// value. What costs nothing, or nothing any more, is neither reduced nor counted.
func (t *till) lots(chosen func(order.Line) bool) []lot {
	var lots []lot
	var group int
	var in bool
	for i, r := range t.runs {
		if g := t.group[r.line]; i == 0 || g != group {
			group, in = g, chosen(t.cart.Order.Lines[g])
		}
		if !in || r.value == 0 {
			continue
		}
		if n := len(lots); n > 0 && lots[n-1].group == group && lots[n-1].value == r.value {
			lots[n-1].quantity += r.quantity
		} else {
			lots = append(lots, lot{group, r.value, r.quantity})
		}
	}
	return lots
}

// room is how much can be taken off an item of the lot: none goes below its line's least price.
func (t *till) room(l lot) int64 {
	return max(0, l.value-t.cart.Order.Lines[l.group].MinimumUnitAmount)
}

// left is what every line costs by now.
func (t *till) left() []int64 {
	left := make([]int64, len(t.cart.Order.Lines))
	for _, r := range t.runs {
		left[r.line] += r.value * r.quantity
	}
	return left
}

// take lowers items of the lots by off, lot by lot, earlier lines first, and
// adds to taken what that is on each line. Within a lot it is spread over the
// lines, then over their items, to the minor unit.
func (t *till) take(lots []lot, off, taken []int64) {
	t.last = nil // it was not the last
	var lowered []run
	for i, l := range lots {
		if off[i] > 0 {
			lowered = append(lowered, t.lower(l, off[i], taken)...)
		}
	}
	t.runs = append(t.runs, lowered...)
	t.settle()
}

// lower cuts the lot's items out of the runs, and gives them as they are for less.
func (t *till) lower(l lot, off int64, taken []int64) []run {
	var cut []run
	var weights []int64
	need := l.quantity
	for i := t.find(l); need > 0; i++ {
		r := &t.runs[i]
		n := min(need, r.quantity)
		if n == 0 {
			continue
		}
		r.quantity -= n
		need -= n
		cut, weights = append(cut, run{r.line, r.value, n}), append(weights, n*r.value)
	}
	lowered := make([]run, 0, 2*len(cut))
	for i, part := range money.Allocate(off, weights) {
		c := cut[i]
		taken[c.line] += part
		each, more := (weights[i]-part)/c.quantity, (weights[i]-part)%c.quantity
		lowered = append(lowered, run{c.line, each, c.quantity - more}, run{c.line, each + 1, more})
	}
	return lowered
}

// find gives the first run of a lot.
func (t *till) find(l lot) int {
	i, _ := slices.BinarySearchFunc(t.runs, l, func(r run, l lot) int {
		if g := t.group[r.line]; g != l.group {
			return g - l.group
		}
		return cmp.Compare(r.value, l.value)
	})
	return i
}
