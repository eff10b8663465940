package e2e

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"
)

// What the model test (infra/model) found, each in its shortest form.

// A lapsed hold of the same order does not stand in the way of the order as it is now, and a validation says so.
func TestValidationLooksPastALapsedHold(t *testing.T) {
	n := newTenant(t)
	n.coupon(n.campaign(nil), object{"code": "AGAIN"})
	n.hold(use("AGAIN", "o-1"), 201)
	changed := use("AGAIN", "", object{"order": with(cart("o-1"), object{"shipping_amount": 0})})
	n.do("POST", "/v1/redemptions", changed).want(409, "redemption_differs")
	n.clock.move(15 * time.Minute)
	if v := n.do("POST", "/v1/validations", changed).want(200); v.Body["valid"] != true {
		t.Errorf("%s", v.Raw)
	}
	n.do("POST", "/v1/redemptions", changed).want(201)
}

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

// The commit of a lapsed hold that the order has taken anew since commits the new one: it is the same order and price.
func TestCommitOfALapsedHoldThatWasTakenAnew(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(nil), nil).str("code")
	old := n.hold(use(code, "o-1"), 201)
	n.clock.move(time.Hour)
	rival := n.do("POST", "/v1/redemptions", use(code, "o-2")).want(201)
	n.do("POST", "/v1/redemptions/"+rival.str("id")+"/rollbacks", nil).want(201)
	anew := n.hold(use(code, "o-1"), 201)
	if r := n.on(old, "commit", 201); r.str("status") != "redeemed" {
		t.Errorf("%s", r.Raw)
	}
	if got := n.do("GET", "/v1/holds/"+anew.str("id"), nil).want(200); got.str("status") != "committed" {
		t.Errorf("%s", got.Raw)
	}
}

// A hold lapses at its last moment for everybody, its own order included.
func TestHoldAtItsLastMoment(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(nil), nil).str("code")
	at := n.clock.now()
	n.clock.stop(at)
	n.hold(use(code, "o-1"), 201)
	n.clock.stop(at.Add(15 * time.Minute))
	again := n.hold(use(code, "o-1"), 200)
	if until, err := time.Parse(time.RFC3339, again.str("expires_at")); err != nil || !until.After(n.clock.now()) {
		t.Errorf("%v %s", err, again.Raw)
	}
	n.do("POST", "/v1/redemptions", use(code, "o-2")).want(409, "coupon_on_hold")
}

// Returns of an order whose use the campaign keeps: what completes them is the last one, and all sum to the discount.
func TestConcurrentReturnsOfAKeptUse(t *testing.T) {
	n := newTenant(t)
	n.coupon(n.campaign(object{"on_cancel": "keep"}), object{"code": "KEPT"})
	for i := range 20 {
		r := n.do("POST", "/v1/redemptions", use("KEPT", fmt.Sprint("o-", i))).want(201)
		var sum atomic.Int64
		together(8, func(k int) int {
			body := object{"return": fmt.Sprint("ret-", k)}
			if k > 0 {
				body["lines"] = []object{{"id": "1", "quantity": 1}}
			}
			a := n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", body)
			if a.Status == 201 {
				sum.Add(a.num("discount"))
			}
			return a.Status
		})
		if sum.Load() != r.num("discount") {
			t.Errorf("%d came back of %d", sum.Load(), r.num("discount"))
		}
	}
}

// Copies of a request, all at once, get one answer, also where it takes the last use there is.
func TestRetriesOfTheLastRedemption(t *testing.T) {
	n := newTenant(t)
	for round := range 10 {
		camp := n.campaign(object{"max_redemptions": 10}) // two slots of five
		code := fmt.Sprint("LAST-", round)
		n.coupon(camp, object{"code": code})
		for i := range 9 {
			n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("o-", round, "-", i))).want(201)
		}
		for _, order := range []string{"a", "b"} { // of which one begins at the empty slot, mostly
			again := together(8, func(int) int { return n.do("POST", "/v1/redemptions", use(code, fmt.Sprint(order, round))).Status })
			if again[201]+again[200] != 8 && again[409] != 8 {
				t.Errorf("answers %v", again)
			}
		}
		n.noDrift(camp)
	}
}

// A hold that ends while it is extended leaves nothing behind: what is used up is refused, and searched for no holds.
func TestExtendRacesTheEnd(t *testing.T) {
	n := newTenant(t)
	var list []string
	for i := range 20 {
		list = append(list, n.coupon(n.campaign(object{"max_redemptions": 1}), object{"code": fmt.Sprint("ENDS-", i)}).str("code"))
		h := n.hold(use(list[i], "held"), 201)
		until := n.clock.now().UTC().Add(time.Hour).Format(time.RFC3339)
		together(2, func(k int) int {
			if k == 0 {
				return n.do("POST", "/v1/holds/"+h.str("id")+"/extend", object{"expires_at": until}).Status
			}
			return n.do("POST", "/v1/holds/"+h.str("id")+"/release", nil).Status
		})
		n.do("POST", "/v1/redemptions", use(list[i], "o-1")).want(201)
	}
	n.clock.move(2 * time.Hour)
	for _, code := range list {
		n.do("POST", "/v1/redemptions", use(code, "o-2")).want(409, "quantity_exceeded")
	}
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

// Copies of the next attempt after a rollback are one, and another order of lines does not slip in between them.
func TestCopiesOfTheNextAttempt(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 8})
	n.coupon(camp, object{"code": "NEXT"})
	for i := range 20 {
		body := use("NEXT", fmt.Sprint("o-", i))
		r := n.do("POST", "/v1/redemptions", body).want(201)
		n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
		other := use("NEXT", "", object{"order": with(cart(fmt.Sprint("o-", i)), object{"shipping_amount": 0})})
		counts := together(12, func(k int) int { return n.do("POST", "/v1/redemptions", []object{body, other}[k%2]).Status })
		if counts[201] != 1 || counts[200] != 5 || counts[409] != 6 {
			t.Errorf("answers %v", counts)
		}
		last := n.do("POST", "/v1/redemptions", body)
		id := last.Body["id"]
		if last.Status == 409 {
			id = last.Body["values"].(object)["redemption"]
		}
		n.do("POST", fmt.Sprint("/v1/redemptions/", id, "/rollbacks"), nil).want(201)
	}
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
