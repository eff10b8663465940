package coupon

import (
	"cmp"
	"slices"
	"sort"
)

// spread splits an amount over n parts, the earlier ones getting the rest.
func spread(amount int64, n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = amount / int64(n)
		if int64(i) < amount%int64(n) {
			out[i]++
		}
	}
	return out
}

// Spread splits limits over n slots.
func Spread(limits Measures, n int) []Measures {
	out := make([]Measures, n)
	for m, limit := range limits {
		for i, part := range spread(limit, n) {
			out[i][m] = part
		}
	}
	return out
}

// cut takes an amount, or all there is, from the highest first, so that they end level.
func cut(lefts []int64, amount int64) []int64 {
	amount = min(amount, sum(lefts))
	level := int64(sort.Search(int(slices.Max(lefts)), func(l int) bool { return sum(above(lefts, int64(l))) <= amount }))
	out := above(lefts, level)
	rest := amount - sum(out)
	for i := range out {
		if rest > 0 && lefts[i] >= level && level > 0 {
			out[i]++
			rest--
		}
	}
	return out
}

// above is how far each rises over a level.
func above(lefts []int64, level int64) []int64 {
	out := make([]int64, len(lefts))
	for i, l := range lefts {
		out[i] = max(0, l-level)
	}
	return out
}

// cutSome takes up to an amount from the highest, at most from that many, and leaves each a part.
func cutSome(lefts []int64, amount, part int64, most int) []int64 {
	order := make([]int, len(lefts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lefts[b], lefts[a]) })
	spare := make([]int64, len(lefts))
	for _, i := range order[:min(most, len(order))] {
		spare[i] = max(0, lefts[i]-part)
	}
	if amount <= 0 || sum(spare) == 0 {
		return make([]int64, len(lefts))
	}
	return cut(spare, amount)
}

// levelUp adds an amount to the lowest first, so that they end level.
func levelUp(lefts []int64, amount int64) []int64 {
	top := slices.Max(lefts)
	below := above(negated(lefts), -top) // how far each lies below the highest
	if sum(below) >= amount {
		return cut(below, amount) // the lowest first
	}
	for i, more := range spread(amount-sum(below), len(lefts)) {
		below[i] += more
	}
	return below
}

func negated(xs []int64) []int64 {
	out := make([]int64, len(xs))
	for i, x := range xs {
		out[i] = -x
	}
	return out
}

func column(slots []Slot, m int) []int64 {
	out := make([]int64, len(slots))
	for n, s := range slots {
		out[n] = s.Left[m]
	}
	return out
}
