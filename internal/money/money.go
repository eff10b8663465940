// Package money computes with amounts in minor units (cents, yen, fils) as
// checked 64-bit integers. There are no floats: a total is exact or refused.
package money

import (
	"math/bits"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Max is the largest amount: 2^53−1, the largest integer that every JSON
// reader keeps exactly (RFC 8259 §6).
const Max = 1<<53 - 1

// ErrOverflow answers amounts whose product or sum passes [Max].
var ErrOverflow = fault.Define(fault.Invalid, "amount_too_large")

// Add sums non-negative amounts.
func Add(amounts ...int64) (int64, error) {
	var sum int64
	for _, a := range amounts {
		if a < 0 || a > Max-sum {
			return 0, ErrOverflow
		}
		sum += a
	}
	return sum, nil
}

// Mul multiplies a non-negative amount by a non-negative quantity.
func Mul(amount, quantity int64) (int64, error) {
	if amount < 0 || quantity < 0 {
		return 0, ErrOverflow
	}
	hi, lo := bits.Mul64(uint64(amount), uint64(quantity))
	if hi != 0 || lo > Max {
		return 0, ErrOverflow
	}
	return int64(lo), nil
}

// Allocate splits total over the weights in their proportion, so that the
// parts sum to total exactly: each part is rounded down and what is left goes
// to the largest remainders, ties to the earlier part (the method of largest
// remainders, Hamilton's). It wants 0 ≤ total ≤ sum of weights ≤ Max; then no
// part exceeds its weight.
func Allocate(total int64, weights []int64) []int64 {
	parts, remainders := make([]int64, len(weights)), make([]uint64, len(weights))
	var sum, given int64
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		return parts
	}
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(total), uint64(w))
		q, r := bits.Div64(hi, lo, uint64(sum))
		parts[i], remainders[i] = int64(q), r
		given += parts[i]
	}
	for ; given < total; given++ {
		i := largest(remainders)
		parts[i]++
		remainders[i] = 0
	}
	return parts
}

// Share gives part/whole of amount, rounded down. It wants 0 ≤ part ≤ whole,
// 0 < whole, and an amount between 0 and Max.
func Share(amount, part, whole int64) int64 {
	hi, lo := bits.Mul64(uint64(amount), uint64(part))
	q, _ := bits.Div64(hi, lo, uint64(whole))
	return int64(q)
}

func largest(remainders []uint64) int {
	best := 0
	for i, r := range remainders {
		if r > remainders[best] {
			best = i
		}
	}
	return best
}
