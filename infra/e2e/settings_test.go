package e2e

import "testing"

// A shop's margin floor holds for every campaign, whatever that allows itself.
func TestShopMarginFloor(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(object{"rewards": []object{{"type": "percent_off", "percent_off": "50"}}}), object{"code": "HALF"}).str("code")
	body := func(order string) object {
		return object{"codes": []string{code}, "order": object{"id": order, "currency": "EUR", "lines": []object{
			{"id": "1", "quantity": 1, "unit_amount": 1000, "unit_cost": 800},
		}}}
	}
	if r := n.do("POST", "/v1/redemptions", body("o-1")).want(201); r.num("discount") != 500 {
		t.Errorf("without a floor: %s", r.Raw)
	}
	n.do("PUT", "/v1/settings", object{"margin_floor": object{"mode": "cap"}}).want(200)
	n.clock.move(definitionDelay)
	if r := n.do("POST", "/v1/redemptions", body("o-2")).want(201); r.num("discount") != 200 {
		t.Errorf("capped at cost: %s", r.Raw)
	}
	n.do("PUT", "/v1/settings", object{"margin_floor": object{"mode": "refuse", "minimum_percent": "10"}}).want(200)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", body("o-3")).want(422, "margin_floor_reached")
	if got := n.do("GET", "/v1/settings", nil).want(200); got.Body["margin_floor"].(object)["minimum_percent"] != "10" {
		t.Errorf("%s", got.Raw)
	}
	n.do("PUT", "/v1/settings", object{"margin_floor": object{"mode": "maybe"}}).want(422, "not_one_of")
	n.do("PUT", "/v1/settings", object{"margin_floor": object{"mode": "cap", "minimum_percent": "100"}}).want(422, "percent_invalid")
	n.as(n.live, "GET", "/v1/settings", nil).want(200)
	n.do("PUT", "/v1/settings", object{}).want(200)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", body("o-3")).want(201)
}
