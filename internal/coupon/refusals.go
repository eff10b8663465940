package coupon

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Why a coupon does not apply. The codes are the contract's.
var (
	ErrUnknown          = fault.Define(fault.NotFound, "coupon_unknown")
	ErrNotActive        = fault.Define(fault.Conflict, "coupon_not_active")
	ErrNotStarted       = fault.Define(fault.Conflict, "coupon_not_started")
	ErrExpired          = fault.Define(fault.Conflict, "coupon_expired")
	ErrOnHold           = fault.Define(fault.Conflict, "coupon_on_hold")
	ErrCodesRefused     = fault.Define(fault.Invalid, "codes_refused")
	ErrQuantityExceeded = fault.Define(fault.Conflict, "quantity_exceeded")
	ErrCustomerLimit    = fault.Define(fault.Conflict, "customer_limit_exceeded")
	ErrOtherCustomer    = fault.Define(fault.Invalid, "customer_not_permitted")
	ErrNeedsCustomer    = fault.Define(fault.Invalid, "needs_customer")
	ErrRulesViolated    = fault.Define(fault.Invalid, "order_rules_violated")
	ErrNothingOff       = fault.Define(fault.Invalid, "nothing_to_discount")
	ErrNotCombinable    = fault.Define(fault.Invalid, "not_combinable")
	ErrMarginFloor      = fault.Define(fault.Invalid, "margin_floor_reached")
	ErrCurrencyMismatch = fault.Define(fault.Invalid, "currency_mismatch")

	// ErrNotUsable is what a browser is told instead of unknown, disabled,
	// expired, exhausted and not-yours, so that guessing codes teaches nothing.
	ErrNotUsable = fault.Define(fault.NotFound, "coupon_not_usable")
)

// checkDates holds a validity to the half-open interval [starts, expires).
func checkDates(starts, expires, now time.Time, wish int) error {
	if !starts.IsZero() && now.Before(starts) {
		return ErrNotStarted.At(codeParam(wish)).Arg("starts_at", starts)
	}
	if !expires.IsZero() && !now.Before(expires) {
		return ErrExpired.At(codeParam(wish)).Arg("expires_at", expires)
	}
	return nil
}
