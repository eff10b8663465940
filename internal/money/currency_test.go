package money

import (
	"strings"
	"testing"
)

// Every currency has the decimals of its list, and nothing between two of a list is one.
func TestCurrencies(t *testing.T) {
	for decimals, codes := range map[int]string{0: noDecimals, 2: two, 3: three} {
		for code := range strings.FieldsSeq(codes) {
			if got, ok := exponent(code); !ok || got != decimals {
				t.Errorf("%s: %d %v", code, got, ok)
			}
		}
	}
	for _, code := range []string{"", "E", "EU", "eur", "EURO", "XXX", "F C", "ED ", " CL", "AED AFN"} {
		if Valid(code) {
			t.Errorf("%q is valid", code)
		}
	}
	for want, a := range map[string]Amount{"500 JPY": {500, "JPY"}, "0.05 EUR": {5, "EUR"}, "1.500 KWD": {1500, "KWD"}} {
		if got := a.Format("en"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
