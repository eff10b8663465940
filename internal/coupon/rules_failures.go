package coupon

import (
	"slices"
	"strings"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Why a rule fails. Each carries how far off it was, where that can be said.
var (
	ErrMinimumAmount     = fault.Define(fault.Invalid, "minimum_amount_missed")
	ErrMaximumAmount     = fault.Define(fault.Invalid, "maximum_amount_passed")
	ErrMinimumQuantity   = fault.Define(fault.Invalid, "minimum_quantity_missed")
	ErrMaximumQuantity   = fault.Define(fault.Invalid, "maximum_quantity_passed")
	ErrRequiredItems     = fault.Define(fault.Invalid, "required_items_missing")
	ErrForbiddenItems    = fault.Define(fault.Invalid, "forbidden_items_present")
	ErrReducedLines      = fault.Define(fault.Invalid, "reduced_lines_present")
	ErrHoursClosed       = fault.Define(fault.Invalid, "hours_closed")
	ErrChannel           = fault.Define(fault.Invalid, "channel_not_included")
	ErrChannelExcluded   = fault.Define(fault.Invalid, "channel_excluded")
	ErrCountry           = fault.Define(fault.Invalid, "country_not_included")
	ErrCountryExcluded   = fault.Define(fault.Invalid, "country_excluded")
	ErrCountryNeeded     = fault.Define(fault.Invalid, "needs_country")
	ErrMetadata          = fault.Define(fault.Invalid, "metadata_not_matched")
	ErrFirstOrderOnly    = fault.Define(fault.Invalid, "first_order_only")
	ErrFirstOrderTaken   = fault.Define(fault.Conflict, "first_order_taken")
	ErrCustomer          = fault.Define(fault.Invalid, "customer_not_included")
	ErrCustomerExcluded  = fault.Define(fault.Invalid, "customer_excluded")
	ErrSegment           = fault.Define(fault.Invalid, "segment_not_included")
	ErrSegmentExcluded   = fault.Define(fault.Invalid, "segment_excluded")
	ErrStage             = fault.Define(fault.Invalid, "stage_not_included")
	ErrStageExcluded     = fault.Define(fault.Invalid, "stage_excluded")
	ErrMinimumOrders     = fault.Define(fault.Invalid, "minimum_orders_missed")
	ErrMaximumOrders     = fault.Define(fault.Invalid, "maximum_orders_passed")
	ErrMinimumSpent      = fault.Define(fault.Invalid, "minimum_spent_missed")
	ErrMaximumSpent      = fault.Define(fault.Invalid, "maximum_spent_passed")
	ErrLastOrderRecent   = fault.Define(fault.Invalid, "last_order_too_recent")
	ErrLastOrderLongAgo  = fault.Define(fault.Invalid, "last_order_too_long_ago")
	ErrNoOrderYet        = fault.Define(fault.Invalid, "no_order_yet")
	ErrExpressionNotMet  = fault.Define(fault.Invalid, "expression_not_met")
	ErrExpressionFailed  = fault.Define(fault.Invalid, "expression_failed")
	ErrNeedsFacts        = fault.Define(fault.Invalid, "needs_facts")
	errNeedsCustomerHere = ErrNeedsCustomer.At("customer")
)

// failures collects what fails, and asks for the customer, or a fact, once.
type failures struct {
	parts    []*fault.Error
	asked    bool     // for the customer
	facts    []string // that are unknown
	measured int      // parts that are neither
}

func (f *failures) add(e *fault.Error) {
	f.parts = append(f.parts, e)
	f.measured++
}

// nobody reports whether no customer is named, which fails every rule about one.
func (f *failures) nobody(c *Cart) bool {
	if !c.Customer.IsZero() {
		return false
	}
	if !f.asked {
		f.asked = true
		f.parts = append(f.parts, errNeedsCustomerHere)
	}
	return true
}

// unknown fails a rule for a fact that the call does not tell.
func (f *failures) unknown(fact string) {
	if slices.Contains(f.facts, fact) {
		return
	}
	f.facts = append(f.facts, fact)
	f.parts = append(f.parts, ErrNeedsFacts.At("customer_facts."+fact).Arg("fact", fact))
}

// err gives the refusal. Where nothing is wrong but that we are told too
// little, it says so itself, since the caller can mend that.
func (f *failures) err() error {
	switch {
	case len(f.parts) == 0:
		return nil
	case f.measured > 0:
		return ErrRulesViolated.At("order").Of(f.parts...)
	case f.asked:
		return errNeedsCustomerHere
	}
	return ErrNeedsFacts.At("customer_facts").Arg("fact", strings.Join(f.facts, ", ")).Of(f.parts...)
}
