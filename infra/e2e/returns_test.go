package e2e

import (
	"fmt"
	"testing"
)

// Returns in parts sum to the whole exactly, and each counts once.
func TestReturnsInParts(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 1, "rewards": []object{{"type": "amount_off", "amount_off": 1000, "currency": "EUR"}}})
	body := use(n.coupon(camp, object{"code": "PARTS"}).str("code"), "o-1")
	r := n.do("POST", "/v1/redemptions", body).want(201)
	back := func(id string, line string, quantity int) object {
		return object{"return": id, "lines": []object{{"id": line, "quantity": quantity}}}
	}
	rollbacks := "/v1/redemptions/" + r.str("id") + "/rollbacks"
	first := n.do("POST", rollbacks, back("ret-1", "1", 1)).want(201)
	if again := n.do("POST", rollbacks, back("ret-1", "1", 1)).want(200); again.Raw != first.Raw {
		t.Errorf("%s", again.Raw)
	}
	n.do("POST", rollbacks, back("ret-1", "1", 2)).want(409, "return_differs")
	n.do("POST", rollbacks, back("ret-2", "1", 2)).want(422, "return_exceeds_order")
	n.do("POST", rollbacks, object{"lines": []object{{"id": "1", "quantity": 1}}}).want(422, "return_missing")
	if got := n.do("GET", "/v1/redemptions/"+r.str("id"), nil).want(200); got.num("discount_rolled_back") != first.num("discount") {
		t.Errorf("%s", got.Raw)
	}
	n.do("POST", "/v1/redemptions", use("PARTS", "o-2")).want(409, "quantity_exceeded") // the use is not given back yet
	second := n.do("POST", rollbacks, back("ret-2", "2", 1)).want(201)
	third := n.do("POST", rollbacks, object{"return": "ret-3"}).want(201)
	if sum := first.num("discount") + second.num("discount") + third.num("discount"); sum != 1000 || third.Body["complete"] != true {
		t.Errorf("%d: %s %s %s", sum, first.Raw, second.Raw, third.Raw)
	}
	n.do("POST", rollbacks, back("ret-2", "2", 1)).want(200)
	n.do("POST", rollbacks, back("ret-4", "2", 1)).want(409, "already_rolled_back")
	n.noDrift(camp)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use("PARTS", "o-2")).want(201)
}

// Sylius#10125, vendure#1466: a cancelled order gives its use back, unless the campaign says otherwise.
func TestCancelledOrdersGiveBackOrKeep(t *testing.T) {
	n := newTenant(t)
	gives := n.campaign(object{"max_redemptions": 1})
	keeps := n.campaign(object{"max_redemptions": 1, "on_cancel": "keep"})
	n.coupon(gives, object{"code": "GIVES"})
	n.coupon(keeps, object{"code": "KEEPS"})
	unique := n.coupon(keeps, nil).str("code")
	r := n.do("POST", "/v1/redemptions", codes("o-1", nil, "GIVES", "KEEPS")).want(201)
	n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
	n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(200)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use("GIVES", "o-2")).want(201)
	n.do("POST", "/v1/redemptions", use("KEEPS", "o-2")).want(409, "quantity_exceeded")
	if again := n.do("POST", "/v1/redemptions", codes("o-1", nil, "GIVES", "KEEPS")).want(200); again.str("status") != "rolled_back" {
		t.Errorf("%s", again.Raw)
	}
	n.noDrift(gives)
	n.noDrift(keeps)

	n.do("PATCH", "/v1/campaigns/"+keeps, object{"max_redemptions": 2}).want(200)
	n.clock.move(definitionDelay)
	r = n.do("POST", "/v1/redemptions", use(unique, "o-3")).want(201)
	n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", object{"return": "ret-1"}).want(201)
	n.do("POST", "/v1/redemptions", use(unique, "o-4")).want(409, "quantity_exceeded")
	if got := n.do("GET", "/v1/redemptions/"+r.str("id"), nil).want(200); got.str("status") != "rolled_back" {
		t.Errorf("%s", got.Raw)
	}
	n.noDrift(keeps)
}

// A thousand concurrent copies of a return are one, beside other returns of the same order.
func TestConcurrentReturns(t *testing.T) {
	n := newTenant(t)
	r := n.do("POST", "/v1/redemptions", object{"codes": []string{n.coupon(n.campaign(nil), nil).str("code")}, "order": object{
		"id": "o-1", "currency": "EUR", "lines": []object{{"id": "1", "quantity": 20, "unit_amount": 333}},
	}}).want(201)
	counts := together(300, func(i int) int {
		return n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", object{
			"return": fmt.Sprint("ret-", i%30), "lines": []object{{"id": "1", "quantity": 1}},
		}).Status
	})
	if counts[201] > 20 || counts[500] > 0 {
		t.Errorf("%v", counts)
	}
	got := n.do("GET", "/v1/redemptions/"+r.str("id"), nil).want(200)
	if counts[201] == 20 && (got.str("status") != "rolled_back" || got.num("discount_rolled_back") != got.num("discount")) {
		t.Errorf("%v %s", counts, got.Raw)
	}
	t.Log(counts)
}
