package e2e

import (
	"testing"
	"time"
)

// reason0 is why the first code of a validation does not apply; empty where it does.
func (n *tenant) reason0(body object) string {
	n.t.Helper()
	a := n.do("POST", "/v1/validations", body).want(200)
	if a.Body["valid"] == true {
		return ""
	}
	p, _ := a.applied(0)["problem"].(object)
	code, _ := p["code"].(string)
	return code
}

// A validation knows a hold that lasts from one that has had its time, and from
// one that was committed: whatever the mark says that holds leave on a counter.
func TestValidationsSeeWhatHoldsLeave(t *testing.T) {
	n := newTenant(t)
	n.onTheHour() // and so far from midnight
	first := object{"orders_count": 0}
	for name, c := range map[string]struct {
		terms object
		why   string
	}{
		"uses":        {object{"max_redemptions": 1}, "quantity_exceeded"},
		"a customer":  {object{"max_redemptions_per_customer": 1}, "customer_limit_exceeded"},
		"a day":       {object{"max_redemptions_per_day": 1}, "daily_limit_exceeded"},
		"a first one": {object{"rules": object{"first_order_only": true}}, "first_order_taken"},
	} {
		who := object{"customer": "c-" + c.why, "customer_facts": first}
		code := n.coupon(n.campaign(c.terms), object{"code": "HELD" + c.why[:4]}).str("code")
		hold := n.do("POST", "/v1/holds", use(code, "o-1", who, object{"expires_in": 600})).want(201)
		say := func(when, want string) {
			t.Helper()
			n.clock.move(definitionDelay) // what was spent a moment ago is not remembered
			if why := n.reason0(use(code, "o-2", who)); why != want {
				t.Errorf("%s, %s: %q, want %q", name, when, why, want)
			}
		}
		say("held", c.why)
		n.clock.move(2 * time.Minute) // the mark has passed, the hold has not
		say("held for a while", c.why)
		n.clock.move(10 * time.Minute)
		say("lapsed", "")
		n.do("POST", "/v1/holds/"+hold.str("id")+"/commit", nil).want(201)
		say("committed", c.why) // the mark stays
	}
}

// The same of the balance of a gift card.
func TestValidationsSeeWhatHoldsLeaveOnCards(t *testing.T) {
	n := newTenant(t)
	code := n.card(n.giftCampaign(nil), 500).str("code")
	hold := n.do("POST", "/v1/holds", with(pay(basket("o-1", 700, 0), code), object{"expires_in": 600})).want(201)
	for _, step := range []struct {
		wait time.Duration
		want string
	}{{0, "balance_exhausted"}, {2 * time.Minute, "balance_exhausted"}, {10 * time.Minute, ""}} {
		n.clock.move(step.wait)
		if why := n.reason0(pay(basket("o-2", 700, 0), code)); why != step.want {
			t.Errorf("after %v: %q, want %q", step.wait, why, step.want)
		}
	}
	n.do("POST", "/v1/holds/"+hold.str("id")+"/commit", nil).want(201)
	if why := n.reason0(pay(basket("o-2", 700, 0), code)); why != "balance_exhausted" {
		t.Errorf("committed: %q", why)
	}
}
