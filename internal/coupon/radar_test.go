package coupon

import (
	"testing"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Which refusals count as guesses, by who asks, and which as signs of a leak.
func TestRefusalsAreSorted(t *testing.T) {
	for _, c := range []struct {
		f                     *fault.Error
		server, browser, sign bool
	}{
		{ErrUnknown, true, true, false},
		{ErrOtherCustomer, true, true, true},
		{ErrNeedsCustomer, false, false, true},
		{ErrQuantityExceeded, false, true, true},
		{ErrCustomerLimit, false, true, true},
		{ErrNotActive, false, true, false},
		{ErrNotStarted, false, true, false},
		{ErrExpired, false, true, false},
		{ErrTooManyAttempts, false, true, false},
		{ErrCodeMalformed, false, false, false},
		{ErrRulesViolated, false, false, false},
		{ErrRulesViolated.Of(ErrMinimumAmount, ErrCustomerExcluded), false, false, false},
		{ErrRulesViolated.Of(ErrMinimumAmount, ErrCustomer), false, false, true},
		{ErrCurrencyMismatch, false, false, false},
		{ErrNothingOff, false, false, false},
		{ErrOnHold, false, true, true},
		{ErrNotCombinable, false, false, false},
		{ErrRedemptionDiffers, false, true, false}, // no browser redeems
	} {
		why := c.f.Code
		if IsGuess(why, false) != c.server || IsGuess(why, true) != c.browser || IsLeakSign(SignOf(c.f)) != c.sign {
			t.Errorf("%s: server %v, browser %v, sign %v", why, IsGuess(why, false), IsGuess(why, true), IsLeakSign(why))
		}
		if (ForBrowser(c.f) == ErrNotUsable) != IsGuess(why, true) {
			t.Errorf("%s: a browser could tell it from other codes by its budget", why)
		}
	}
}

func TestRadarOfACampaign(t *testing.T) {
	var c Campaign
	if got := c.Radar(); got != (LeakRadar{Customers: 5, Minutes: 60}) {
		t.Errorf("%+v", got)
	}
	c.LeakRadar = &LeakRadar{Customers: 2, Pause: true}
	if got := c.Radar(); got != (LeakRadar{Customers: 2, Minutes: 60, Pause: true}) {
		t.Errorf("%+v", got)
	}
}

// A random code is watched always, a named one where its campaign wants it.
func TestWatches(t *testing.T) {
	radar := Campaign{Definition: Definition{LeakRadar: &LeakRadar{}}}
	for _, c := range []struct {
		t    Target
		f    *fault.Error
		want bool
	}{
		{Target{}, ErrNeedsCustomer, true},
		{Target{Campaign: radar}, ErrQuantityExceeded, true},
		{Target{Coupon: Coupon{Shared: true}}, ErrQuantityExceeded, false},
		{Target{Campaign: radar, Coupon: Coupon{Shared: true}}, ErrQuantityExceeded, true},
		{Target{Campaign: radar, Coupon: Coupon{Shared: true}}, ErrNeedsCustomer, false},
	} {
		if got := c.t.Watches(c.f.Code); got != c.want {
			t.Errorf("%+v %s: %v", c.t, c.f.Code, got)
		}
	}
}
