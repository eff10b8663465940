package e2e

import (
	"fmt"
	"testing"
)

// codes is the body of a redemption of several codes.
func codes(order string, more object, list ...string) object {
	return with(object{"codes": list, "order": cart(order)}, more)
}

// applied gives what an answer says of its codes.
func (a answer) applied(i int) object {
	a.t.Helper()
	list, _ := a.Body["codes"].([]any)
	if i >= len(list) {
		a.t.Fatalf("no code %d in %s", i, a.Raw)
	}
	return list[i].(object)
}

// sum of the discounts of all codes, which must be the whole's.
func (a answer) sums() answer {
	a.t.Helper()
	var sum float64
	for i := range a.Body["codes"].([]any) {
		sum += a.applied(i)["discount"].(float64)
	}
	if int64(sum) != a.num("discount") || a.num("subtotal")+a.num("shipping_amount")-a.num("discount") != a.num("amount_due") {
		a.t.Errorf("the codes do not sum to the whole: %s", a.Raw)
	}
	return a
}

// ten issues codes of ten campaigns, in turn random and shared, with and without limits.
func (n *tenant) ten() (list, campaigns []string) {
	n.t.Helper()
	for i := range 10 {
		more := object{"rewards": []object{{"type": "amount_off", "amount_off": 10 + i, "currency": "EUR"}}}
		if i%3 == 0 {
			more["max_redemptions"], more["max_redemptions_per_customer"] = 20, 2
		}
		camp := n.campaign(more)
		var named object
		if i%2 == 0 {
			named = object{"code": fmt.Sprintf("TEN%d-%d", i, i)}
		}
		list, campaigns = append(list, n.coupon(camp, named).str("code")), append(campaigns, camp)
	}
	return list, campaigns
}

// vendure, medusa#4949: a second code is never ignored.
func TestTenCodesAreOneRedemption(t *testing.T) {
	n := newTenant(t)
	list, campaigns := n.ten()
	body := codes("o-1", object{"customer": "c-1"}, list...)
	valid := n.do("POST", "/v1/validations", body).want(200).sums()
	made := n.do("POST", "/v1/redemptions", body).want(201).sums()
	if made.num("discount") != 145 || valid.num("discount") != 145 || valid.Body["valid"] != true {
		t.Fatalf("%s\n%s", made.Raw, valid.Raw)
	}
	if again := n.do("POST", "/v1/redemptions", body).want(200); again.Raw != made.Raw {
		t.Errorf("a retry gets %s", again.Raw)
	}
	turned := codes("o-1", object{"customer": "c-1"}, append(list[5:len(list):len(list)], list[:5]...)...)
	n.do("POST", "/v1/redemptions", turned).want(200)
	n.do("POST", "/v1/redemptions", use(list[1], "o-1", object{"customer": "c-1"})).want(409, "redemption_differs")
	n.do("POST", "/v1/redemptions", use(list[1], "o-2", object{"customer": "c-1"})).want(409, "quantity_exceeded")
	n.noDrift(campaigns[0])
	if got := n.do("GET", "/v1/redemptions/"+made.str("id"), nil).want(200); got.Raw != made.Raw {
		t.Errorf("read as %s", got.Raw)
	}
	back := n.do("POST", "/v1/redemptions/"+made.str("id")+"/rollbacks", nil).want(201)
	if back.num("discount") != 145 || back.Body["complete"] != true {
		t.Errorf("%s", back.Raw)
	}
	n.do("POST", "/v1/redemptions/"+made.str("id")+"/rollbacks", nil).want(200)
	for _, camp := range campaigns {
		n.noDrift(camp)
	}
	again := n.do("POST", "/v1/redemptions", body).want(201).sums()
	if again.str("id") == made.str("id") {
		t.Error("the next attempt has the id of the first")
	}
}

func TestAllOrNothing(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	good, bad := n.coupon(camp, nil), n.coupon(n.campaign(nil), nil)
	n.do("POST", "/v1/coupons/"+bad.str("id")+"/disable", nil).want(200)
	both := codes("o-1", nil, good.str("code"), bad.str("code"))
	if a := n.do("POST", "/v1/redemptions", both).want(409, "coupon_not_active"); a.str("param") != "codes[1]" {
		t.Errorf("%s", a.Raw)
	}
	if got := n.do("GET", "/v1/coupons/"+good.str("id"), nil); got.num("times_redeemed") != 0 {
		t.Errorf("one of two was used: %s", got.Raw)
	}
	three := codes("o-1", nil, good.str("code"), bad.str("code"), "0000-0000-0000")
	a := n.do("POST", "/v1/redemptions", three).want(422, "codes_refused")
	if errs := a.Body["errors"].([]any); len(errs) != 2 || errs[1].(object)["param"] != "codes[2]" {
		t.Errorf("%s", a.Raw)
	}
	n.do("POST", "/v1/redemptions", codes("o-1", nil, good.str("code"), " "+good.str("code"))).want(422, "code_repeated")
}

