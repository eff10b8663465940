package e2e

import (
	"fmt"
	"testing"
	"time"
)

// automatic makes an automatic campaign of ten percent.
func (n *tenant) automatic(more object) string {
	n.t.Helper()
	return n.campaign(with(object{"automatic": true}, more))
}

// none is the body of a call for an order without codes.
func none(order string, more ...object) object {
	o := object{"codes": []string{}, "order": cart(order)}
	for _, m := range more {
		o = with(o, m)
	}
	return o
}

// automatics gives the campaigns in an answer that nobody asked for by a code.
func (a answer) automatics() []string {
	a.t.Helper()
	var out []string
	for i := range a.Body["codes"].([]any) {
		c := a.applied(i)
		if c["automatic"] != true {
			continue
		}
		if c["code"] != nil || c["coupon"] != nil || c["reason"] == nil || c["discount"].(float64) <= 0 {
			a.t.Errorf("what is this automatic campaign: %v", c)
		}
		out = append(out, c["campaign"].(string))
	}
	return out
}

// has checks which automatic campaigns an answer has.
func (a answer) has(campaigns ...string) answer {
	a.t.Helper()
	if got := fmt.Sprint(a.automatics()); got != fmt.Sprint(campaigns) {
		a.t.Fatalf("automatic: %s, want %s, in %s", got, campaigns, a.Raw)
	}
	return a.sums()
}

func TestAutomaticBesideACode(t *testing.T) {
	n := newTenant(t)
	camp := n.automatic(object{"max_redemptions": 10, "max_redemptions_per_customer": 2})
	plain := n.campaign(nil)
	for i, code := range []string{n.coupon(plain, nil).str("code"), n.coupon(plain, object{"code": "EVERYBODY"}).str("code")} {
		body := use(code, fmt.Sprint("o-", i), object{"customer": "c-1"})
		v := n.do("POST", "/v1/validations", body).want(200).has(camp)
		r := n.do("POST", "/v1/redemptions", body).want(201).has(camp)
		if v.Body["valid"] != true || v.num("discount") != 490+441 || r.num("discount") != 490+441 || r.applied(1)["discount"] != 441.0 {
			t.Errorf("%s\n%s", v.Raw, r.Raw)
		}
		if again := n.do("POST", "/v1/redemptions", body).want(200); again.Raw != r.Raw {
			t.Errorf("a retry gets %s", again.Raw)
		}
		if again := n.do("POST", "/v1/validations", body).want(200).has(camp); again.num("discount") != 490+441 || again.Body["valid"] != true {
			t.Errorf("a validation of what is redeemed: %s", again.Raw)
		}
		if got := n.do("GET", "/v1/redemptions/"+r.str("id"), nil).want(200); got.Raw != r.Raw {
			t.Errorf("read as %s", got.Raw)
		}
		n.noDrift(camp)
		if i == 1 {
			n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
			n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(200)
			n.noDrift(camp)
			second := n.do("POST", "/v1/redemptions", body).want(201).has(camp)
			if second.str("id") == r.str("id") {
				t.Error("the next attempt has the id of the first")
			}
		}
	}
	if got := n.do("GET", "/v1/campaigns/"+camp, nil); got.num("times_redeemed") != 2 || got.Body["automatic"] != true {
		t.Errorf("%s", got.Raw)
	}
	// The customer has had it twice: the code still applies, alone.
	n.do("POST", "/v1/redemptions", use("EVERYBODY", "o-9", object{"customer": "c-1"})).want(201).has()
	n.do("POST", "/v1/redemptions", use("EVERYBODY", "o-10")).want(201).has() // it needs a customer
	n.noDrift(camp)
}

func TestAutomaticAlone(t *testing.T) {
	n := newTenant(t)
	v := n.do("POST", "/v1/validations", none("o-1")).want(200).has()
	if v.Body["valid"] != false || v.num("discount") != 0 {
		t.Errorf("%s", v.Raw)
	}
	n.do("POST", "/v1/redemptions", none("o-1")).want(422, "nothing_to_redeem")
	n.clock.move(definitionDelay)
	camp := n.automatic(object{"max_redemptions": 10, "rules": object{"minimum_amount": 3000, "currency": "EUR"}})
	if v = n.do("POST", "/v1/validations", none("")).want(200).has(camp); v.Body["valid"] != true {
		t.Errorf("%s", v.Raw)
	}
	small := object{"id": "o-2", "currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": 2999}}}
	n.do("POST", "/v1/redemptions", none("", object{"order": small})).want(422, "nothing_to_redeem")
	n.do("POST", "/v1/validations", none("", object{"order": small})).want(200).has()
	r := n.do("POST", "/v1/redemptions", none("o-1")).want(201).has(camp)
	n.do("POST", "/v1/redemptions", none("o-1", object{"order": with(cart("o-1"), object{"shipping_amount": 0})})).want(409, "redemption_differs")
	n.do("POST", "/v1/campaigns/"+camp+"/pause", nil).want(200)
	n.clock.move(definitionDelay)
	if again := n.do("POST", "/v1/redemptions", none("o-1")).want(200); again.Raw != r.Raw {
		t.Errorf("a retry gets %s", again.Raw)
	}
	n.do("POST", "/v1/redemptions", none("o-3")).want(422, "nothing_to_redeem")
	n.noDrift(camp)
	n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
	n.noDrift(camp)
	n.do("POST", "/v1/redemptions", none("o-1")).want(422, "nothing_to_redeem")
	n.do("POST", "/v1/campaigns/"+camp+"/resume", nil).want(200)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", none("o-1")).want(201).has(camp)
}

