package money

import (
	"math/bits"
	"strconv"
	"strings"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// ErrPercentInvalid answers a percentage that is not a decimal string above 0
// and up to 100 with at most four decimals.
var ErrPercentInvalid = fault.Define(fault.Invalid, "percent_invalid")

// Percent is a share in ten-thousandths of a percent: 100 % is 1,000,000.
type Percent int64

const (
	hundred  = 1_000_000
	decimals = 4
)

// ParsePercent reads a decimal string such as "12.5".
func ParsePercent(s string) (Percent, error) {
	whole, fraction, dot := strings.Cut(s, ".")
	if !digits(whole) || len(whole) > 3 || dot && !digits(fraction) || len(fraction) > decimals {
		return 0, ErrPercentInvalid
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	if err != nil || n <= 0 || n > hundred {
		return 0, ErrPercentInvalid
	}
	return Percent(n), nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Of gives the share of amount, rounded half up to the minor unit. The amount
// is between 0 and Max.
func (p Percent) Of(amount int64) int64 {
	hi, lo := bits.Mul64(uint64(amount), uint64(p))
	lo, carry := bits.Add64(lo, hundred/2, 0)
	q, _ := bits.Div64(hi+carry, lo, hundred)
	return int64(q)
}
