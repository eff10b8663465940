package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestChangeHonoursIfMatch(t *testing.T) {
	n := newTenant(t)
	created := n.do("POST", "/v1/campaigns", tenPercent()).want(201)
	path, etag := "/v1/campaigns/"+created.str("id"), created.Header.Get("ETag")
	changed := n.do("PATCH", path, object{"name": "Eleven"}, "If-Match", etag).want(200)
	if changed.str("name") != "Eleven" || changed.num("version") != 1 || changed.Header.Get("ETag") == etag {
		t.Errorf("%v %s", changed.Header, changed.Raw)
	}
	n.do("PATCH", path, object{"name": "Twelve"}, "If-Match", etag).want(412, "etag_mismatch")
	if got := n.do("GET", path, nil); got.str("name") != "Eleven" || got.Header.Get("ETag") != changed.Header.Get("ETag") {
		t.Errorf("%s", got.Raw)
	}
	n.do("PATCH", path, object{"reason": nil}).want(422)
	n.do("PATCH", path, object{"reason": object{"xx": "?"}}).want(422, "field_unknown")
	n.do("PATCH", path, object{"reason": object{"xx": "?", "yy": "?"}}).want(422, "several_invalid")
	n.do("PATCH", path, object{"reason": object{"de": nil}}).want(422, "field_missing")
	if got := n.do("PATCH", path, object{"reason": object{"de": "darum"}}).want(200); got.Body["reason"].(object)["en"] != "because you recommended us to Anna" {
		t.Errorf("%s", got.Raw)
	}
	n.do("PATCH", path, object{"nonsense": 1}).want(422, "field_unknown")
	n.do("PATCH", path, object{"rewards": []object{{"type": "percent_off", "percent_off": "200"}}}).want(422, "percent_invalid")
	counts := together(20, func(i int) int {
		return n.do("PATCH", path, object{"metadata": object{fmt.Sprint("k", i): "v"}}).Status
	})
	if counts[200]+counts[503] != 20 {
		t.Errorf("answers %v", counts)
	}
	if got := n.do("GET", path, nil); len(got.Body["metadata"].(object)) != counts[200] {
		t.Errorf("%d changes were acknowledged, these are there: %s", counts[200], got.Raw)
	}
}

// Coupons that are out keep their terms, unless they are moved on purpose.
func TestIssuedCouponsKeepTheirTerms(t *testing.T) {
	n := newTenant(t)
	created := n.do("POST", "/v1/campaigns", tenPercent()).want(201)
	camp := created.str("id")
	path := "/v1/campaigns/" + camp
	old, oldest := n.coupon(camp, nil).str("code"), n.coupon(camp, nil).str("code")
	n.coupon(camp, object{"code": "KEEPER"})
	twenty := []object{{"type": "percent_off", "percent_off": "20"}}
	if got := n.do("PATCH", path, object{"rewards": twenty}).want(200); got.num("version") != 2 {
		t.Errorf("%s", got.Raw)
	}
	n.do("PATCH", path, object{"rewards": []object{{"type": "free_shipping"}}}).want(409, "campaign_issued")
	n.clock.move(5 * time.Second)
	young := n.coupon(camp, nil).str("code")
	for code, discount := range map[string]int64{old: 490, "KEEPER": 490, young: 980} {
		if got := n.do("POST", "/v1/validations", use(code, "o-1")).want(200).num("discount"); got != discount {
			t.Errorf("validate %s: %d off, want %d", code, got, discount)
		}
		if got := n.do("POST", "/v1/redemptions", use(code, "o-1")).want(201).num("discount"); got != discount {
			t.Errorf("redeem %s: %d off, want %d", code, got, discount)
		}
	}
	n.do("PATCH", path, object{"apply_to_issued": true}).want(200)
	n.clock.move(5 * time.Second)
	for _, code := range []string{oldest, "KEEPER"} {
		if got := n.do("POST", "/v1/redemptions", use(code, "o-2")).want(201).num("discount"); got != 980 {
			t.Errorf("%s moved: %d off, want 980", code, got)
		}
	}
}

func TestPauseAndResume(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	code := n.coupon(camp, nil).str("code")
	n.do("POST", "/v1/validations", use(code, "")).want(200)
	for range 2 {
		if got := n.do("POST", "/v1/campaigns/"+camp+"/pause", nil).want(200); got.Body["active"] != false {
			t.Errorf("%s", got.Raw)
		}
	}
	n.clock.move(5 * time.Second)
	n.do("POST", "/v1/redemptions", use(code, "o-1")).want(409, "coupon_not_active")
	n.do("POST", "/v1/campaigns/"+camp+"/resume", nil).want(200)
	n.clock.move(5 * time.Second)
	n.do("POST", "/v1/redemptions", use(code, "o-1")).want(201)
}

