package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/infra/openapi"
)

// Another shop's ids, and the other side's, do not exist: on every route of the
// contract that takes an id, whatever the method.
func TestNobodyReachesAnotherShop(t *testing.T) {
	mine, other := newTenant(t), newTenant(t)
	camp := mine.campaign(nil)
	c := mine.coupon(camp, object{"customer": "c-1"})
	rdm := mine.do("POST", "/v1/redemptions", use(c.str("code"), "o-1", object{"customer": "c-1"})).want(201).str("id")
	key := mine.do("POST", "/v1/keys", object{"kind": "secret"}).want(201).str("id")
	ids := map[string]string{
		"campaigns": camp, "coupons": c.str("id"), "redemptions": rdm, "keys": key,
		"holds": "hold_" + strings.TrimPrefix(rdm, "rdm_"), "batches": mine.batch(camp, 1, nil).str("id"), "imports": mine.importOf(camp, nil),
		"events":    mine.eventOf(camp),
		"customers": mine.put("c-1", anna()).want(201).str("id"),
		"segments":  mine.segment("everybody", "true"),
	}

	mine.tell("o-1", mine.sold(1, object{"metadata": object{"mine": "alone"}})).want(201)
	mine.settle("o-1")
	ids["orders"] = "o-1"
	third := newTenant(t)
	third.put("c-2", object{}).want(201)
	third.merge("c-2", "c-1").want(404, "not_found")

	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(openapi.Document, &doc); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		if !strings.Contains(path, "{id}") {
			continue
		}
		id, ok := ids[strings.Split(path, "/")[2]]
		if !ok {
			t.Fatalf("%s: this test has no id for it; add one", path)
		}
		for method := range doc.Paths[path] {
			if namedByShop[strings.ToUpper(method)+" "+path] {
				continue // see TestEqualIDsDoNotMeet
			}
			for who, key := range map[string]string{"another shop": other.sk, "the other side": mine.live} {
				a := other.as(key, strings.ToUpper(method), strings.NewReplacer("{id}", id, "{n}", "1").Replace(path), body(method, path), "Idempotency-Key", "k")
				if a.Status != 404 || a.Body["code"] != "not_found" && a.Body["code"] != "order_unknown" {
					t.Errorf("%s %s by %s: %d %s", method, path, who, a.Status, a.Raw)
				}
				tried++
			}
		}
	}
	if tried < 20 {
		t.Errorf("only %d routes tried", tried)
	}
	for _, key := range []string{other.sk, mine.live} {
		other.as(key, "POST", "/v1/redemptions", use(c.str("code"), "o-2")).want(404, "coupon_unknown")
		other.as(key, "POST", "/v1/coupons/lookup", object{"code": c.str("code")}).want(404, "coupon_unknown")
		other.as(key, "POST", "/v1/coupons", object{"campaign": camp}).want(404, "campaign_unknown")
		for _, list := range []string{"/v1/coupons?campaign=" + camp, "/v1/coupons?customer=c-1", "/v1/campaigns", "/v1/customers", "/v1/segments", "/v1/orders", "/v1/orders?customer=c-1", "/v1/redemptions?order=o-1"} {
			if a := other.as(key, "GET", list, nil).want(200); len(a.Body["data"].([]any)) != 0 {
				t.Errorf("%s shows %s", list, a.Raw)
			}
		}
	}
}

// namedByShop are routes on which a shop's own id is never unknown: the same id is
// another thing in another shop.
var namedByShop = map[string]bool{"PUT /v1/orders/{id}": true, "PUT /v1/customers/{id}": true, "GET /v1/customers/{id}/stage": true}

func body(method, path string) any {
	switch {
	case method == "patch" && strings.HasPrefix(path, "/v1/customers"):
		return object{"given_name": "Mine now"}
	case path == "/v1/orders/{id}":
		return object{
			"version": 7, "status": "paid", "customer": "c-1", "placed_at": "2026-07-01T12:00:00Z", "currency": "EUR",
			"lines": []object{{"id": "1", "quantity": 1, "unit_amount": 1}},
		}
	case strings.HasSuffix(path, "/returns"):
		return object{"id": "r-1", "lines": []object{{"id": "2", "quantity": 1}}}
	case method == "patch":
		return object{"name": "Mine now"}
	case strings.HasSuffix(path, "/merge"):
		return object{"from": "c-2"}
	case strings.HasSuffix(path, "/consents"):
		return says("granted", nil)
	case strings.HasSuffix(path, "/forecast"):
		return object{"orders": []object{{"order": cart("o-1")}}}
	case method == "put":
		return object{"code": "MINE-NOW"}
	case strings.HasSuffix(path, "/extend"):
		return object{"expires_at": time.Now().UTC().Add(time.Hour).Format(time.RFC3339)}
	case strings.HasSuffix(path, "/top_up"):
		return object{"amount": 500}
	}
	return nil
}

