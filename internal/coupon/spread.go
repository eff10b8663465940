package coupon

import (
	"cmp"
	"slices"

	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

// fill splits total over weights in their proportion, by largest remainder, but
// no part beyond its cap: what one cannot take moves to the others. It wants
// 0 ≤ total ≤ sum of caps, and no cap above its weight.
func fill(total int64, weights, caps []int64) []int64 {
	if len(weights) == 1 {
		return []int64{total}
	}
	open, parts := slices.Clone(weights), make([]int64, len(weights))
	for {
		full := false
		for i, share := range money.Allocate(total, open) {
			if open[i] > 0 {
				parts[i] = share
			}
		}
		for i := range parts {
			if open[i] > 0 && parts[i] > caps[i] {
				parts[i], open[i], full = caps[i], 0, true
				total -= caps[i]
			}
		}
		if !full {
			return parts
		}
	}
}

// byGroup sorts lots as lines stand in the order.
func byGroup(lots []lot) {
	slices.SortFunc(lots, func(a, b lot) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.value, b.value))
	})
}

// spread splits a total over the lots, sorted by group: first over the groups,
// then over the lots in each. It gives less than total only where the lots have
// less room.
func (t *till) spread(total int64, lots []lot) []int64 {
	weights, caps := t.sizes(lots)
	groupWeights, groupCaps := make([]int64, 0, len(lots)), make([]int64, 0, len(lots))
	for i, l := range lots {
		if i == 0 || l.group != lots[i-1].group {
			groupWeights, groupCaps = append(groupWeights, 0), append(groupCaps, 0)
		}
		groupWeights[len(groupWeights)-1] += weights[i]
		groupCaps[len(groupCaps)-1] += caps[i]
	}
	off := make([]int64, 0, len(lots))
	for _, part := range fill(min(total, sum(groupCaps)), groupWeights, groupCaps) {
		from := len(off)
		to := from + 1
		for to < len(lots) && lots[to].group == lots[from].group {
			to++
		}
		off = append(off, fill(part, weights[from:to], caps[from:to])...)
	}
	return off
}

// sizes gives what each lot costs, and how much of that can be taken off.
func (t *till) sizes(lots []lot) (weights, caps []int64) {
	weights, caps = make([]int64, len(lots)), make([]int64, len(lots))
	for i, l := range lots {
		weights[i], caps[i] = l.amount(), t.room(l)*l.quantity
	}
	return weights, caps
}

// spreading is a total that was spread over whole lines, and nothing was taken
// after it. What comes next sees lines alike as one, so their shares are rounded
// together; the last one can be rounded line by line.
type spreading struct {
	taken, rounded, straight []int64
}

// straight splits a total over chosen lines directly.
func (t *till) straight(total int64, chosen func(order.Line) bool) []int64 {
	weights, caps := make([]int64, len(t.cart.Order.Lines)), make([]int64, len(t.cart.Order.Lines))
	for _, r := range t.runs {
		if chosen(t.cart.Order.Lines[r.line]) {
			weights[r.line] += r.value * r.quantity
			caps[r.line] += t.room(lot{r.line, r.value, r.quantity}) * r.quantity
		}
	}
	return fill(total, weights, caps)
}

// close settles the last spreading's shares of lines.
func (t *till) close() {
	if t.last == nil {
		return
	}
	for i, part := range t.last.straight {
		t.last.taken[i] += part - t.last.rounded[i]
	}
}

func sum(amounts []int64) int64 {
	var s int64
	for _, a := range amounts {
		s += a
	}
	return s
}
