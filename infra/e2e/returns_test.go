package e2e

import (
	"fmt"
	"testing"
	"time"
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
	if a := n.do("POST", rollbacks, back("ret-2", "9", 1)).want(422, "redemption_line_unknown"); a.str("param") != "lines[0].id" {
		t.Errorf("%s", a.Raw)
	}
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

// An Idempotency-Key is good for one return of an order, in parts as in whole.
func TestOneKeyForEachReturn(t *testing.T) {
	n := newTenant(t)
	r := n.do("POST", "/v1/redemptions", use(n.coupon(n.campaign(nil), nil).str("code"), "o-1")).want(201)
	rollBack := func(key, ret string, lines ...object) answer {
		body := object{"return": ret, "lines": lines}
		if lines == nil {
			delete(body, "lines")
		}
		return n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", body, "Idempotency-Key", key)
	}
	one := object{"id": "1", "quantity": 1}
	rollBack("key-1", "ret-1", one).want(201)
	rollBack("key-1", "ret-1", one).want(200)
	rollBack("key-1", "ret-2", one).want(422, "idempotency_key_reused")
	rollBack("key-1", "ret-2").want(422, "idempotency_key_reused")
	rollBack("key-2", "ret-2", one).want(201)
	rollBack("key-1", "ret-3").want(422, "idempotency_key_reused")
	rollBack("key-2", "ret-3").want(422, "idempotency_key_reused")
	rollBack("key-3", "ret-3").want(201)
	rollBack("key-3", "ret-4").want(422, "idempotency_key_reused")
	r = n.do("POST", "/v1/redemptions", use(r.applied(0)["code"].(string), "o-1")).want(201)
	rollBack("key-1", "ret-1", one).want(201) // another attempt is another redemption
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
	camp := n.campaign(object{"budget": object{"amount": 5000, "currency": "EUR"}, "rules": object{"currency": "EUR"}})
	beside := n.automatic(object{"budget": object{"amount": 5000, "currency": "EUR"}, "rules": object{"currency": "EUR"}})
	r := n.do("POST", "/v1/redemptions", object{"codes": []string{n.coupon(camp, nil).str("code")}, "order": object{
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
	n.noDrift(camp)
	n.noDrift(beside)
	t.Log(counts)
}

// Each return of single lines gives the budget its part at once: another order can have it then.
func TestReturnsGiveBudgetsTheirParts(t *testing.T) {
	n := newTenant(t)
	budget := object{"budget": object{"amount": 1000, "currency": "EUR"}, "rewards": []object{{"type": "amount_off", "amount_off": 1000, "currency": "EUR"}}}
	alone, beside, keeps := n.campaign(budget), n.campaign(with(budget, object{"budget": object{"amount": 1700, "currency": "EUR"}})), n.campaign(with(budget, object{"on_cancel": "keep"}))
	n.coupon(alone, object{"code": "ALONE"})
	n.coupon(beside, object{"code": "BESIDE"})
	n.coupon(keeps, object{"code": "KEEPS"})
	spent := func(camp string) int64 { return n.do("GET", "/v1/campaigns/"+camp, nil).num("budget_spent") }
	for i, c := range []struct {
		codes []string
		camps []string
	}{{[]string{"ALONE"}, []string{alone}}, {[]string{"BESIDE", "KEEPS"}, []string{beside, keeps}}} {
		r := n.do("POST", "/v1/redemptions", codes(fmt.Sprint("o-", i), nil, c.codes...)).want(201)
		rollbacks := "/v1/redemptions/" + r.str("id") + "/rollbacks"
		left := r.num("discount")
		for ret, line := range []string{"1", "2", "1"} {
			for range 2 { // a copy gives nothing more
				part := n.do("POST", rollbacks, object{"return": fmt.Sprint("ret-", ret), "lines": []object{{"id": line, "quantity": 1}}})
				if part.Status == 201 {
					left -= part.num("discount")
				}
			}
			sum := int64(0)
			for _, camp := range c.camps {
				sum += spent(camp)
				n.noDrift(camp)
			}
			if sum != left {
				t.Errorf("after return %d of %v: %d spent, want %d", ret, c.codes, sum, left)
			}
		}
		n.do("POST", rollbacks, nil)
		for _, camp := range c.camps {
			if spent(camp) != 0 {
				t.Errorf("%v: %d spent in the end", c.codes, spent(camp))
			}
			n.noDrift(camp)
		}
	}

	r := n.do("POST", "/v1/redemptions", use("ALONE", "o-3")).want(201)
	n.do("POST", "/v1/redemptions", use("ALONE", "o-4")).want(409, "budget_exhausted")
	n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", object{"return": "ret-1", "lines": []object{{"id": "1", "quantity": 2}}}).want(201)
	worth := func(amount int) object { // as line 1 had 796 of the 1000
		return object{"order": object{"id": "o-5", "currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": amount}}}}
	}
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use("ALONE", "", worth(797))).want(409, "budget_exhausted")
	n.do("POST", "/v1/redemptions", use("ALONE", "", worth(796))).want(201)
	n.noDrift(alone)
}

// A redemption that took no money off, or some off the shipping, is complete when every line came back.
func TestReturnsOfAllLinesComplete(t *testing.T) {
	n := newTenant(t)
	service := object{"type": "service", "service": object{"de": "signiert", "en": "signed"}}
	for i, c := range []struct {
		rewards []object
		keep    bool
		last    int64
	}{
		{[]object{service}, false, 0},
		{[]object{service}, true, 0},
		{[]object{{"type": "free_item", "sku": "sku-9", "quantity": 1}}, false, 0},
		{[]object{{"type": "free_shipping"}, service}, false, 490},
	} {
		terms := object{"max_redemptions": 1, "rewards": c.rewards}
		if c.keep {
			terms["on_cancel"] = "keep"
		}
		camp, code := n.campaign(terms), fmt.Sprint("SERVICE-", i)
		n.coupon(camp, object{"code": code})
		r := n.do("POST", "/v1/redemptions", use(code, "o-1")).want(201)
		rollbacks := "/v1/redemptions/" + r.str("id") + "/rollbacks"
		back := func(ret, line string, quantity int) answer {
			return n.do("POST", rollbacks, object{"return": ret, "lines": []object{{"id": line, "quantity": quantity}}})
		}
		back("ret-0", "1", 3).want(422, "return_exceeds_order")
		if a := back("ret-1", "1", 2).want(201); a.Body["complete"] != false {
			t.Errorf("%s", a.Raw)
		}
		if a := back("ret-2", "2", 1).want(201); a.Body["complete"] != true || a.num("discount") != c.last {
			t.Errorf("%s", a.Raw)
		}
		back("ret-2", "2", 1).want(200)
		back("ret-3", "2", 1).want(409, "already_rolled_back")
		if got := n.do("GET", "/v1/redemptions/"+r.str("id"), nil).want(200); got.str("status") != "rolled_back" {
			t.Errorf("%s", got.Raw)
		}
		n.clock.move(definitionDelay)
		if a := n.do("POST", "/v1/redemptions", use(code, "o-2")); (a.Status == 409) != c.keep {
			t.Errorf("keep %t: %s", c.keep, a.Raw)
		}
		n.noDrift(camp)
	}
}

// A hold that was taken back, and is redeemed after all, still knows the lines of its order.
func TestReturnsAfterALapse(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 1, "rewards": []object{{"type": "service", "service": object{"de": "signiert", "en": "signed"}}}})
	n.coupon(camp, object{"code": "LATE"})
	h := n.do("POST", "/v1/holds", use("LATE", "o-1", object{"expires_in": 60})).want(201)
	n.clock.move(definitionDelay + 2*time.Minute)
	rival := n.do("POST", "/v1/redemptions", use("LATE", "o-2")).want(201)
	n.do("POST", "/v1/redemptions/"+rival.str("id")+"/rollbacks", nil).want(201)
	r := n.do("POST", "/v1/holds/"+h.str("id")+"/commit", object{}).want(201)
	rollbacks := "/v1/redemptions/" + r.str("id") + "/rollbacks"
	one := n.do("POST", rollbacks, object{"return": "ret-1", "lines": []object{{"id": "2", "quantity": 1}}}).want(201)
	all := n.do("POST", rollbacks, object{"return": "ret-2", "lines": []object{{"id": "1", "quantity": 2}}}).want(201)
	if one.Body["complete"] != false || all.Body["complete"] != true {
		t.Errorf("%s %s", one.Raw, all.Raw)
	}
	n.noDrift(camp)
}
