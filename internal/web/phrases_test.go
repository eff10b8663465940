package web

import (
	"slices"
	"strings"
	"testing"

	"github.com/lagniappe/lagniappe/internal/customer"
)

// Each reason has its phrase in every language, no phrase is nobody's, and the
// two languages name the same values.
func TestEveryPhrase(t *testing.T) {
	var codes []string
	for _, code := range customer.Reasons {
		codes = append(codes, "stage_"+code)
	}
	for lang, of := range phrases() {
		for _, code := range codes {
			if !strings.HasSuffix(of[code], ".") {
				t.Errorf("%v: %s: %q", lang, code, of[code])
			}
		}
		for code, text := range of {
			if !slices.Contains(codes, code) {
				t.Errorf("%v: nobody says %s", lang, code)
			}
			if len(values(text)) != len(values(phrases()[languages[0]][code])) {
				t.Errorf("%v: %s tells %v", lang, code, values(text))
			}
		}
	}
	args := map[string]any{"orders": int64(4), "days": int64(365), "needed": int64(3)}
	if got := Phrase("de", "stage_orders_within", args); got != "Bestellungen in den letzten 365 Tagen: 4. Ein Stammkunde braucht 3." {
		t.Error(got)
	}
}

func values(text string) (names []string) {
	fill(text, func(name string) any {
		names = append(names, name)
		return ""
	})
	slices.Sort(names)
	return slices.Compact(names)
}
