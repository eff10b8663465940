package e2e

import (
	"slices"
	"testing"

	"github.com/lagniappe/lagniappe/internal/shop"
)

// placedOn is an order of one line of 40 euros.
func (n *tenant) placedOn(day string, cost int, more object) object {
	return with(n.sold(1, object{
		"placed_at": day + "T10:00:00Z", "shipping_amount": 0,
		"lines": []object{{"id": "1", "quantity": 1, "unit_amount": 4000, "unit_cost": cost}},
	}), more)
}

// A draft is replayed over the orders that the shop has told: who had ordered
// before is known from them, and cancelled ones are left out.
func TestForecastOverStoredOrders(t *testing.T) {
	n := newTenant(t)
	n.stores("o-0", n.placedOn("2026-02-20", 0, nil)) // before the span, of c-1
	n.stores("o-1", n.placedOn("2026-03-01", 0, nil))
	n.stores("o-2", n.placedOn("2026-03-02", 3900, object{"customer": "c-2"}))
	n.stores("o-3", n.placedOn("2026-03-03", 0, object{"customer": "c-2"}))
	n.stores("o-4", n.placedOn("2026-03-04", 0, object{"customer": object{"email": "anna@example.org"}}))
	n.stores("o-5", n.placedOn("2026-03-05", 0, object{"customer": "c-3", "status": "cancelled"}))
	n.stores("o-6", n.placedOn("2026-03-06", 0, object{"customer": nil}))
	n.stores("o-7", n.placedOn("2026-04-01", 0, object{"customer": "c-4"}))
	march := object{"placed_from": "2026-03-01T00:00:00Z", "placed_until": "2026-04-01T00:00:00Z"}
	path := "/v1/campaigns/" + n.campaign(object{"rules": object{"first_order_only": true}}) + "/forecast"
	f := n.do("POST", path, march).want(200)
	cost, loss := f.Body["costs"].([]any)[0].(object), f.Body["losses"].([]any)[0].(object)
	if f.num("orders") != 5 || f.num("cancelled") != 1 || f.num("applied") != 2 || f.Body["has_more"] != nil || f.Body["facts_unknown"] != nil ||
		cost["discount"] != 800.0 || cost["margin_known"] != 1.0 || loss["order"] != "o-2" || loss["loss"] != 300.0 {
		t.Errorf("%s", f.Raw)
	}
	refused := map[string]float64{}
	for _, r := range f.Body["refused"].([]any) {
		refused[r.(object)["code"].(string)] = r.(object)["orders"].(float64)
	}
	if len(refused) != 2 || refused["first_order_only"] != 2 || refused["needs_customer"] != 1 {
		t.Errorf("%s", f.Raw)
	}
	if again := n.do("POST", path, march).want(200); again.Raw != f.Raw {
		t.Errorf("%s\n%s", f.Raw, again.Raw)
	}
	if got := n.do("POST", path, object{"placed_from": "2026-04-01T00:00:00Z"}).want(200); got.num("orders") != 1 || got.num("applied") != 1 {
		t.Errorf("%s", got.Raw)
	}
}

// What nobody can know of the past is said.
func TestForecastSaysWhatIsUnknown(t *testing.T) {
	n := newTenant(t)
	n.stores("o-1", n.placedOn("2026-03-01", 0, nil))
	path := "/v1/campaigns/" + n.campaign(object{"rules": object{"expression": `customer.orders_count == 0 and "vip" in customer.segments`}}) + "/forecast"
	f := n.do("POST", path, object{"placed_until": "2026-04-01T00:00:00Z"}).want(200)
	why := f.Body["refused"].([]any)[0].(object)
	if !slices.Equal(f.Body["facts_unknown"].([]any), []any{"segments"}) || why["code"] != "needs_facts" || f.num("orders") != 1 {
		t.Errorf("%s", f.Raw)
	}
}

