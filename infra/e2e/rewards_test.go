package e2e

import (
	"maps"
	"testing"
)

// Every kind of reward passes the contract, and its answer says what the
// customer gets beside money.
func TestRewardsOverHTTP(t *testing.T) {
	n := newTenant(t)
	mugs := object{"skus": []string{"mug"}}
	lines := []object{
		{"id": "1", "sku": "tea", "categories": []string{"drinks"}, "quantity": 4, "unit_amount": 500},
		{"id": "2", "sku": "mug", "quantity": 1, "unit_amount": 1000, "unit_cost": 400, "minimum_unit_amount": 0, "reduced": true},
	}
	for name, c := range map[string]struct {
		reward   object
		discount int64
		gives    string // beside lines and shipping
	}{
		"percent of items": {object{"type": "percent_off", "percent_off": "50", "applies_to": object{"categories": []string{"drinks"}}}, 1000, ""},
		"tiers":            {object{"type": "percent_off", "tiers_by": "quantity", "tiers": []object{{"from": 5, "percent_off": "10"}}}, 300, ""},
		"a cap":            {object{"type": "percent_off", "percent_off": "50", "max_discount": 100, "currency": "EUR"}, 100, "rewards"},
		"amount per item":  {object{"type": "amount_off", "per": "item", "amount_off": 100, "currency": "EUR"}, 500, ""},
		"fixed price":      {object{"type": "fixed_price", "price": 0, "currency": "EUR", "applies_to": mugs}, 1000, ""},
		"bundle":           {object{"type": "bundle", "price": 1200, "currency": "EUR", "items": []object{mugs, {"skus": []string{"tea"}, "quantity": 2}}}, 800, ""},
		"buy two, get one": {object{"type": "buy_x_get_y", "buy": object{"skus": []string{"tea"}, "quantity": 2}}, 500, ""},
		"gifts":            {object{"type": "free_item", "sku": "mug", "every": object{"quantity": 2}, "applies_to": object{"skus": []string{"tea"}}}, 1000, "gifts"},
		"a service":        {object{"type": "service", "service": object{"de": "Lieferung in 24 Stunden", "en": "delivery within 24 hours"}}, 0, "services"},
		"a limited one":    {object{"type": "free_item", "sku": "pin", "stock": 100}, 0, "gifts rewards"},
	} {
		code := n.coupon(n.campaign(object{"rewards": []object{c.reward}}), nil).str("code")
		body := object{"codes": []string{code}, "order": object{"id": "o-" + code, "currency": "EUR", "lines": lines}}
		v := n.do("POST", "/v1/validations", body).want(200)
		r := n.do("POST", "/v1/redemptions", body).want(201)
		if again := n.do("POST", "/v1/redemptions", body).want(200); again.Raw != r.Raw {
			t.Errorf("%s: a replay answers %s, not %s", name, again.Raw, r.Raw)
		}
		for _, a := range []answer{v, r} {
			applied, gives := a.Body["codes"].([]any)[0].(object), ""
			for _, field := range []string{"gifts", "services", "rewards"} {
				if _, ok := applied[field]; ok && gives != "" {
					gives += " " + field
				} else if ok {
					gives = field
				}
			}
			if a.num("discount") != c.discount || gives != c.gives {
				t.Errorf("%s: %s", name, a.Raw)
			}
		}
	}
}

// An order with another least price or a line reduced is another order.
func TestNewLineFieldsAreInTheFingerprint(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(nil), nil).str("code")
	with := func(more object) object {
		line := object{"id": "1", "quantity": 1, "unit_amount": 4900}
		maps.Copy(line, more)
		return object{"codes": []string{code}, "order": object{"id": "o-1", "currency": "EUR", "lines": []object{line}}}
	}
	n.do("POST", "/v1/redemptions", with(nil)).want(201)
	n.do("POST", "/v1/redemptions", with(object{"reduced": false, "minimum_unit_amount": 0})).want(200)
	n.do("POST", "/v1/redemptions", with(object{"reduced": true})).want(409, "redemption_differs")
	n.do("POST", "/v1/redemptions", with(object{"minimum_unit_amount": 1})).want(409, "redemption_differs")
}

func TestMarginFloorOverHTTP(t *testing.T) {
	n := newTenant(t)
	half := object{"type": "percent_off", "percent_off": "50"}
	order := func(code string) object {
		return object{"codes": []string{code}, "order": object{"id": "o-" + code, "currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": 1000, "unit_cost": 800}}}}
	}
	refuse := n.coupon(n.campaign(object{"rewards": []object{half}, "margin_floor": object{"mode": "refuse", "minimum_percent": "10"}}), nil).str("code")
	n.do("POST", "/v1/redemptions", order(refuse)).want(422, "margin_floor_reached")
	capped := n.coupon(n.campaign(object{"rewards": []object{half}, "margin_floor": object{"mode": "cap", "minimum_percent": "10"}}), nil).str("code")
	r := n.do("POST", "/v1/redemptions", order(capped)).want(201)
	rewards := r.Body["codes"].([]any)[0].(object)["rewards"].([]any)
	if r.num("discount") != 111 || rewards[0].(object)["capped_by"] != "margin_floor" { // 800 of 889 is 89.99 %
		t.Errorf("%s", r.Raw)
	}
}
