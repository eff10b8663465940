package e2e

import "testing"

// Rules about the customer take from the shop's orders what a call leaves out,
// where the shop says that it tells them all.
func TestFactsFromOrders(t *testing.T) {
	n := newTenant(t)
	who := object{"customer": "c-1"}
	first := n.coupon(n.campaign(object{"rules": object{"first_order_only": true}}), object{"code": "WELCOME"}).str("code")
	loyal := n.coupon(n.campaign(object{"rules": object{"stages": []string{"repeat"}, "minimum_spent": 10000, "currency": "EUR"}}), object{"code": "REPEATED"}).str("code")
	n.do("POST", "/v1/redemptions", use(first, "o-1", who)).want(422) // nobody tells
	n.do("PUT", "/v1/settings", object{"facts_from_orders": true}).want(200)
	n.clock.move(definitionDelay)
	if v := n.do("POST", "/v1/validations", use(first, "o-1", who)).want(200); v.Body["valid"] != true {
		t.Errorf("%s", v.Raw)
	}
	n.tell("o-1", n.sold(1, nil)).want(201)
	n.followUp()
	n.do("POST", "/v1/redemptions", use(first, "o-1", who)).want(201) // the order itself is not before it
	if v := n.do("POST", "/v1/validations", use(first, "o-2", who)).want(200); v.Body["valid"] != false {
		t.Errorf("%s", v.Raw)
	}
	n.do("POST", "/v1/redemptions", use(loyal, "o-2", who)).want(422)
	n.tell("o-2", n.sold(1, nil)).want(201)
	n.followUp()
	n.do("POST", "/v1/redemptions", use(loyal, "o-2", who)).want(422) // one order before this one
	n.do("POST", "/v1/redemptions", use(loyal, "o-3", who)).want(201) // two: 107.80
	told := object{"customer": "c-1", "customer_facts": object{"orders_count": 0}}
	n.do("POST", "/v1/redemptions", use(loyal, "o-4", with(told, object{"customer_facts": object{"stage": "loyal"}}))).want(422) // the call's count more
	if o := n.do("POST", "/v1/offers", object{"order": cart("o-5"), "customer": "c-1"}); o.Status != 200 {
		t.Errorf("%s", o.Raw)
	}
	n.automatic(object{"rules": object{"stages": []string{"repeat"}}})
	n.clock.move(definitionDelay)
	if o := n.do("POST", "/v1/offers", object{"order": cart("o-5"), "customer": "c-1"}).want(200); len(o.Body["data"].([]any)) != 1 {
		t.Errorf("%s", o.Raw)
	}
}

// Only a rule that asks costs the one read more, and not where the call answers.
func TestFactsCost(t *testing.T) {
	n := newTenant(t)
	n.do("PUT", "/v1/settings", object{"facts_from_orders": true}).want(200)
	who := object{"customer": "c-1"}
	asks := n.coupon(n.campaign(object{"rules": object{"maximum_orders_count": 5}}), object{"code": "ASKSFOR"}).str("code")
	plain := n.coupon(n.campaign(nil), object{"code": "ASKSNOT"}).str("code")
	for _, code := range []string{asks, plain} {
		n.do("POST", "/v1/redemptions", use(code, "warm", who)).want(201)
		n.do("POST", "/v1/validations", use(code, "", who)).want(200)
	}
	says := with(who, object{"customer_facts": object{"orders_count": 1}})
	for _, c := range []struct {
		name, code  string
		who         object
		redeem, dry int
	}{
		{"a rule that asks", asks, who, 2, 2}, {"a rule that is answered", asks, says, 1, 1}, {"no such rule", plain, who, 1, 1},
	} {
		_, redeem := n.costOf("RedemptionsFunction", func() answer {
			return n.do("POST", "/v1/redemptions", use(c.code, c.name[:1]+"-"+c.code+c.name[len(c.name)-3:], c.who)).want(201)
		})
		_, dry := n.costOf("ValidationsFunction", func() answer { return n.do("POST", "/v1/validations", use(c.code, "", c.who)).want(200) })
		if redeem.requests != c.redeem || dry.requests != c.dry {
			t.Errorf("%s: redeem %+v, validate %+v", c.name, redeem, dry)
		}
	}
}
