package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// remembered makes c-1 a customer with something of each kind.
func (n *tenant) remembered() {
	n.t.Helper()
	n.put("c-1", with(anna(), object{"email": "first@example.org"})).want(201)
	n.put("c-1", anna()).want(200)
	n.say("c-1", "granted", nil).want(201)
	n.say("c-1", "withdrawn", nil).want(201)
	camp := n.campaign(nil)
	mine := n.coupon(camp, object{"customer": "c-1"}).str("code")
	n.coupon(camp, object{"customer": object{"email": "first@example.org"}})
	n.do("POST", "/v1/redemptions", use(mine, "o-1", object{"customer": "c-1"})).want(201)
	n.tell("o-1", n.sold(1, object{"customer": "c-1"})).want(201)
	n.tell("o-2", n.sold(1, object{"customer": object{"email": "first@example.org"}})).want(201)
	n.do("POST", "/v1/orders/o-1/returns", object{"id": "r-1", "lines": []object{{"id": "2", "quantity": 1}}}).want(201)
	n.followUp()
}

func list(v any) []object {
	var out []object
	for _, e := range v.([]any) {
		out = append(out, e.(object))
	}
	return out
}

// An export has all of it, and nothing of anybody else.
func TestExport(t *testing.T) {
	n := newTenant(t)
	n.remembered()
	n.put("c-2", object{"full_name": "Somebody Else", "email": "else@example.org"}).want(201)
	n.say("c-2", "denied", nil).want(201)
	n.tell("o-3", n.sold(1, object{"customer": "c-2"})).want(201)
	n.coupon(n.campaign(nil), object{"customer": "c-2"})
	n.followUp()
	e := n.do("GET", "/v1/customers/c-1/export", nil).want(200)
	about, orders := e.Body["about"].(object), list(e.Body["orders"])
	if about["profile"].(object)["given_name"] != "Anna" || about["standing"].(object)["stage"] != "repeat" || fmt.Sprint(about["signals"]) != "[name_and_birthday name_and_address]" {
		t.Errorf("%v", about)
	}
	former := 0
	for _, i := range list(about["identities"]) {
		if i["former"] == true {
			former++
		}
	}
	if former != 1 || len(list(about["identities"])) != 3 || len(list(e.Body["consents"])) != 2 || len(orders) != 2 || len(list(e.Body["coupons"])) != 2 || e.Body["has_more"] != false {
		t.Errorf("%s", e.Raw)
	}
	for _, o := range orders {
		if got := len(list(o["returns"])) + len(list(o["redemptions"])); o["order"].(object)["id"] == "o-1" && got != 2 || o["order"].(object)["id"] == "o-2" && got != 0 {
			t.Errorf("%v", o)
		}
	}
	for _, other := range []string{"Somebody", "c-2", "o-3", "denied"} {
		if strings.Contains(e.Raw, other) {
			t.Errorf("it has %s: %s", other, e.Raw)
		}
	}
	n.do("GET", "/v1/customers/nobody/export", nil).want(404)
	n.do("GET", "/v1/customers/c-2/export?cursor=abc", nil).want(422, "cursor_invalid")
}

// Page by page it is the same, each entry once, however small the pages.
func TestExportInPages(t *testing.T) {
	n := newTenant(t)
	n.remembered()
	whole := n.do("GET", "/v1/customers/c-1/export", nil).want(200)
	for limit := 1; limit <= 7; limit++ {
		got := map[string][]any{}
		pages := 0
		for cursor := ""; ; pages++ {
			page := n.do("GET", fmt.Sprintf("/v1/customers/c-1/export?limit=%d&cursor=%s", limit, cursor), nil).want(200)
			if (page.Body["about"] != nil) != (cursor == "") {
				t.Errorf("page %d: %s", pages, page.Raw)
			}
			entries := 0
			for _, kind := range []string{"consents", "orders", "coupons"} {
				got[kind] = append(got[kind], page.Body[kind].([]any)...)
				entries += len(page.Body[kind].([]any))
			}
			if entries > limit {
				t.Errorf("%d entries on a page of %d", entries, limit)
			}
			if cursor, _ = page.Body["next_cursor"].(string); cursor == "" {
				break
			}
		}
		for _, kind := range []string{"consents", "orders", "coupons"} {
			if fmt.Sprint(got[kind]) != fmt.Sprint(whole.Body[kind]) {
				t.Errorf("limit %d, %s: %v", limit, kind, got[kind])
			}
		}
	}
}
