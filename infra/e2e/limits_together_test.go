package e2e

import (
	"fmt"
	"testing"
	"time"
)

// What the model test found of limits that several codes, or holds, share.

// Two codes of one campaign take two uses of its limit: one is too few, and two in different slots are enough.
func TestTwoCodesOfOneCampaign(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 10}) // two slots of five
	n.coupon(camp, object{"code": "OTHERS"})
	n.coupon(camp, object{"code": "SHARED"})
	for i := range 8 {
		n.do("POST", "/v1/redemptions", use("OTHERS", fmt.Sprint("o-", i))).want(201)
	}
	pair := func() []string { return []string{n.coupon(camp, nil).str("code"), "SHARED"} }
	n.do("POST", "/v1/redemptions", codes("pair-1", nil, pair()...)).want(201)
	n.do("PATCH", "/v1/campaigns/"+camp, object{"max_redemptions": 11}).want(200)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", codes("pair-2", nil, pair()...)).want(409, "quantity_exceeded")
	if v := n.do("POST", "/v1/validations", codes("pair-2", nil, pair()...)).want(200); v.Body["valid"] != false || v.num("discount") != 490 {
		t.Errorf("%s", v.Raw)
	}
	n.clock.move(definitionDelay)
	if r := n.do("POST", "/v1/redemptions", codes("pair-3", object{"mode": "partial"}, pair()...)).want(201); r.num("discount") != 490 {
		t.Errorf("%s", r.Raw)
	}
	n.noDrift(camp)
}

// Of two codes of one campaign a customer with one use left gets one, where that is asked for.
func TestTwoCodesOfACustomersLimit(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions_per_customer": 1})
	who, list := object{"customer": "c-1"}, []string{n.coupon(camp, nil).str("code"), n.coupon(camp, object{"code": "MORE"}).str("code")}
	n.do("POST", "/v1/redemptions", codes("o-1", who, list...)).want(409, "customer_limit_exceeded")
	if v := n.do("POST", "/v1/validations", codes("o-1", who, list...)).want(200); v.Body["valid"] != false || v.num("discount") != 490 {
		t.Errorf("%s", v.Raw)
	}
	if r := n.do("POST", "/v1/redemptions", codes("o-1", with(who, object{"mode": "partial"}), list...)).want(201); r.num("discount") != 490 {
		t.Errorf("%s", r.Raw)
	}
	n.noDrift(camp)
}

// A short hold that begins after somebody looked for lapsed ones, and found only a long one, is found when it lapses.
func TestShortHoldBehindALongOne(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 2})
	n.coupon(camp, object{"code": "PAIR"})
	n.hold(use("PAIR", "long", object{"expires_in": 86400}), 201)
	first := n.hold(use("PAIR", "first", object{"expires_in": 7200}), 201)
	n.clock.move(2 * time.Minute)
	n.do("POST", "/v1/redemptions", use("PAIR", "o-1")).want(409, "quantity_exceeded")
	n.on(first, "release", 200)
	n.hold(use("PAIR", "short", object{"expires_in": 60}), 201)
	n.clock.move(2 * time.Minute)
	n.do("POST", "/v1/redemptions", use("PAIR", "o-2")).want(201)
	n.noDrift(camp)
}

// Of eight slots all are searched for lapsed holds, wherever those that lasted longer are.
func TestLapsedHoldInAnySlot(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 64})
	n.coupon(camp, object{"code": "EIGHT"})
	for i := range 64 {
		last := 900
		if i%16 == 15 {
			last = 60
		}
		n.hold(use("EIGHT", fmt.Sprint("held-", i), object{"expires_in": last}), 201)
	}
	n.clock.move(2 * time.Minute)
	for i := range 4 {
		n.do("POST", "/v1/redemptions", use("EIGHT", fmt.Sprint("o-", i))).want(201)
	}
	n.do("POST", "/v1/redemptions", use("EIGHT", "o-4")).want(409, "quantity_exceeded")
	n.noDrift(camp)
}

// Several codes of one order take back as many lapsed holds as they need.
func TestSeveralLapsedHoldsForOneOrder(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 24}) // three slots
	list := []string{"SEVERAL"}
	n.coupon(camp, object{"code": list[0]})
	for len(list) < 10 {
		list = append(list, n.coupon(camp, nil).str("code"))
	}
	for i := range 24 {
		n.hold(use("SEVERAL", fmt.Sprint("held-", i), object{"expires_in": 60 + 840*min(1, i%8/3)}), 201)
	}
	n.clock.move(2 * time.Minute) // nine have lapsed
	n.do("POST", "/v1/redemptions", codes("o-1", nil, list...)).want(409, "quantity_exceeded")
	n.do("POST", "/v1/redemptions", codes("o-2", nil, list[:9]...)).want(201)
	n.noDrift(camp)
}

// What many lapsed holds had of a budget goes to one order that needs it all.
func TestLapsedHoldsOfABudget(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{
		"rewards": []object{{"type": "percent_off", "percent_off": "50"}}, "rules": object{"currency": "EUR"},
		"budget": object{"amount": 100_000, "currency": "EUR"},
	})
	n.coupon(camp, object{"code": "HALF"})
	order := func(id string, amount int) object {
		return object{"codes": []string{"HALF"}, "order": object{
			"id": id, "currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": amount}},
		}}
	}
	for i := range 8 {
		n.hold(order(fmt.Sprint("held-", i), 25_000), 201)
	}
	n.do("POST", "/v1/redemptions", order("o-1", 160_000)).want(409, "budget_exhausted")
	n.clock.move(time.Hour)
	n.do("POST", "/v1/redemptions", order("o-2", 160_000)).want(201)
	n.noDrift(camp)
}

// What is too little for two codes of an order is enough for one of the next order, at the same moment.
func TestRefusedPairLeavesTheRest(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 1, "max_redemptions_per_day": 100})
	n.coupon(camp, object{"code": "REST"})
	n.do("POST", "/v1/redemptions", codes("o-1", nil, n.coupon(camp, nil).str("code"), "REST")).want(409, "quantity_exceeded")
	n.do("POST", "/v1/redemptions", use("REST", "o-2")).want(201)
	n.noDrift(camp)
}
