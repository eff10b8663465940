package e2e

import (
	"fmt"
	"testing"
	"time"
)

func (n *tenant) hold(body object, status int) answer {
	n.t.Helper()
	return n.do("POST", "/v1/holds", body).want(status)
}

func (n *tenant) on(hold answer, verb string, status int, code ...string) answer {
	n.t.Helper()
	return n.do("POST", "/v1/holds/"+hold.str("id")+"/"+verb, nil).want(status, code...)
}

func (n *tenant) extend(hold answer, by time.Duration, status int, code ...string) answer {
	n.t.Helper()
	until := n.clock.now().UTC().Add(by).Format(time.RFC3339)
	return n.do("POST", "/v1/holds/"+hold.str("id")+"/extend", object{"expires_at": until}).want(status, code...)
}

// saleor#7588, #8219: a second payment attempt is the same hold, and counts once.
func TestHoldThenCommit(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 1, "max_redemptions_per_customer": 1})
	code := n.coupon(camp, object{"code": "HOLDME"}).str("code")
	body := use(code, "o-1", object{"customer": "c-1"})
	h := n.hold(body, 201)
	if h.str("status") != "held" || h.num("discount") != 490 || h.applied(0)["status"] != "held" {
		t.Fatalf("%s", h.Raw)
	}
	if again := n.hold(body, 200); again.Raw != h.Raw {
		t.Errorf("a second payment attempt gets %s", again.Raw)
	}
	n.do("POST", "/v1/redemptions", use(code, "o-2", object{"customer": "c-2"})).want(409, "quantity_exceeded")
	n.do("GET", "/v1/redemptions/rdm_"+h.str("id")[len("hold_"):], nil).want(404)
	r := n.on(h, "commit", 201)
	if r.str("status") != "redeemed" || r.num("discount") != 490 || r.Body["object"] != "redemption" {
		t.Errorf("%s", r.Raw)
	}
	n.on(h, "commit", 200)
	n.on(h, "release", 409, "hold_committed")
	n.do("POST", "/v1/redemptions", body).want(200)
	if got := n.do("GET", "/v1/holds/"+h.str("id"), nil).want(200); got.str("status") != "committed" || got.str("redemption") != r.str("id") {
		t.Errorf("%s", got.Raw)
	}
	n.noDrift(camp)
	n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
	n.noDrift(camp)
	n.do("POST", "/v1/redemptions", use(code, "o-2", object{"customer": "c-2"})).want(201)
}

// A hold keeps what it promised, whatever the campaign becomes.
func TestHoldKeepsItsPrice(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	h := n.hold(use(n.coupon(camp, nil).str("code"), "o-1"), 201)
	n.do("PATCH", "/v1/campaigns/"+camp, object{"rewards": []object{{"type": "percent_off", "percent_off": "50"}}, "apply_to_issued": true}).want(200)
	n.do("POST", "/v1/campaigns/"+camp+"/pause", nil).want(200)
	n.clock.move(6 * time.Second)
	if r := n.on(h, "commit", 201); r.num("discount") != 490 {
		t.Errorf("%s", r.Raw)
	}
}

func TestRelease(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 3})
	a, b := n.coupon(camp, nil).str("code"), n.coupon(n.campaign(nil), nil).str("code")
	h := n.hold(codes("o-1", nil, a, b), 201)
	n.do("POST", "/v1/redemptions", use(a, "o-2")).want(409, "coupon_on_hold")
	n.on(h, "release", 200)
	if again := n.on(h, "release", 200); again.str("status") != "released" {
		t.Errorf("%s", again.Raw)
	}
	n.on(h, "commit", 409, "hold_released")
	n.extend(h, time.Hour, 409, "hold_released")
	n.noDrift(camp)
	n.do("POST", "/v1/redemptions", use(a, "o-2")).want(201)
	n.do("POST", "/v1/redemptions", use(b, "o-3")).want(201)
	n.noDrift(camp)
}

