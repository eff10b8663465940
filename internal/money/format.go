package money

import (
	"strconv"
	"strings"
)

// Amount is an amount with its currency.
type Amount struct {
	Minor    int64  `json:"amount"`
	Currency string `json:"currency"`
}

// Format writes an amount with its currency's ISO 4217 exponent and the decimal
// mark of the language ("de": comma, otherwise a point): 12.50 EUR, 500 JPY.
func (a Amount) Format(language string) string {
	digits := strconv.FormatInt(a.Minor, 10)
	if scale, _ := exponent(a.Currency); scale > 0 {
		if missing := scale + 1 - len(digits); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
		cut := len(digits) - scale
		digits = digits[:cut] + decimalMark(language) + digits[cut:]
	}
	return digits + " " + a.Currency
}

func decimalMark(language string) string {
	if strings.HasPrefix(language, "de") {
		return ","
	}
	return "."
}
