package e2e

import (
	"fmt"
	"sync"
	"testing"
)

// twin is the same shop, served by other instances: what they have cached is their own.
func (n *tenant) twin() *tenant {
	n.t.Helper()
	h, err := newHouse(n.clock.now)
	if err != nil {
		n.t.Fatal(err)
	}
	other := *n
	other.house = h
	return &other
}

// shapes are the requests that a retry may meet in another shape, each for an order of its own.
func (n *tenant) shapes() map[string]func(order string) object {
	plain := n.campaign(nil)
	shared := n.coupon(plain, object{"code": "EVERYBODY"}).str("code")
	partial := object{"mode": "partial"}
	unique := func() string { return n.coupon(plain, nil).str("code") }
	return map[string]func(string) object{
		"none":                   func(o string) object { return none(o) },
		"none, partial":          func(o string) object { return none(o, partial) },
		"unique":                 func(o string) object { return use(unique(), o) },
		"unique, partial":        func(o string) object { return use(unique(), o, partial) },
		"shared":                 func(o string) object { return use(shared, o) },
		"shared, partial":        func(o string) object { return use(shared, o, partial) },
		"two":                    func(o string) object { return codes(o, nil, unique(), shared) },
		"two, partial":           func(o string) object { return codes(o, partial, unique(), shared) },
		"two, one of them wrong": func(o string) object { return codes(o, partial, unique(), "NOSUCHCODE") },
		"wrong, partial":         func(o string) object { return use("NOSUCHCODE", o, partial) },
	}
}

// views are instances that differ in the automatic campaigns that they know: by
// the cache of the others, one of them has ended, and another has begun.
func (n *tenant) views() (campaigns []string, sees []*tenant) {
	n.t.Helper()
	n.clock.stop(n.clock.now())
	before, first, second := n, n.twin(), n.twin()
	look := func(v *tenant) { // redemptions fill the cache of redemptions
		v.do("POST", "/v1/redemptions", use("NOSUCHCODE", "o-look")).want(404)
	}
	look(before)
	a := n.automatic(object{"max_redemptions": 1000})
	look(first)
	n.do("POST", "/v1/campaigns/"+a+"/pause", nil).want(200)
	b := n.automatic(object{"max_redemptions": 1000, "rules": object{"minimum_quantity": 1}})
	n.do("POST", "/v1/campaigns", with(tenPercent(), object{"automatic": true, "max_redemptions": 1000})).want(201)
	look(second)
	return []string{a, b}, []*tenant{before, first, second}
}

// No request makes two redemptions, and none is answered differently, whichever
// automatic campaigns the instances know that its copies meet.
func TestRetriesThatSeeOtherCampaigns(t *testing.T) {
	n := newTenant(t)
	shapes := n.shapes()
	campaigns, sees := n.views()
	for name, shape := range shapes {
		for i, v := range sees {
			body := shape(fmt.Sprint("o-", i))
			first := v.do("POST", "/v1/redemptions", body)
			if first.Status != 201 {
				if i > 0 || name[0] != 'n' && name[0] != 'w' {
					t.Errorf("%s: %s", name, first.Raw)
				}
				continue // nothing applies, and nothing was made
			}
			if len(first.automatics()) != i { // each instance knows one campaign more
				t.Errorf("%s: instance %d gives %s", name, i, first.Raw)
			}
			for _, other := range sees {
				if again := other.do("POST", "/v1/redemptions", body).want(200); again.Raw != first.Raw {
					t.Errorf("%s: a retry gets\n%s\nnot\n%s", name, again.Raw, first.Raw)
				}
				other.do("POST", "/v1/validations", dryRun(body)).want(200)
			}
			v.do("POST", "/v1/redemptions/"+first.str("id")+"/rollbacks", nil).want(201)
		}
	}
	n.noDrift(campaigns...)
}

// dryRun takes out what a validation does not know.
func dryRun(body object) object { return with(body, object{"mode": nil}) }

// Copies that meet different instances at once are one, too.
func TestCopiesThatSeeOtherCampaigns(t *testing.T) {
	n := newTenant(t)
	shapes := n.shapes()
	campaigns, sees := n.views()
	for name, shape := range shapes {
		body := shape("o-copies")
		var mu sync.Mutex
		ids := map[string]bool{}
		counts := together(24, func(i int) int {
			a := sees[i%3].do("POST", "/v1/redemptions", body)
			if a.Status < 300 {
				mu.Lock()
				ids[a.Raw] = true
				mu.Unlock()
			}
			return a.Status
		})
		if counts[201] != 1 || len(ids) != 1 || counts[201]+counts[200]+counts[422]+counts[404] != 24 {
			t.Errorf("%s: %v, %d answers", name, counts, len(ids))
		}
		for id := range ids {
			if t.Failed() {
				t.Log(id)
			}
		}
		again := n.do("POST", "/v1/redemptions", body).want(200)
		if !ids[again.Raw] {
			t.Errorf("%s: in the end %s", name, again.Raw)
		}
		n.do("POST", "/v1/redemptions/"+again.str("id")+"/rollbacks", nil).want(201)
	}
	n.noDrift(campaigns...)
}

// A late copy of a request whose redemption was rolled back makes no second use,
// even if it knows other automatic campaigns than the first did.
func TestLateCopiesThatSeeOtherCampaigns(t *testing.T) {
	n := newTenant(t)
	shapes := n.shapes()
	campaigns, sees := n.views()
	for name, shape := range shapes {
		for i, v := range sees[1:] {
			body, key := shape(fmt.Sprint("o-late-", i)), fmt.Sprint(name, i)
			first := v.do("POST", "/v1/redemptions", body, "Idempotency-Key", key).want(201)
			v.do("POST", "/v1/redemptions/"+first.str("id")+"/rollbacks", nil).want(201)
			for _, other := range sees {
				late := other.do("POST", "/v1/redemptions", body, "Idempotency-Key", key).want(200)
				if late.str("id") != first.str("id") || late.str("status") != "rolled_back" {
					t.Errorf("%s: a late copy gets %s", name, late.Raw)
				}
			}
			for _, other := range sees[1:] { // the order again, after the rollback
				second := other.do("POST", "/v1/redemptions", body).want(201)
				if second.str("id") == first.str("id") {
					t.Errorf("%s: %s", name, second.Raw)
				}
				n.do("POST", "/v1/redemptions/"+second.str("id")+"/rollbacks", nil).want(201)
			}
		}
	}
	n.noDrift(campaigns...)
}

// A code that did not apply at first applies later: the request has its
// redemption already, of the automatic campaign alone.
func TestPartialIsOneWhateverAppliesLater(t *testing.T) {
	n := newTenant(t)
	plain := n.campaign(nil)
	c := n.coupon(plain, nil)
	n.do("POST", "/v1/coupons/"+c.str("id")+"/disable", nil).want(200)
	_, sees := n.views()
	body := use(c.str("code"), "o-1", object{"mode": "partial"})
	first := sees[1].do("POST", "/v1/redemptions", body).want(201)
	n.do("POST", "/v1/coupons/"+c.str("id")+"/enable", nil).want(200)
	for _, v := range sees {
		if again := v.do("POST", "/v1/redemptions", body).want(200); again.Raw != first.Raw {
			t.Errorf("a retry gets %s", again.Raw)
		}
	}
	if got := n.do("GET", "/v1/coupons/"+c.str("id"), nil); got.num("times_redeemed") != 0 {
		t.Errorf("%s", got.Raw)
	}
}