func TestCreationIsIdempotent(t *testing.T) {
	n := newTenant(t)
	for path, body := range map[string]object{"/v1/campaigns": tenPercent(), "/v1/coupons": {"campaign": n.campaign(nil)}} {
		first := n.do("POST", path, body, "Idempotency-Key", "once").want(201)
		raws := map[string]int{}
		counts := together(50, func(int) int {
			a := n.do("POST", path, body, "Idempotency-Key", "once")
			if a.Raw != first.Raw {
				t.Errorf("%s: %s", path, a.Raw)
			}
			return a.Status
		})
		if counts[201] != 50 {
			t.Errorf("%s: answers %v %v", path, counts, raws)
		}
		n.do("POST", path, with(body, object{"metadata": object{"a": "b"}}), "Idempotency-Key", "once").want(422, "idempotency_key_reused")
		n.clock.move(25 * time.Hour)
		if again := n.do("POST", path, body, "Idempotency-Key", "once").want(201); again.str("id") == first.str("id") {
			t.Errorf("%s: the key is remembered for more than a day", path)
		}
	}
}

func TestRules(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(object{"rules": object{"minimum_amount": 4901, "minimum_quantity": 4, "currency": "EUR"}}), nil).str("code")
	a := n.do("POST", "/v1/redemptions", use(code, "o-1")).want(422, "order_rules_violated")
	parts := a.Body["errors"].([]any)
	if len(parts) != 2 || parts[0].(object)["code"] != "minimum_amount_missed" || parts[1].(object)["code"] != "minimum_quantity_missed" {
		t.Errorf("not every rule that failed is named: %s", a.Raw)
	}
	n.do("POST", "/v1/redemptions", use(code, "", object{"order": with(cart("o-1"), object{"currency": "USD"})})).want(422, "currency_mismatch")
	more := with(cart("o-1"), object{"lines": []object{{"id": "1", "quantity": 4, "unit_amount": 1226}}})
	n.do("POST", "/v1/redemptions", use(code, "", object{"order": more})).want(201)
}

func TestPersonalCoupons(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	for _, c := range []struct{ owner, same, other any }{
		{"c-1", "c-1", "c-2"},
		{object{"email": "anna@example.org"}, object{"email": "ANNA@example.org "}, object{"email": "ben@example.org"}},
	} {
		code := n.coupon(camp, object{"customer": c.owner}).str("code")
		n.do("POST", "/v1/redemptions", use(code, "o-1")).want(422, "needs_customer")
		n.do("POST", "/v1/redemptions", use(code, "o-1", object{"customer": c.other})).want(422, "customer_not_permitted")
		n.do("POST", "/v1/redemptions", use(code, "o-1", object{"customer": c.same})).want(201)
	}
	if got := n.do("GET", "/v1/coupons?customer=c-1", nil).want(200); len(got.Body["data"].([]any)) != 1 {
		t.Errorf("%s", got.Raw)
	}
	if got := n.do("GET", "/v1/coupons?customer=c-1&campaign=camp_other", nil).want(200); len(got.Body["data"].([]any)) != 0 {
		t.Errorf("%s", got.Raw)
	}
}

func TestMetadataIsBounded(t *testing.T) {
	n := newTenant(t)
	path := "/v1/campaigns/" + n.campaign(nil)
	for round := range 2 {
		more := object{}
		for i := range 30 {
			more[fmt.Sprint("k", round, "-", i)] = strings.Repeat("ü", 500)
		}
		n.do("PATCH", path, object{"metadata": more}).want([]int{200, 422}[round])
	}
}

func TestCampaignListOverHundred(t *testing.T) {
	n := newTenant(t)
	for range 102 {
		n.campaign(nil)
	}
	a := n.do("GET", "/v1/campaigns?limit=100", nil).want(200)
	if len(a.Body["data"].([]any)) != 100 || a.Body["has_more"] != true {
		t.Errorf("%d campaigns", len(a.Body["data"].([]any)))
	}
	if rest := n.do("GET", "/v1/campaigns?limit=100&cursor="+a.str("next_cursor"), nil).want(200); len(rest.Body["data"].([]any)) != 2 {
		t.Errorf("%s", rest.Raw)
	}
}
