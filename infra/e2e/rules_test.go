package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// verdict validates a code as a key and gives its problem's code, and each condition's code with its sentence.
func (n *tenant) verdict(key string, body object, header ...string) (string, map[string]string) {
	n.t.Helper()
	a := n.as(key, "POST", "/v1/validations", body, header...).want(200)
	code := a.Body["codes"].([]any)[0].(object)
	problem, ok := code["problem"].(object)
	if !ok {
		return "", nil
	}
	parts := map[string]string{}
	list, _ := code["problems"].([]any)
	for _, p := range list {
		parts[p.(object)["code"].(string)] = p.(object)["detail"].(string)
	}
	return problem["code"].(string), parts
}

func missed(parts map[string]string) string {
	return strings.Join(slices.Sorted(maps.Keys(parts)), " ")
}

// All rules at once: everything that failed is named, in the caller's language;
// a browser is told what concerns the cart.
func TestRulesAreAllNamed(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(object{"rules": object{
		"minimum_amount": 5000, "currency": "EUR", "maximum_quantity": 2, "required_items": object{"categories": []string{"mugs"}},
		"forbidden_items": object{"skus": []string{"tea"}}, "channels": []string{"app"}, "countries": []string{"DE", "AT"},
		"metadata": object{"secret": "sesame"}, "segments": []string{"vip"}, "stages": []string{"loyal"}, "minimum_orders_count": 3,
		"minimum_spent": 10000, "minimum_days_since_last_order": 30, "expression": `any(lines, .quantity > 5)`,
	}}), nil).str("code")
	order := with(cart(""), object{"shipping_country": "FR"})
	body := object{"codes": []string{code}, "order": order, "customer": "c-1", "customer_facts": object{
		"orders_count": 1, "spent": object{"amount": 4000, "currency": "EUR"}, "last_order_at": n.clock.now().Add(-24 * time.Hour),
		"stage": "lapsed", "segments": []string{"new"},
	}}
	whole, parts := n.verdict(n.sk, body, "Accept-Language", "de")
	if whole != "order_rules_violated" || missed(parts) != "channel_not_included country_not_included expression_not_met forbidden_items_present "+
		"last_order_too_recent maximum_quantity_passed metadata_not_matched minimum_amount_missed minimum_orders_missed minimum_spent_missed "+
		"required_items_missing segment_not_included stage_not_included" {
		t.Errorf("%s: %s", whole, missed(parts))
	}
	if parts["country_not_included"] != "Das gilt nur für Lieferungen in diese Länder: DE, AT." || parts["minimum_spent_missed"] != "Das gilt für Personen, die mindestens 100,00 EUR ausgegeben haben; es fehlen 60,00 EUR." {
		t.Errorf("%v", parts)
	}
	whole, parts = n.verdict(n.pk, object{"codes": []string{code}, "order": order})
	if whole != "order_rules_violated" || missed(parts) != "channel_not_included country_not_included forbidden_items_present maximum_quantity_passed "+
		"minimum_amount_missed needs_customer required_items_missing" {
		t.Errorf("a browser: %s: %s", whole, missed(parts))
	}
}

// Facts come from the shop's server, about somebody; what is missing is named.
func TestFactsComeWithTheCall(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(object{"rules": object{"first_order_only": true}}), object{"code": "FIRSTORDER"}).str("code")
	facts := func(orders any) object {
		return object{"customer": "c-1", "customer_facts": object{"orders_count": orders}}
	}
	if whole, _ := n.verdict(n.sk, use(code, "")); whole != "needs_customer" {
		t.Errorf("nobody named: %s", whole)
	}
	if whole, parts := n.verdict(n.sk, use(code, "", object{"customer": "c-1"})); whole != "needs_facts" || !strings.Contains(parts["needs_facts"], "orders_count") {
		t.Errorf("no facts: %s %v", whole, parts)
	}
	if whole, parts := n.verdict(n.sk, use(code, "", facts(1))); missed(parts) != "first_order_only" {
		t.Errorf("a second order: %s %v", whole, parts)
	}
	n.as(n.pk, "POST", "/v1/validations", use(code, "", object{"customer_facts": object{"orders_count": 0}})).want(422, "customer_token_required")
	n.do("POST", "/v1/validations", use(code, "", object{"customer_facts": object{"orders_count": 0}})).want(422, "field_missing")
	n.do("POST", "/v1/redemptions", use(code, "o-1", facts(-1))).want(422, "value_too_small")
	n.do("POST", "/v1/redemptions", use(code, "o-1", facts(1))).want(422, "order_rules_violated")
	n.do("POST", "/v1/redemptions", use(code, "o-1", facts(0))).want(201)
	n.do("POST", "/v1/redemptions", use(code, "o-1", facts(1))).want(200) // a retry, when the order counts already
}

