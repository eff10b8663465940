package coupon

import (
	"slices"

	"github.com/lagniappe/lagniappe/internal/fault"
)

type faults []*fault.Error

// forBrowsers are the reasons that a publishable caller is told: what the
// shopper can mend. Everything else is ErrNotUsable.
var forBrowsers = faults{ErrRulesViolated, ErrCurrencyMismatch, ErrNeedsCustomer, ErrNothingOff, ErrNotCombinable, ErrCodeMalformed}

// partsForBrowsers are the rules that a publishable caller is told of: those
// about the cart. Whoever asks may be anybody, so what rules know of a customer
// stays unsaid; so does what the shop notes on orders, or has expressed, which
// are its own affair. Of a rule that is not here it is told that there is one.
var partsForBrowsers = faults{
	ErrMinimumAmount, ErrMaximumAmount, ErrMinimumQuantity, ErrMaximumQuantity, ErrRequiredItems, ErrForbiddenItems, ErrReducedLines,
	ErrHoursClosed, ErrChannel, ErrChannelExcluded, ErrCountry, ErrCountryExcluded, ErrCountryNeeded, ErrNeedsCustomer,
}

func (f faults) has(code string) bool {
	return slices.ContainsFunc(f, func(e *fault.Error) bool { return e.Code == code })
}

// ForBrowser gives the fault as a publishable caller may see it.
func ForBrowser(f *fault.Error) *fault.Error {
	if !forBrowsers.has(f.Code) {
		return ErrNotUsable
	}
	var parts []*fault.Error
	for _, part := range f.Parts {
		if partsForBrowsers.has(part.Code) {
			parts = append(parts, part)
		}
	}
	return f.Of(parts...)
}
