package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/internal/coupon"
)

// TestRoles compares each function's role with what the suite makes it call,
// both ways: nothing it calls may be missing, nothing may be granted that it
// never calls. Emulators enforce no role, so this is the only guard. It calls
// every operation itself, and counts what the tests before it called.
func TestRoles(t *testing.T) {
	exercise(t)
	granted, called := map[string]bool{}, map[string]bool{}
	for _, f := range suite.Template.Functions {
		for _, g := range f.Grants {
			granted[permission(f.LogicalID, house.Touch(g))] = true
		}
	}
	suite.calls.mu.Lock()
	defer suite.calls.mu.Unlock()
	for _, c := range suite.calls.list {
		for _, touch := range c.Touches {
			called[permission(c.Function, touch)] = true
		}
	}
	report(t, "is called but not granted", called, granted)
	report(t, "is granted but never called", granted, called)
}

func report(t *testing.T, what string, have, lack map[string]bool) {
	t.Helper()
	var missing []string
	for p := range have {
		if !lack[p] {
			missing = append(missing, p)
		}
	}
	slices.Sort(missing)
	for _, p := range missing {
		t.Errorf("%s: %s", p, what)
	}
}

func permission(function string, t house.Touch) string {
	return fmt.Sprintf("%s %s %s", function, strings.TrimSuffix(t.Table+"/"+t.Index, "/"), t.Action)
}

// exercise calls every operation in each of its ways once.
func exercise(t *testing.T) {
	t.Helper()
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 100, "max_redemptions_per_customer": 10})
	who := object{"customer": "c-1"}
	named := n.coupon(camp, object{"code": "ROLETEST"})
	code := n.do("POST", "/v1/coupons", object{"campaign": camp, "customer": "c-1"}, "Idempotency-Key", "k").want(201).str("code")
	n.do("PATCH", "/v1/campaigns/"+camp, object{"name": "New", "max_redemptions": 200, "reason": object{"de": "neu", "en": "new"}}).want(200)
	n.clock.move(definitionDelay)
	for _, c := range []string{code, "ROLETEST"} { // issued under the first version: its terms are read
		n.do("POST", "/v1/validations", use(c, "", who)).want(200)
		id := n.do("POST", "/v1/redemptions", use(c, "o-1", who)).want(201).str("id")
		n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).want(201)
	}
	n.campaign(nil)
	n.do("GET", "/v1/campaigns?limit=1", nil).want(200).str("next_cursor")
	guest := object{"customer": object{"email": "anna@example.org"}}
	n.coupon(camp, guest)
	n.do("POST", "/v1/validations", use("ROLETEST", "", guest)).want(200)
	n.do("POST", "/v1/redemptions", use("ROLETEST", "o-guest", guest)).want(201)
	n.do("GET", "/v1/coupons?campaign="+camp, nil).want(200)
	n.do("GET", "/v1/coupons?customer=c-1", nil).want(200)
	n.do("POST", "/v1/coupons/"+named.str("id")+"/disable", nil).want(200)
	n.do("POST", "/v1/coupons/"+named.str("id")+"/enable", nil).want(200)
	exerciseBatches(n, camp)
	exerciseImports(n, camp)
	exerciseCustomerImports(t)
	exerciseCustomers(n)
	exerciseSegments(n)
	n.do("GET", "/v1/campaigns", nil).want(200)
	n.do("POST", "/v1/validations", use("ROLETEST", "", who)).want(200) // the campaign is read, and remembered
	n.do("POST", "/v1/redemptions", use("ROLETEST", "o-1b", who)).want(201)
	n.do("POST", "/v1/campaigns/"+camp+"/pause", nil).want(200)
	n.do("POST", "/v1/redemptions", use("ROLETEST", "o-2", who)).want(201) // not noticed yet
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use("ROLETEST", "o-3", who)).want(409)
	n.automatic(nil)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/validations", none("o-4")).want(200)
	n.do("POST", "/v1/offers", object{"order": cart(""), "customer": "c-1"}).want(200)
	n.do("POST", "/v1/offers", object{"order": cart(""), "customer": object{"email": "anna@example.org"}}).want(200)
	n.do("POST", "/v1/redemptions", none("o-4")).want(201)
	n.automatic(object{"max_redemptions": 1})
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/holds", none("o-5")).want(201)
	limited := n.coupon(n.campaign(object{"max_redemptions": 5}), nil).str("code")
	held := n.do("POST", "/v1/holds", use(limited, "o-held")).want(201).str("id")
	n.do("POST", "/v1/holds/"+held+"/release", nil).want(200)
	n.clock.move(2 * time.Minute) // the hold lasts, but it might not
	n.do("POST", "/v1/validations", none("o-6")).want(200)
	n.do("POST", "/v1/offers", object{"order": cart("")}).want(200)
	key := n.do("POST", "/v1/keys", object{"kind": "secret"}, "Idempotency-Key", "k").want(201)
	n.do("GET", "/v1/keys", nil).want(200)
	n.do("POST", "/v1/keys/"+key.str("id")+"/revoke", nil).want(200)
	one := n.campaign(object{"max_redemptions": 1})
	n.coupon(one, object{"code": "ONLYONE"})
	n.do("POST", "/v1/redemptions", use("ONLYONE", "o-1")).want(201)
	n.do("POST", "/v1/redemptions", use("ONLYONE", "o-2")).want(409)
	n.leavePending(one, 2)
	n.onTheHour()
	leaked := n.coupon(n.campaign(object{"leak_radar": object{"customers": 2, "pause": true}}), object{"customer": "owner"}).str("code")
	for i := range 2 {
		n.do("POST", "/v1/validations", use(leaked, "", customer(i))).want(200)
		n.do("POST", "/v1/redemptions", use(leaked, "o-leak", customer(i))).want(422, "customer_not_permitted")
	}
	n.do("POST", "/v1/coupons/lookup", object{"code": wrong(1)}).want(404)
	n.sweep()
	card := n.card(n.giftCampaign(nil), 500)
	n.do("POST", "/v1/coupons/"+card.str("id")+"/top_up", object{"amount": 500}, "Idempotency-Key", "k").want(201)
	n.do("POST", "/v1/redemptions", pay(basket("o-1", 700, 0), card.str("code"))).want(201)
	n.do("GET", "/v1/coupons/"+card.str("id")+"/ledger", nil).want(200)
	exerciseOrders(n)
	n.do("POST", "/v1/campaigns/"+camp+"/forecast", object{"placed_from": "2026-01-01T00:00:00Z"}).want(200)
	n.do("PUT", "/v1/customers/c-lapses", object{}).want(201)
	n.tell("o-lapses", n.sold(1, object{"customer": "c-lapses"})).want(201)
	n.followUp()
	n.relay(n.head(camp), n.head(one), n.head(n.campaign(object{"starts_at": n.clock.now().Add(time.Hour).Format(time.RFC3339)})))
	n.clock.move(2 * time.Hour)
	n.tick()
	n.do("GET", "/v1/events/"+n.do("GET", "/v1/events?limit=1", nil).want(200).Body["data"].([]any)[0].(object)["id"].(string), nil).want(200)
	n.do("GET", "/v1/events?limit=1", nil).want(200).str("next_cursor")
	pending := coupon.Place{Space: n.space(), Campaign: one[:len(one)-1]}  // just before it
	for _, from := range []coupon.Place{{}, {Space: n.space()}, pending} { // from shop to shop, then through camp
		n.auditFrom(from)
	}
	n.clock.move(400 * 24 * time.Hour)
	n.tick()
}