// An order that has the campaign by another request does not get it twice.
func TestAutomaticOnceAnOrder(t *testing.T) {
	n := newTenant(t)
	camp := n.automatic(nil)
	plain := n.campaign(nil)
	a, b := n.coupon(plain, nil).str("code"), n.coupon(plain, nil).str("code")
	first := n.do("POST", "/v1/redemptions", use(a, "o-1")).want(201).has(camp)
	n.do("POST", "/v1/validations", use(b, "o-1")).want(200).has()
	n.do("POST", "/v1/redemptions", use(b, "o-1")).want(201).has()
	differs := n.do("POST", "/v1/redemptions", none("o-1")).want(409, "redemption_differs")
	held := n.hold(none("o-2"), 201).has(camp)
	n.do("POST", "/v1/validations", use(b, "o-2")).want(200).has()
	n.clock.move(time.Hour) // its time is over, and the order changes its mind
	c := n.coupon(plain, nil).str("code")
	n.do("POST", "/v1/validations", use(c, "o-2")).want(200).has(camp)
	n.do("POST", "/v1/redemptions", use(c, "o-2")).want(201).has(camp)
	n.on(held, "commit", 409, "hold_expired")
	if differs.Body["values"].(object)["redemption"] != first.str("id") {
		t.Errorf("%s", differs.Raw)
	}
}

// A code wins a tie against an automatic campaign that cannot stand beside it.
func TestAutomaticGivesWay(t *testing.T) {
	n := newTenant(t)
	alone := n.automatic(object{"exclusive": true, "max_redemptions_per_customer": 1})
	plain := n.campaign(nil)
	who := object{"customer": "c-1"}
	code := func() string { return n.coupon(plain, nil).str("code") }
	n.do("POST", "/v1/redemptions", use(code(), "o-1", who)).want(201).has()
	n.do("PATCH", "/v1/campaigns/"+alone, object{"priority": 5}).want(200)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use(code(), "o-2", who)).want(422, "not_combinable")
	partial := n.do("POST", "/v1/redemptions", use(code(), "o-3", who, object{"mode": "partial"})).want(201).has(alone)
	if partial.applied(0)["status"] != "not_applied" {
		t.Errorf("%s", partial.Raw)
	}
	// The customer cannot have it again, so it keeps no code out.
	n.do("POST", "/v1/validations", use(code(), "o-4", who)).want(200).has()
	n.do("POST", "/v1/redemptions", use(code(), "o-4", who)).want(201).has()
	n.do("POST", "/v1/holds", use(code(), "o-5", who)).want(201).has()
	n.noDrift(alone)
}

// Of many that apply, the five of highest priority do.
func TestAutomaticAtMostFive(t *testing.T) {
	n := newTenant(t)
	var want []string
	for i := range 8 {
		camp := n.automatic(object{"priority": i})
		if i >= 3 {
			want = append(want, camp)
		}
	}
	code := n.coupon(n.campaign(nil), nil).str("code")
	n.do("POST", "/v1/validations", use(code, "o-1")).want(200).has(want...)
	n.do("POST", "/v1/redemptions", use(code, "o-1")).want(201).has(want...)
	n.do("POST", "/v1/campaigns/"+want[4]+"/pause", nil).want(200)
	n.clock.move(definitionDelay)
	if got := n.do("POST", "/v1/redemptions", none("o-2")).want(201).automatics(); len(got) != 5 {
		t.Errorf("%v", got)
	}
}

// A limit of an automatic campaign is exact, and keeps no order from its code.
func TestAutomaticLimitUnderRace(t *testing.T) {
	n := newTenant(t)
	camp := n.automatic(object{"max_redemptions": 12})
	plain := n.campaign(nil)
	var list []string
	for range 60 {
		list = append(list, n.coupon(plain, nil).str("code"))
	}
	with := make([]int, len(list))
	counts := together(len(list), func(i int) int {
		a := n.do("POST", "/v1/redemptions", use(list[i], fmt.Sprint("o-", i)))
		if a.Status == 201 {
			with[i] = len(a.automatics())
		}
		return a.Status
	})
	got := 0
	for _, w := range with {
		got += w
	}
	if counts[201] != len(list) || got != 12 {
		t.Errorf("%v, %d with the campaign", counts, got)
	}
	n.noDrift(camp)
	n.do("POST", "/v1/redemptions", none("o-none")).want(422, "nothing_to_redeem")
	n.do("POST", "/v1/validations", none("o-none")).want(200).has()
}

// Browsers see automatic campaigns, as everybody does, but none that needs to know the customer.
func TestAutomaticForBrowsers(t *testing.T) {
	n := newTenant(t)
	n.automatic(object{"max_redemptions_per_customer": 1})
	open := n.automatic(nil)
	n.as(n.pk, "POST", "/v1/validations", none("")).want(200).has(open)
	v := n.as(n.pk, "POST", "/v1/validations", use("NOSUCHCODE", "")).want(200).has(open)
	if v.Body["valid"] != false || v.num("discount") != 490 {
		t.Errorf("%s", v.Raw)
	}
}
