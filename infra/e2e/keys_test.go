package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/shop"
)

func TestKeyLife(t *testing.T) {
	n := newTenant(t)
	created := n.do("POST", "/v1/keys", object{"kind": "secret", "name": "second", "scopes": []string{"keys:write", "campaigns:read"}}).want(201)
	second := created.str("key")
	if created.Body["secret_available"] != true {
		t.Errorf("%s", created.Raw)
	}
	list := n.do("GET", "/v1/keys", nil).want(200)
	if strings.Contains(list.Raw, second) || len(list.Body["data"].([]any)) != 3 { // two of this side at first
		t.Errorf("%s", list.Raw)
	}
	n.as(second, "GET", "/v1/campaigns", nil).want(200)
	n.as(second, "POST", "/v1/campaigns", tenPercent()).want(403, "key_not_permitted")
	n.as(second, "POST", "/v1/keys", object{"kind": "secret", "scopes": []string{"coupons:write"}}).want(403, "key_not_permitted")
	if third := n.as(second, "POST", "/v1/keys", object{"kind": "secret"}).want(201); len(third.Body["scopes"].([]any)) != 2 {
		t.Errorf("a key gave what it does not have: %s", third.Raw)
	}
	id := created.str("id")
	n.as(second, "POST", "/v1/keys/"+id+"/revoke", nil).want(409, "key_revokes_itself")
	n.do("POST", "/v1/keys/"+id+"/revoke", nil).want(200)
	if again := n.do("POST", "/v1/keys/"+id+"/revoke", nil).want(200); again.str("revoked_at") == "" {
		t.Errorf("%s", again.Raw)
	}
	n.clock.move(30 * time.Second)
	n.as(second, "GET", "/v1/campaigns", nil).want(401, "key_invalid")
}

func TestExpiredKey(t *testing.T) {
	n := newTenant(t)
	n.do("POST", "/v1/keys", object{"kind": "secret", "expires_at": "2020-01-01T00:00:00Z"}).want(422)
	key := n.do("POST", "/v1/keys", object{"kind": "secret", "expires_at": n.clock.now().Add(time.Minute)}).want(201).str("key")
	n.as(key, "GET", "/v1/campaigns", nil).want(200)
	n.clock.move(time.Minute)
	n.as(key, "GET", "/v1/campaigns", nil).want(401, "key_invalid")
}

// A replayed creation answers the same key without the secret.
func TestKeyReplayHasNoSecret(t *testing.T) {
	n := newTenant(t)
	body := object{"kind": "publishable", "allowed_origins": []string{"https://shop.example"}}
	first := n.do("POST", "/v1/keys", body, "Idempotency-Key", "a").want(201)
	again := n.do("POST", "/v1/keys", body, "Idempotency-Key", "a").want(201)
	if again.str("id") != first.str("id") || again.Body["secret_available"] != false || again.Body["key"] != nil {
		t.Errorf("%s", again.Raw)
	}
	n.do("POST", "/v1/keys", object{"kind": "secret"}, "Idempotency-Key", "a").want(422, "idempotency_key_reused")
}

func TestTooManyKeys(t *testing.T) {
	n := newTenant(t)
	counts := together(30, func(int) int { return n.do("POST", "/v1/keys", object{"kind": "secret"}).Status })
	if counts[201] != shop.MaxLiveKeys-1 || counts[409] != 30-counts[201] { // the tenant has one
		t.Errorf("answers %v", counts)
	}
}

func TestBadKeys(t *testing.T) {
	n := newTenant(t)
	n.do("POST", "/v1/keys", object{"kind": "publishable", "scopes": []string{"redemptions:write"}}).want(422, "scope_unknown")
	n.do("POST", "/v1/keys", object{"kind": "secret", "allowed_origins": []string{"https://a.example"}}).want(422)
	n.do("POST", "/v1/keys", object{"kind": "publishable", "allowed_origins": []string{"https://a.example/x"}}).want(422)
	narrow, _ := n.key(shop.Key{Kind: shop.Secret, Scopes: []shop.Scope{shop.KeysWrite}}, false)
	n.as(narrow, "POST", "/v1/keys", object{"kind": "publishable"}).want(403, "key_not_permitted")
	n.do("POST", "/v1/keys", object{"kind": "admin"}).want(422, "not_one_of")
}

