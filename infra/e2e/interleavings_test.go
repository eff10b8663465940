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