// What a shop names by its own ids is another thing in another shop, and on the other side.
func TestEqualIDsDoNotMeet(t *testing.T) {
	mine, other := newTenant(t), newTenant(t)
	mine.tell("o-1", mine.sold(1, nil)).want(201)
	mine.settle("o-1")
	before := mine.do("GET", "/v1/orders/o-1", nil).want(200).Raw
	for _, key := range []string{other.sk, mine.live} {
		if a := other.as(key, "GET", "/v1/customers/c-1/stage", nil).want(200); a.str("stage") != "prospect" {
			t.Errorf("%s", a.Raw)
		}
		if a := other.as(key, "PUT", "/v1/orders/o-1", body("put", "/v1/orders/{id}")).want(201); a.num("version") != 7 {
			t.Errorf("%s", a.Raw)
		}
	}
	if after := mine.do("GET", "/v1/orders/o-1", nil).want(200).Raw; after != before {
		t.Errorf("%s\n%s", before, after)
	}
}

// The same code and the same order in two shops and on two sides are four things.
func TestEqualCodesDoNotMeet(t *testing.T) {
	a, b := newTenant(t), newTenant(t)
	for _, n := range []struct {
		t   *tenant
		key string
	}{{a, a.sk}, {a, a.live}, {b, b.sk}, {b, b.live}} {
		camp := n.t.as(n.key, "POST", "/v1/campaigns", with(tenPercent(), object{"max_redemptions": 1})).want(201).str("id")
		n.t.as(n.key, "POST", "/v1/coupons", object{"campaign": camp, "code": "TWIN"}).want(201)
		n.t.as(n.key, "POST", "/v1/redemptions", use("TWIN", "o-1")).want(201)
		n.t.as(n.key, "POST", "/v1/redemptions", use("TWIN", "o-2")).want(409, "quantity_exceeded")
	}
}

// Customers with one id, one address and one number on four sides are four customers.
func TestEqualCustomersDoNotMeet(t *testing.T) {
	a, b := newTenant(t), newTenant(t)
	sides := []struct {
		n   *tenant
		key string
	}{{a, a.sk}, {a, a.live}, {b, b.sk}, {b, b.live}}
	for i, s := range sides {
		s.n.as(s.key, "POST", "/v1/customers/search", object{"email": "anna.mueller@example.org"}).want(200)
		s.n.as(s.key, "PUT", "/v1/customers/c-1", with(anna(), object{"given_name": fmt.Sprint("Anna ", i)})).want(201)
	}
	for i, s := range sides {
		for _, by := range []object{{"id": "c-1"}, {"email": "anna.mueller@example.org"}, {"phone": "+493012345678"}} {
			found := s.n.as(s.key, "POST", "/v1/customers/search", by).want(200).Body["data"].([]any)
			if len(found) != 1 || found[0].(object)["given_name"] != fmt.Sprint("Anna ", i) {
				t.Errorf("%v finds %v", by, found)
			}
		}
		if got := s.n.as(s.key, "GET", "/v1/customers/c-1/duplicates", nil).want(200); len(got.Body["data"].([]any)) != 0 {
			t.Errorf("%s", got.Raw)
		}
	}
}

// Cursors are bound to shop, side, list and filter.
func TestCursorsDoNotTravel(t *testing.T) {
	n, other := newTenant(t), newTenant(t)
	camp, camp2 := n.campaign(nil), n.campaign(nil)
	want := map[string]bool{}
	for range 7 {
		want[n.coupon(camp, nil).str("id")] = true
	}
	got, cursor, path := map[string]bool{}, "", "/v1/coupons?limit=3&campaign="+camp
	first := n.do("GET", path, nil).want(200).str("next_cursor")
	for pages := 1; ; pages++ {
		a := n.do("GET", path+"&cursor="+cursor, nil).want(200)
		for _, c := range a.Body["data"].([]any) {
			got[c.(object)["id"].(string)] = true
		}
		if a.Body["has_more"] == false {
			if pages != 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		cursor = a.str("next_cursor")
	}
	if !maps.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	n.do("GET", "/v1/coupons?campaign="+camp2+"&cursor="+first, nil).want(422, "cursor_invalid")
	n.do("GET", "/v1/campaigns?cursor="+first, nil).want(422, "cursor_invalid")
	n.do("GET", path+"&cursor="+first[:len(first)-3]+"AAA", nil).want(422, "cursor_invalid")
	other.do("GET", path+"&cursor="+first, nil).want(422, "cursor_invalid")
	n.as(n.live, "GET", path+"&cursor="+first, nil).want(422, "cursor_invalid")
}
