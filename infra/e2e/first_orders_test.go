package e2e

import (
	"testing"
	"time"
)

// first redeems for a customer who has not ordered before.
func (n *tenant) first(who, order string, list ...string) answer {
	n.t.Helper()
	return n.do("POST", "/v1/redemptions", codes(order, object{"customer": who, "customer_facts": object{"orders_count": 0}}, list...))
}

// A first order has all that is for first orders, in one call or in several; and
// when it is given back, the next one is the first, with all that belongs to it.
func TestFirstOrderHasItAll(t *testing.T) {
	n := newTenant(t)
	for _, code := range []string{"WELCOME-A", "WELCOME-B", "WELCOME-C"} {
		n.coupon(n.campaign(object{"rules": object{"first_order_only": true}}), object{"code": code})
	}
	a := n.first("c-1", "o-1", "WELCOME-A").want(201)
	b := n.first("c-1", "o-1", "WELCOME-B").want(201)
	n.first("c-1", "o-2", "WELCOME-C").want(409, "first_order_taken")
	n.do("POST", "/v1/redemptions/"+a.str("id")+"/rollbacks", nil).want(201)
	n.first("c-1", "o-2", "WELCOME-C").want(409, "first_order_taken") // one of two is left
	n.do("POST", "/v1/redemptions/"+b.str("id")+"/rollbacks", nil).want(201)
	n.first("c-1", "o-2", "WELCOME-C").want(201)
	n.first("c-1", "o-2", "WELCOME-A").want(201)
	n.first("c-1", "o-1", "WELCOME-B").want(409, "first_order_taken")
}

// A hold for a first order that had its time gives way to another order.
func TestFirstOrderAfterALapse(t *testing.T) {
	n := newTenant(t)
	n.coupon(n.campaign(object{"rules": object{"first_order_only": true}}), object{"code": "WELCOME-A"})
	facts := object{"customer": "c-1", "customer_facts": object{"orders_count": 0}, "expires_in": 60}
	n.do("POST", "/v1/holds", codes("o-1", facts, "WELCOME-A")).want(201)
	n.first("c-1", "o-2", "WELCOME-A").want(409, "first_order_taken")
	n.clock.move(2 * time.Minute)
	n.first("c-1", "o-2", "WELCOME-A").want(201)
}

// A code whose campaign was for first orders, or had a limit for each customer,
// when it was used and given back, takes nothing of that kind when it is used again without.
func TestSeatsForgetWhomTheyCounted(t *testing.T) {
	n := newTenant(t)
	for name, terms := range map[string]object{
		"first orders": {"rules": object{"first_order_only": true}},
		"a limit":      {"max_redemptions_per_customer": 1},
	} {
		camp := n.campaign(terms)
		code := n.coupon(camp, nil).str("code")
		r := n.first("c-"+camp, "o-1", code).want(201)
		n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
		n.do("PATCH", "/v1/campaigns/"+camp, object{"rules": nil, "max_redemptions_per_customer": nil, "apply_to_issued": true}).want(200)
		n.clock.move(definitionDelay)
		r = n.first("c-"+camp, "o-2", code).want(201)
		if back := n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil); back.Status != 201 {
			t.Errorf("%s: %s", name, back.Raw)
		}
		n.noDrift(camp)
	}
}