// What a browser may do: validate, and nothing else.
func TestPublishableKeys(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"rules": object{"minimum_amount": 10000, "currency": "EUR"}})
	code := n.coupon(camp, nil).str("code")
	n.as(n.pk, "POST", "/v1/redemptions", use(code, "o-1")).want(403, "key_not_permitted")
	n.as(n.pk, "GET", "/v1/campaigns", nil).want(403)
	n.as(n.pk, "GET", "/v1/keys", nil).want(403)
	n.as(n.pk, "POST", "/v1/validations", use(code, "", object{"customer": "c-1"})).want(422, "customer_token_required")

	v := n.as(n.pk, "POST", "/v1/validations", use(code, ""), "Accept-Language", "de-AT,en;q=0.5").want(200)
	problems, _ := v.Body["codes"].([]any)[0].(object)["problems"].([]any)
	if reason(v) != "order_rules_violated" || len(problems) != 1 || !strings.Contains(problems[0].(object)["detail"].(string), "es fehlen 51,00 EUR") {
		t.Errorf("an honest shopper is not told what is missing: %s", v.Raw)
	}
	if v.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("no CORS header")
	}
	pre := n.as("", "OPTIONS", "/v1/validations", nil, "Origin", "https://a.example", "Access-Control-Request-Method", "POST").want(204)
	if !strings.Contains(pre.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("preflight: %v", pre.Header)
	}
	pinned := n.do("POST", "/v1/keys", object{"kind": "publishable", "allowed_origins": []string{"https://a.example"}}).want(201).str("key")
	n.as(pinned, "POST", "/v1/validations", use(code, ""), "Origin", "https://a.example").want(200)
	n.as(pinned, "POST", "/v1/validations", use(code, ""), "Origin", "https://b.example").want(403, "origin_not_permitted")
}

// To a browser unknown, disabled, expired, exhausted, not begun and somebody
// else's are one and the same answer, to the byte.
func TestGuessingTeachesNothing(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	disabled := n.coupon(camp, nil)
	n.do("POST", "/v1/coupons/"+disabled.str("id")+"/disable", nil).want(200)
	used := n.coupon(camp, nil).str("code")
	n.do("POST", "/v1/redemptions", use(used, "o-1")).want(201)
	one := n.campaign(object{"max_redemptions": 1})
	n.coupon(one, object{"code": "EXHAUSTED"})
	n.do("POST", "/v1/redemptions", use("EXHAUSTED", "o-1")).want(201)
	paused := n.campaign(nil)
	pausedCode := n.coupon(paused, nil).str("code")
	n.do("POST", "/v1/campaigns/"+paused+"/pause", nil).want(200)
	expired := n.coupon(camp, object{"expires_at": n.clock.now().Add(time.Second)}).str("code")
	early := n.coupon(camp, object{"starts_at": n.clock.now().Add(time.Hour)}).str("code")
	n.clock.move(time.Second)

	strict := n.campaign(object{"rules": object{"minimum_quantity": 99}, "max_redemptions": 1, "max_redemptions_per_customer": 1})
	n.coupon(strict, object{"code": "STRICTONE"})
	many := object{"customer": "c-1", "order": with(cart("o-1"), object{"lines": []object{{"id": "1", "quantity": 99, "unit_amount": 100}}})}
	n.do("POST", "/v1/redemptions", use("STRICTONE", "", many)).want(201)
	rules := object{"minimum_quantity": 99, "currency": "EUR"}
	n.coupon(n.campaign(object{"rules": rules, "budget": object{"amount": 990, "currency": "EUR"}}), object{"code": "STRICTBUDGET"})
	n.do("POST", "/v1/redemptions", use("STRICTBUDGET", "", many)).want(201)
	n.coupon(n.campaign(object{"rules": rules, "rewards": []object{
		{"type": "percent_off", "percent_off": "10"}, {"type": "service", "service": object{"de": "signiert", "en": "signed"}, "stock": 1},
	}}), object{"code": "STRICTSTOCK"})
	n.do("POST", "/v1/redemptions", use("STRICTSTOCK", "", many)).want(201)
	personal := n.coupon(camp, object{"customer": "c-1"}).str("code")
	n.do("POST", "/v1/redemptions", use(personal, "o-1", object{"customer": "c-1"})).want(201)

	answers := map[string][]string{}
	for name, code := range map[string]string{
		"unknown": flipped(used), "unknown prefix": "NOSUCHCODE", "disabled": disabled.str("code"), "used": used,
		"exhausted": "EXHAUSTED", "paused": pausedCode, "expired": expired, "early": early,
		"exhausted, with rules": "STRICTONE", "personal, used": personal,
		"budget spent, with rules": "STRICTBUDGET", "stock given out, with rules": "STRICTSTOCK",
	} {
		a := n.as(n.pk, "POST", "/v1/validations", use(code, "o-9")).want(200)
		same := strings.ReplaceAll(a.Raw, code, "CODE")
		answers[same] = append(answers[same], name)
	}
	if len(answers) != 1 {
		t.Errorf("different answers: %v", answers)
	}
}