// Lapsed holds never block a sale: of a code, of a campaign's limit, of a customer's.
func TestLapsedHoldsAreTakenBack(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 20, "max_redemptions_per_customer": 2})
	n.coupon(camp, object{"code": "EVERYBODY"})
	unique := n.coupon(n.campaign(nil), nil).str("code")
	for i := range 20 {
		n.hold(codes(fmt.Sprint("held-", i), object{"customer": fmt.Sprint("c-", i/2)}, "EVERYBODY"), 201)
	}
	n.hold(use(unique, "held-u"), 201)
	n.do("POST", "/v1/redemptions", use("EVERYBODY", "o-1", object{"customer": "c-99"})).want(409, "quantity_exceeded")
	n.do("POST", "/v1/redemptions", use(unique, "o-1")).want(409, "coupon_on_hold")
	n.clock.move(15 * time.Minute)
	n.noDrift(camp)
	for i := range 20 {
		n.do("POST", "/v1/redemptions", use("EVERYBODY", fmt.Sprint("o-", i), object{"customer": fmt.Sprint("c-", i/2)})).want(201)
	}
	n.do("POST", "/v1/redemptions", use("EVERYBODY", "o-20", object{"customer": "c-99"})).want(409, "quantity_exceeded")
	n.do("POST", "/v1/redemptions", use(unique, "o-1")).want(201)
	n.noDrift(camp)
}

func TestCommitAfterTheLapse(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 1})
	code := n.coupon(camp, object{"code": "LASTONE"}).str("code")
	held := n.hold(use(code, "o-1"), 201)
	n.clock.move(time.Hour)
	if r := n.on(held, "commit", 201); r.num("discount") != 490 { // nobody needed it
		t.Errorf("%s", r.Raw)
	}
	n.do("POST", "/v1/redemptions/rdm_"+held.str("id")[len("hold_"):]+"/rollbacks", nil).want(201)

	held = n.hold(use(code, "o-2"), 201)
	n.clock.move(time.Hour)
	rival := n.do("POST", "/v1/redemptions", use(code, "o-3")).want(201)
	n.on(held, "commit", 409, "hold_expired")
	if got := n.do("GET", "/v1/holds/"+held.str("id"), nil).want(200); got.str("status") != "lapsed" {
		t.Errorf("%s", got.Raw)
	}
	n.do("POST", "/v1/redemptions/"+rival.str("id")+"/rollbacks", nil).want(201)
	n.do("PATCH", "/v1/campaigns/"+camp, object{"rewards": []object{{"type": "percent_off", "percent_off": "50"}}, "apply_to_issued": true}).want(200)
	n.clock.move(6 * time.Second)
	if r := n.on(held, "commit", 201); r.num("discount") != 490 { // as much is free again, at the old price
		t.Errorf("%s", r.Raw)
	}
	n.noDrift(camp)
}

func TestExtend(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 1})
	code := n.coupon(camp, object{"code": "LONGER"}).str("code")
	h := n.hold(use(code, "o-1", object{"expires_in": 60}), 201)
	longer := n.extend(h, time.Hour, 200)
	if sooner := n.extend(h, time.Minute, 200); sooner.Raw != longer.Raw {
		t.Errorf("%s", sooner.Raw)
	}
	n.extend(h, 25*time.Hour, 422, "hold_too_long")
	if longer.str("expires_at") <= h.str("expires_at") {
		t.Errorf("%s", longer.Raw)
	}
	n.clock.move(30 * time.Minute)
	n.do("POST", "/v1/redemptions", use(code, "o-2")).want(409, "quantity_exceeded")
	n.clock.move(31 * time.Minute)
	n.do("POST", "/v1/redemptions", use(code, "o-2")).want(201)
	n.extend(h, time.Hour, 409, "hold_expired")
	n.do("POST", "/v1/holds", use(code, "o-4", object{"expires_in": 59})).want(422, "value_too_small")
	n.do("POST", "/v1/holds/hold_nothing/commit", nil).want(404)
	n.noDrift(camp)
}

// Many orders hold, commit and release the uses of one limit at once.
func TestHoldsRace(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 40})
	n.coupon(camp, object{"code": "RACE"})
	counts := together(200, func(i int) int {
		h := n.do("POST", "/v1/holds", use("RACE", fmt.Sprint("o-", i)))
		if h.Status != 201 {
			return h.Status
		}
		verb := []string{"commit", "release"}[i%2]
		return n.do("POST", "/v1/holds/"+h.str("id")+"/"+verb, nil).Status * 10
	})
	if counts[2010] > 40 || counts[2010]+counts[2000]+counts[409]+counts[503] != 200 {
		t.Errorf("%v", counts)
	}
	if got := n.do("GET", "/v1/campaigns/"+camp, nil); got.num("times_redeemed") != int64(counts[2010]) {
		t.Errorf("%v: %s", counts, got.Raw)
	}
	n.noDrift(camp)
}
