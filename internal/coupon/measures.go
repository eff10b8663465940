package coupon

import "github.com/lagniappe/lagniappe/internal/fault"

// The faults of limits that are used up. They come in this order where several are.
var (
	ErrStockExhausted  = fault.Define(fault.Conflict, "stock_exhausted")
	ErrStockRepeated   = fault.Define(fault.Invalid, "stock_repeated")
	ErrBudgetExhausted = fault.Define(fault.Conflict, "budget_exhausted")
)

// Measures are an amount of each thing that a campaign can run out of: what a
// redemption wants, what a slot has left, what a limit allows.
type Measures [measured]int64

// What is measured.
const (
	Uses     = iota // max_redemptions
	Stock           // of a limited edition, in pieces
	Budget          // in minor units
	measured        // how many there are
)

// limitNames are the fields that set the limits.
var limitNames = [measured]string{"max_redemptions", "stock", "budget"}

// whenSpent is why a code does not apply when a measure has run out.
var whenSpent = [measured]*fault.Error{ErrQuantityExceeded, ErrStockExhausted, ErrBudgetExhausted}

// Plus adds.
func (m Measures) Plus(o Measures) Measures {
	for i := range m {
		m[i] += o[i]
	}
	return m
}

// Minus subtracts.
func (m Measures) Minus(o Measures) Measures {
	for i := range m {
		m[i] -= o[i]
	}
	return m
}

// IsZero reports whether there is nothing of anything.
func (m Measures) IsZero() bool { return m == Measures{} }

// Covers reports whether there is enough of everything.
func (m Measures) Covers(want Measures) bool { return m.Spent(want) == nil }

// Spent names what there is not enough of; nil where there is enough of everything.
func (m Measures) Spent(want Measures) error {
	for i := range m {
		if want[i] > 0 && m[i] < want[i] {
			return whenSpent[i]
		}
	}
	return nil
}

// short reports whether anything is below zero.
func (m Measures) short() bool {
	for i := range m {
		if m[i] < 0 {
			return true
		}
	}
	return false
}
