package e2e

import (
	"fmt"
	"testing"
	"time"
)

func TestAutomaticHolds(t *testing.T) {
	n := newTenant(t)
	camp := n.automatic(object{"max_redemptions": 1})
	code := n.coupon(n.campaign(nil), nil).str("code")
	for i, body := range []object{use(code, "o-1"), use(code, "o-1", object{"mode": "partial"}), none("o-1")} {
		h := n.hold(body, 201).has(camp)
		if again := n.hold(body, 200); again.Raw != h.Raw {
			t.Errorf("%d: a second payment attempt gets %s", i, again.Raw)
		}
		n.noDrift(camp)
		n.clock.move(time.Hour)
		rival := n.do("POST", "/v1/redemptions", none(fmt.Sprint("rival-", i))).want(201).has(camp)
		n.on(h, "commit", 409, "hold_expired") // the price was promised with the campaign
		n.do("POST", "/v1/redemptions/"+rival.str("id")+"/rollbacks", nil).want(201)
		r := n.on(h, "commit", 201).has(camp)
		if r.num("discount") != h.num("discount") {
			t.Errorf("%s", r.Raw)
		}
		n.noDrift(camp)
		n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
		h = n.hold(body, 201).has(camp)
		if r = n.do("POST", "/v1/redemptions", body).want(201).has(camp); r.str("status") != "redeemed" {
			t.Errorf("%s", r.Raw)
		}
		n.on(h, "commit", 200)
		n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
		h = n.hold(body, 201)
		n.on(h, "release", 200)
		n.noDrift(camp)
	}
}

// Returns in parts take back of what all took off, and each campaign's policy is its own.
func TestAutomaticReturns(t *testing.T) {
	n := newTenant(t)
	keeps := n.automatic(object{"max_redemptions": 10, "on_cancel": "keep"})
	reopens := n.automatic(object{"max_redemptions": 10})
	plain := n.campaign(object{"max_redemptions": 10})
	for i, body := range []object{use(n.coupon(plain, nil).str("code"), "o-0"), none("o-1")} {
		r := n.do("POST", "/v1/redemptions", body).want(201).has(keeps, reopens)
		back := "/v1/redemptions/" + r.str("id") + "/rollbacks"
		part := n.do("POST", back, object{"return": "ret-1", "lines": []object{{"id": "1", "quantity": 1}}}).want(201)
		rest := n.do("POST", back, object{"return": "ret-2"}).want(201)
		if part.num("discount") <= 0 || part.num("discount")+rest.num("discount") != r.num("discount") {
			t.Errorf("%s\n%s\n%s", r.Raw, part.Raw, rest.Raw)
		}
		n.noDrift(keeps, reopens, plain)
		for camp, want := range map[string]int64{keeps: int64(i + 1), reopens: 0, plain: 0} {
			if got := n.do("GET", "/v1/campaigns/"+camp, nil).num("times_redeemed"); got != want {
				t.Errorf("%d: %s counts %d, want %d", i, camp, got, want)
			}
		}
	}
	// The order cannot have the campaign again that keeps its use; the code it can.
	again := n.do("POST", "/v1/redemptions", use(n.coupon(plain, nil).str("code"), "o-0")).want(201).has(reopens)
	n.do("POST", "/v1/redemptions/"+again.str("id")+"/rollbacks", nil).want(201)
	n.noDrift(keeps, reopens, plain)
}

// A code that keeps its use, with a budget that gets its money back, beside campaigns of either policy.
func TestAutomaticBesideACodeThatIsKept(t *testing.T) {
	n := newTenant(t)
	limits := object{
		"max_redemptions": 10, "budget": object{"amount": 100_000, "currency": "EUR"},
		"rules": object{"currency": "EUR"},
	}
	keep := with(limits, object{"on_cancel": "keep"})
	keeps, reopens, kept := n.automatic(keep), n.automatic(limits), n.campaign(keep)
	code := n.coupon(kept, nil).str("code")
	r := n.do("POST", "/v1/redemptions", use(code, "o-1")).want(201).has(keeps, reopens)
	n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
	n.noDrift(keeps, reopens, kept)
	for camp, want := range map[string]int64{keeps: 1, reopens: 0, kept: 1} {
		got := n.do("GET", "/v1/campaigns/"+camp, nil)
		if got.num("times_redeemed") != want || got.num("budget_spent") != 0 {
			t.Errorf("%s", got.Raw)
		}
	}
	if again := n.do("POST", "/v1/redemptions", use(code, "o-1")).want(200); again.str("status") != "rolled_back" {
		t.Errorf("%s", again.Raw)
	}
}

// Automatic campaigns leave room for the codes: what an order writes fits into one transaction.
func TestAutomaticLeavesRoom(t *testing.T) {
	n := newTenant(t)
	every := object{
		"max_redemptions": 100, "max_redemptions_per_customer": 10, "max_redemptions_per_day": 50, "time_zone": "Europe/Berlin",
		"rewards": []object{{"type": "amount_off", "amount_off": 10, "currency": "EUR"}},
	}
	var list, all []string
	for i := range 10 {
		camp := n.campaign(every)
		list, all = append(list, n.coupon(camp, object{"code": fmt.Sprint("ROOM-", i, "-", i)}).str("code")), append(all, camp)
	}
	for range 6 {
		all = append(all, n.automatic(every))
	}
	who := object{"customer": "c-1"}
	if h := n.hold(codes("o-1", who, list...), 201).sums(); len(h.automatics()) != 1 {
		t.Errorf("%s", h.Raw)
	}
	if r := n.do("POST", "/v1/redemptions", codes("o-2", who, list...)).want(201).sums(); len(r.automatics()) != 5 {
		t.Errorf("%s", r.Raw)
	}
	n.noDrift(all...)
}

// What comes in where another is used up is looked at, too.
func TestAutomaticBehindAnother(t *testing.T) {
	n := newTenant(t)
	one := object{"exclusive": true, "max_redemptions": 1}
	first, second := n.automatic(with(one, object{"priority": 2})), n.automatic(with(one, object{"priority": 1}))
	n.do("POST", "/v1/redemptions", none("o-1")).want(201).has(first)
	n.twin().do("POST", "/v1/validations", none("o-2")).want(200).has(second)
	n.do("POST", "/v1/redemptions", none("o-2")).want(201).has(second)
	n.twin().do("POST", "/v1/validations", none("o-3")).want(200).has()
	n.twin().do("POST", "/v1/redemptions", none("o-3")).want(422, "nothing_to_redeem")
}

// Campaigns that do not apply take no room: a budget is found in however many pieces it lies.
func TestAutomaticElsewhere(t *testing.T) {
	n := newTenant(t)
	for range 25 {
		n.automatic(object{"rules": object{"minimum_amount": 999_999, "currency": "EUR"}})
	}
	camp := n.campaign(object{"budget": object{"amount": 80_000, "currency": "EUR"}, "rules": object{"currency": "EUR"}})
	code := n.coupon(camp, object{"code": "IN-PIECES"}).str("code")
	dear := func(id string) object {
		return object{"order": object{"id": id, "currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": 400_000}}}}
	}
	for i := range 2 {
		if r := n.do("POST", "/v1/redemptions", use(code, "", dear(fmt.Sprint("o-", i)))).want(201).has(); r.num("discount") != 40_000 {
			t.Errorf("%s", r.Raw)
		}
	}
	n.do("POST", "/v1/redemptions", use(code, "o-2")).want(409, "budget_exhausted")
	n.noDrift(camp)
}