// A span of more orders than a call looks at goes on with a cursor, and each part is a forecast of its own.
func TestForecastInParts(t *testing.T) {
	n := newTenant(t)
	for _, day := range []string{"2026-03-01", "2026-03-02", "2026-03-03"} {
		n.stores("o-"+day, n.placedOn(day, 0, nil))
	}
	camp, other := n.campaign(object{"max_redemptions": 1}), n.campaign(nil)
	path, body := "/v1/campaigns/"+camp+"/forecast", object{"placed_from": "2026-03-01T00:00:00Z", "limit": 2}
	first := n.do("POST", path, body).want(200)
	if first.num("orders") != 2 || first.num("applied") != 1 || first.Body["has_more"] != true || first.str("used_up_at") != "2026-03-01T10:00:00Z" {
		t.Errorf("%s", first.Raw)
	}
	next := with(body, object{"cursor": first.str("next_cursor")})
	if rest := n.do("POST", path, next).want(200); rest.num("orders") != 1 || rest.num("applied") != 1 || rest.Body["next_cursor"] != nil {
		t.Errorf("%s", rest.Raw)
	}
	n.do("POST", path, with(next, object{"placed_from": "2026-03-02T00:00:00Z"})).want(422, "cursor_invalid")
	n.do("POST", path, with(next, object{"placed_until": "2026-04-02T00:00:00Z"})).want(422, "cursor_invalid")
	n.do("POST", "/v1/campaigns/"+other+"/forecast", next).want(422, "cursor_invalid")
	if whole := n.do("POST", path, with(body, object{"limit": nil})).want(200); whole.num("orders") != 3 || whole.num("applied") != 1 {
		t.Errorf("%s", whole.Raw)
	}
}

func TestForecastOverStoredRefused(t *testing.T) {
	n := newTenant(t)
	path := "/v1/campaigns/" + n.campaign(nil) + "/forecast"
	from, orders := object{"placed_from": "2026-03-01T00:00:00Z"}, object{"orders": []object{{"order": cart("o-1")}}}
	for _, c := range []struct {
		body        object
		code, param string
	}{
		{object{}, "field_missing", "orders"},
		{object{"limit": 5}, "field_missing", "orders"},
		{object{"orders": []object{}}, "too_few", "orders"},
		{with(orders, from), "fields_exclusive", "orders"},
		{with(orders, object{"limit": 5}), "fields_exclusive", "limit"},
		{with(orders, object{"cursor": "x"}), "fields_exclusive", "cursor"},
		{with(from, object{"placed_until": "2026-03-01T00:00:00Z"}), "dates_reversed", "placed_until"},
		{object{"placed_from": "1999-03-01T00:00:00Z"}, "time_out_of_range", "placed_from"},
		{with(from, object{"limit": 1001}), "value_too_large", "limit"},
		{with(from, object{"cursor": "x"}), "cursor_invalid", "cursor"},
	} {
		if a := n.do("POST", path, c.body).want(422, c.code); a.Body["param"] != c.param {
			t.Errorf("%v: %s", c.body, a.Raw)
		}
	}
	narrow, _ := n.key(shop.Key{Kind: shop.Secret, Scopes: []shop.Scope{shop.CampaignsRead}}, false)
	n.as(narrow, "POST", path, orders).want(200)
	n.as(narrow, "POST", path, from).want(403, "key_not_permitted")
}

// Another shop's orders, and the other side's, are not replayed.
func TestForecastOverNobodyElsesOrders(t *testing.T) {
	mine, other := newTenant(t), newTenant(t)
	mine.stores("o-1", mine.placedOn("2026-03-01", 0, nil))
	for _, key := range []string{other.sk, mine.live} {
		camp := other.as(key, "POST", "/v1/campaigns", tenPercent()).want(201).str("id")
		if f := other.as(key, "POST", "/v1/campaigns/"+camp+"/forecast", object{"placed_from": "2026-01-01T00:00:00Z"}).want(200); f.num("orders") != 0 {
			t.Errorf("%s", f.Raw)
		}
	}
}
