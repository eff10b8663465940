package e2e

import "testing"

// A draft is replayed over past orders, and nothing of it stays.
func TestForecast(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 1, "rules": object{"minimum_amount": 3000, "currency": "EUR"}})
	placed := func(id, at string) object { return object{"order": with(cart(id), object{"placed_at": at})} }
	small := placed("o-3", "2026-03-03T10:00:00Z")
	small["order"].(object)["lines"] = []object{{"id": "1", "quantity": 1, "unit_amount": 100, "unit_cost": 120}}
	f := n.do("POST", "/v1/campaigns/"+camp+"/forecast", object{"orders": []object{
		placed("o-2", "2026-03-02T10:00:00Z"), placed("o-1", "2026-03-01T10:00:00Z"), small,
	}}).want(200)
	cost := f.Body["costs"].([]any)[0].(object)
	if f.num("orders") != 3 || f.num("applied") != 1 || cost["discount"] != 490.0 || f.str("used_up_at") != "2026-03-01T10:00:00Z" {
		t.Errorf("%s", f.Raw)
	}
	if got := n.do("GET", "/v1/campaigns/"+camp, nil); got.num("times_redeemed") != 0 {
		t.Errorf("%s", got.Raw)
	}
	tight := n.campaign(object{"budget": object{"amount": 700, "currency": "EUR"}, "rules": object{"currency": "EUR"}, "max_redemptions_per_day": 1})
	f = n.do("POST", "/v1/campaigns/"+tight+"/forecast", object{"orders": []object{
		placed("o-2", "2026-03-02T10:00:00Z"), placed("o-1", "2026-03-01T10:00:00Z"), small,
	}}).want(200)
	why := f.Body["refused"].([]any)[0].(object)
	if f.num("applied") != 2 || why["code"] != "budget_exhausted" || f.Body["exhausted_at"].(object)["budget_exhausted"] != "2026-03-02T10:00:00Z" {
		t.Errorf("%s", f.Raw)
	}
	n.do("POST", "/v1/campaigns/camp_unknown/forecast", object{"orders": []object{small}}).want(404)
	bad := object{"order": object{"currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": 1}, {"id": "1", "quantity": 1, "unit_amount": 1}}}}
	if a := n.do("POST", "/v1/campaigns/"+camp+"/forecast", object{"orders": []object{small, bad}}).want(422, "line_repeated"); a.str("param") != "orders[1].order.lines[1].id" {
		t.Errorf("%s", a.Raw)
	}
}