func TestPartialLeavesOut(t *testing.T) {
	n := newTenant(t)
	good, bad := n.coupon(n.campaign(nil), nil), n.coupon(n.campaign(nil), nil)
	used := n.coupon(n.campaign(object{"max_redemptions": 1}), object{"code": "ONLYONE"})
	n.do("POST", "/v1/redemptions", use("ONLYONE", "o-0")).want(201)
	n.do("POST", "/v1/coupons/"+bad.str("id")+"/disable", nil).want(200)
	body := codes("o-1", object{"mode": "partial"}, bad.str("code"), good.str("code"), used.str("code"), "no code!")
	made := n.do("POST", "/v1/redemptions", body, "Accept-Language", "de").want(201).sums()
	for i, want := range []string{"coupon_not_active", "", "quantity_exceeded", "code_malformed"} {
		c := made.applied(i)
		if want == "" {
			if c["status"] != "redeemed" || c["discount"] != 490.0 {
				t.Errorf("%v", c)
			}
			continue
		}
		if p, ok := c["problem"].(object); !ok || c["status"] != "not_applied" || p["code"] != want || p["detail"] == "" {
			t.Errorf("%d: %v", i, c)
		}
	}
	if again := n.do("POST", "/v1/redemptions", body).want(200); again.Raw != made.Raw {
		t.Errorf("a retry gets %s", again.Raw)
	}
	seen := n.as(n.pk, "POST", "/v1/validations", with(body, object{"mode": nil})).want(200)
	for i, want := range map[int]string{0: "coupon_not_usable", 2: "coupon_not_usable", 3: "code_malformed"} {
		if p := seen.applied(i)["problem"].(object); p["code"] != want { // a browser learns no more from what was redeemed
			t.Errorf("%d: %v", i, p)
		}
	}
	n.do("POST", "/v1/coupons/"+bad.str("id")+"/enable", nil).want(200)
	if again := n.do("POST", "/v1/redemptions", body).want(200); again.Raw != made.Raw {
		t.Errorf("a retry after a change gets %s", again.Raw)
	}
	none := codes("o-2", object{"mode": "partial"}, used.str("code"), "no code!")
	n.do("POST", "/v1/redemptions", none).want(422, "codes_refused")
}

// Orders that want overlapping sets of codes get them in one piece each, or not at all.
func TestOverlappingSetsRace(t *testing.T) {
	n := newTenant(t)
	var list []string
	for range 6 {
		list = append(list, n.coupon(n.campaign(object{"max_redemptions": 5}), nil).str("code"))
	}
	counts := together(60, func(i int) int {
		return n.do("POST", "/v1/redemptions", codes(fmt.Sprint("o-", i), nil, list[i%6], list[(i+1)%6], list[(i+3)%6])).Status
	})
	if counts[201] < 1 || counts[201] > 2 || counts[201]+counts[409]+counts[422] != 60 {
		t.Errorf("%v", counts)
	}
	taken := 0
	for _, code := range list {
		taken += int(n.do("POST", "/v1/coupons/lookup", object{"code": code}).want(200).num("times_redeemed"))
	}
	if taken != 3*counts[201] {
		t.Errorf("%d codes are taken by %d redemptions of three", taken, counts[201])
	}
}

// The same three codes for the same order, many times at once, in any order of the codes.
func TestRetriesOfAJointRedemptionAreOne(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 50})
	list := []string{n.coupon(camp, nil).str("code"), n.coupon(n.campaign(nil), object{"code": "EVERYBODY"}).str("code"), n.coupon(n.campaign(nil), nil).str("code")}
	counts := together(100, func(i int) int {
		return n.do("POST", "/v1/redemptions", codes("o-1", nil, list[i%3], list[(i+1)%3], list[(i+2)%3])).Status
	})
	if counts[201] != 1 || counts[200] != 99 {
		t.Errorf("%v", counts)
	}
	n.noDrift(camp)
}
