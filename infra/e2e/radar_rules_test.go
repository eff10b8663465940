package e2e

import (
	"fmt"
	"testing"
)

// A campaign's rules name the customers whom its codes are for. Whoever else
// tries one is seen like a thief of another's code, however the code is tried;
// what a shopper can mend is no sign.
func TestRadarSeesWhoIsNotNamed(t *testing.T) {
	n := newTenant(t)
	n.onTheHour()
	rules := func(o object, more object) object {
		return with(object{"rules": with(o, object{"currency": "EUR"})}, more)
	}
	named := n.campaign(rules(object{"customers": []string{"owner"}, "minimum_amount": 100_000}, nil))
	few := n.campaign(rules(object{"customers": []string{"owner"}}, object{"leak_radar": object{"customers": 3}}))
	others := n.campaign(rules(object{"excluded_customers": []string{"c-0", "c-1", "c-2", "c-3", "c-4"}}, nil))
	beside := n.coupon(n.campaign(nil), object{"code": "BESIDE"}).str("code")
	validate := func(code string, i int) answer { return n.try(n.sk, guesser, code, customer(i)).want(200) }
	redeem := func(code string, i int) answer {
		return n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("o-", i), customer(i))).want(422, "order_rules_violated")
	}
	for name, c := range map[string]struct {
		coupon answer
		try    func(code string, i int) answer
		want   bool
	}{
		"validated": {n.coupon(named, nil), validate, true},
		"redeemed":  {n.coupon(named, nil), redeem, true},
		"held": {n.coupon(named, nil), func(code string, i int) answer {
			return n.do("POST", "/v1/holds", use(code, fmt.Sprint("h-", i), customer(i))).want(422)
		}, true},
		"left out": {n.coupon(named, nil), func(code string, i int) answer {
			return n.do("POST", "/v1/redemptions", codes(fmt.Sprint("p-", i), with(customer(i), object{"mode": "partial"}), beside, code)).want(201)
		}, true},
		"the owner, too little": {n.coupon(named, nil), func(code string, _ int) answer { return n.try(n.sk, guesser, code, object{"customer": "owner"}) }, false},
		"one thief, often":      {n.coupon(named, nil), func(code string, _ int) answer { return validate(code, 1) }, false},
		"a named code":          {n.coupon(named, object{"code": "FORALL"}), validate, false},
		"a named code, watched": {n.coupon(few, object{"code": "FORFEW"}), validate, true},
		"not excluded, for all": {n.coupon(others, nil), validate, false},
	} {
		for i := range 5 {
			c.try(c.coupon.str("code"), i)
		}
		if lines := n.sweep(); (len(lines) == 1) != c.want || (n.leak(c.coupon.str("id")) != nil) != c.want {
			t.Errorf("%s: told %v", name, lines)
		}
	}
}