// Hours are those of the zone; a redemption that was made is answered when it is closed, too.
func TestHoursByTheClock(t *testing.T) {
	n := newTenant(t)
	now := n.clock.now()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	from := now.In(zone).Truncate(time.Minute)
	code := n.coupon(n.campaign(object{"rules": object{"hours": object{"time_zone": "Europe/Berlin", "windows": []object{
		{"from": from.Format("15:04"), "to": from.Add(2 * time.Minute).Format("15:04")},
	}}}}), nil).str("code")
	first := n.do("POST", "/v1/redemptions", use(code, "o-1")).want(201)
	n.clock.move(2 * time.Minute)
	if again := n.do("POST", "/v1/redemptions", use(code, "o-1")).want(200); again.Raw != first.Raw {
		t.Errorf("%s", again.Raw)
	}
	n.do("POST", "/v1/redemptions/"+first.str("id")+"/rollbacks", nil).want(201)
	a := n.do("POST", "/v1/redemptions", use(code, "o-1")).want(422, "order_rules_violated")
	values := a.Body["errors"].([]any)[0].(object)["values"].(object)
	opens, err := time.Parse(time.RFC3339, values["opens_at"].(string))
	if err != nil || !opens.After(now.Add(22*time.Hour)) || opens.After(now.Add(26*time.Hour)) {
		t.Errorf("%s", a.Raw)
	}
}

// Where the order is sent to is part of the order once it is said.
func TestCountryIsPartOfTheOrder(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(object{"rules": object{"countries": []string{"DE"}}}), nil).str("code")
	to := func(country string) object {
		return object{"codes": []string{code}, "order": with(cart("o-1"), object{"shipping_country": country})}
	}
	n.do("POST", "/v1/redemptions", use(code, "o-1")).want(422, "order_rules_violated")
	n.do("POST", "/v1/redemptions", to("de")).want(422, "country_unknown")
	n.do("POST", "/v1/redemptions", to("AT")).want(422, "order_rules_violated")
	n.do("POST", "/v1/redemptions", to("DE")).want(201)
	n.do("POST", "/v1/redemptions", to("DE")).want(200)
	n.do("POST", "/v1/redemptions", to("AT")).want(409, "redemption_differs")
}

// Rules that contradict themselves, or an expression that is none, are refused by their field.
func TestBadRules(t *testing.T) {
	n := newTenant(t)
	for name, c := range map[string]struct {
		rules       object
		code, param string
	}{
		"bounds":       {object{"minimum_quantity": 3, "maximum_quantity": 2}, "bounds_reversed", "rules.maximum_quantity"},
		"zone":         {object{"hours": object{"time_zone": "Europe/Bonn", "windows": []object{{}}}}, "time_zone_unknown", "rules.hours.time_zone"},
		"window":       {object{"hours": object{"time_zone": "UTC", "windows": []object{{"from": "10:00", "to": "10:00"}}}}, "window_empty", "rules.hours.windows[0]"},
		"no windows":   {object{"hours": object{"time_zone": "UTC"}}, "field_missing", "rules.hours.windows"},
		"country":      {object{"countries": []string{"XX"}}, "country_unknown", "rules.countries[0]"},
		"stage":        {object{"stages": []string{"fan"}}, "not_one_of", "rules.stages[0]"},
		"currency":     {object{"minimum_spent": 5}, "field_missing", "rules.currency"},
		"expression":   {object{"expression": "order.subtotal >"}, "expression_invalid", "rules.expression"},
		"division":     {object{"expression": "order.subtotal / 2 > 1"}, "expression_not_permitted", "rules.expression"},
		"no bool":      {object{"expression": "order.subtotal"}, "expression_invalid", "rules.expression"},
		"long":         {object{"expression": strings.Repeat("x", 1001)}, "too_long", "rules.expression"},
		"null segment": {object{"segments": []any{nil}}, "", ""},
	} {
		a := n.do("POST", "/v1/campaigns", with(tenPercent(), object{"rules": c.rules}))
		if a.Status != 422 || c.code != "" && a.Body["code"] != c.code || c.param != "" && a.Body["param"] != c.param {
			t.Errorf("%s: want %s at %s, got %d %s", name, c.code, c.param, a.Status, a.Raw)
		}
		checkProblem(t, name, a)
	}
}
