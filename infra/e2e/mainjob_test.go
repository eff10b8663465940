package e2e

import (
	"testing"
	"time"
)

// The main job: a coupon is issued, validated, redeemed once, and refused after.
func TestMainJob(t *testing.T) {
	n := newTenant(t)
	c := n.coupon(n.campaign(nil), object{"customer": "c-1001"})
	code := c.str("code")

	v := n.do("POST", "/v1/validations", use(code, "o-1", object{"customer": "c-1001"})).want(200)
	if v.Body["valid"] != true || v.num("discount") != 490 || v.num("amount_due") != 4900 {
		t.Fatalf("validation: %s", v.Raw)
	}
	first := n.do("POST", "/v1/redemptions", use(code, "o-1", object{"customer": "c-1001"})).want(201)
	again := n.do("POST", "/v1/redemptions", use(code, "o-1", object{"customer": "c-1001"})).want(200)
	if first.Raw != again.Raw {
		t.Errorf("a replay answers\n%s\nnot\n%s", again.Raw, first.Raw)
	}
	n.do("POST", "/v1/redemptions", use(code, "o-2", object{"customer": "c-1001"})).want(409, "quantity_exceeded")
	n.do("GET", "/v1/redemptions/"+first.str("id"), nil).want(200)
	if got := n.do("GET", "/v1/coupons/"+c.str("id"), nil).want(200); got.num("times_redeemed") != 1 || got.str("redemption") != first.str("id") {
		t.Errorf("coupon: %s", got.Raw)
	}
}

func TestDiscountLineByLine(t *testing.T) {
	n := newTenant(t)
	for name, c := range map[string]struct {
		rewards            []object
		discount, shipping int64
	}{
		"percent":             {[]object{{"type": "percent_off", "percent_off": "12.5"}}, 613, 0}, // 612.5 rounds half up
		"amount":              {[]object{{"type": "amount_off", "amount_off": 500, "currency": "EUR"}}, 500, 0},
		"more than the order": {[]object{{"type": "amount_off", "amount_off": 999999, "currency": "EUR"}}, 4900, 0},
		"shipping":            {[]object{{"type": "free_shipping"}}, 490, 490},
		"several":             {[]object{{"type": "free_shipping"}, {"type": "amount_off", "amount_off": 900, "currency": "EUR"}, {"type": "percent_off", "percent_off": "50"}}, 900 + 2000 + 490, 490},
	} {
		code := n.coupon(n.campaign(object{"rewards": c.rewards}), nil).str("code")
		r := n.do("POST", "/v1/redemptions", use(code, "o-"+code)).want(201)
		applied := r.Body["codes"].([]any)[0].(object)
		var sum int64
		for _, l := range applied["lines"].([]any) {
			sum += int64(l.(object)["discount"].(float64))
		}
		if r.num("discount") != c.discount || int64(applied["shipping_discount"].(float64)) != c.shipping || sum+c.shipping != c.discount {
			t.Errorf("%s: %s", name, r.Raw)
		}
		if applied["reason"].(object)["de"] != "weil du uns Anna empfohlen hast" {
			t.Errorf("%s: no reason for the customer in %s", name, r.Raw)
		}
	}
}

func TestRollbackGivesBackAndLetsRedeemAgain(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 5, "max_redemptions_per_customer": 1})
	who := object{"customer": object{"email": "Anna@Example.org"}}
	for _, code := range []string{n.coupon(camp, nil).str("code"), n.coupon(camp, object{"code": "WELCOME"}).str("code")} {
		first := n.do("POST", "/v1/redemptions", use(code, "o-1", who), "Idempotency-Key", "try-1").want(201)
		back := "/v1/redemptions/" + first.str("id") + "/rollbacks"
		undo := n.do("POST", back, nil).want(201)
		if again := n.do("POST", back, object{}).want(200); again.Raw != undo.Raw {
			t.Errorf("second rollback: %s", again.Raw)
		}
		n.do("POST", back, object{"return": "r-7"}).want(409, "already_rolled_back")
		if got := n.do("GET", "/v1/campaigns/"+camp, nil); got.num("times_redeemed") != 0 {
			t.Errorf("the use was not given back: %s", got.Raw)
		}
		late := n.do("POST", "/v1/redemptions", use(code, "o-1", who), "Idempotency-Key", "try-1").want(200)
		if late.str("id") != first.str("id") || late.str("status") != "rolled_back" {
			t.Errorf("a late copy of the first request got %s", late.Raw)
		}
		other := use(code, "o-1", who, object{"order": with(cart("o-1"), object{"shipping_amount": 0})})
		n.do("POST", "/v1/redemptions", other, "Idempotency-Key", "try-1").want(422, "idempotency_key_reused")
		second := n.do("POST", "/v1/redemptions", use(code, "o-1", who), "Idempotency-Key", "try-2").want(201)
		if second.str("id") == first.str("id") {
			t.Error("the second attempt has the first one's id")
		}
		if got := n.do("GET", "/v1/redemptions/"+first.str("id"), nil).want(200); got.str("status") != "rolled_back" {
			t.Errorf("the first attempt is lost: %s", got.Raw)
		}
		n.do("POST", "/v1/redemptions/"+second.str("id")+"/rollbacks", nil).want(201)
	}
}

func TestRedemptionDiffers(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	for _, code := range []string{n.coupon(camp, nil).str("code"), n.coupon(camp, object{"code": "SUMMER26"}).str("code")} {
		first := n.do("POST", "/v1/redemptions", use(code, "o-1"), "Idempotency-Key", "k").want(201)
		other := use(code, "o-1", object{"order": with(cart("o-1"), object{"shipping_amount": 0})})
		got := n.do("POST", "/v1/redemptions", other).want(409, "redemption_differs")
		if got.Body["values"].(object)["redemption"] != first.str("id") {
			t.Errorf("which redemption to roll back? %s", got.Raw)
		}
		n.do("POST", "/v1/redemptions", other, "Idempotency-Key", "k").want(422, "idempotency_key_reused")
		n.do("POST", "/v1/validations", other).want(200)
	}
}

// A retry gets its first answer even after pause, expiry and disabling.
func TestReplayOutlivesTheOffer(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"expires_at": time.Now().Add(time.Hour)})
	for _, more := range []object{nil, {"code": "FLASHSALE"}} {
		c := n.coupon(camp, more)
		first := n.do("POST", "/v1/redemptions", use(c.str("code"), "o-1")).want(201)
		n.do("POST", "/v1/coupons/"+c.str("id")+"/disable", nil).want(200)
		n.do("POST", "/v1/campaigns/"+camp+"/pause", nil).want(200)
		n.clock.move(6 * time.Second)
		if again := n.do("POST", "/v1/redemptions", use(c.str("code"), "o-1")).want(200); again.Raw != first.Raw {
			t.Errorf("%s", again.Raw)
		}
		n.do("POST", "/v1/redemptions", use(c.str("code"), "o-2")).want(409)
		n.do("POST", "/v1/campaigns/"+camp+"/resume", nil).want(200)
		n.clock.move(6 * time.Second)
	}
	n.clock.move(2 * time.Hour)
	n.do("POST", "/v1/redemptions", use("FLASHSALE", "o-1")).want(200)
	n.do("POST", "/v1/redemptions", use("FLASHSALE", "o-3")).want(409)
}

func TestValidityIsHalfOpen(t *testing.T) {
	n := newTenant(t)
	now := time.Now()
	camp := n.campaign(object{"starts_at": now.Add(time.Hour), "expires_at": now.Add(2 * time.Hour)})
	code := n.coupon(camp, nil).str("code")
	own := n.coupon(n.campaign(nil), object{"starts_at": now.Add(time.Hour), "expires_at": now.Add(2 * time.Hour)}).str("code")
	for _, c := range []string{code, own} {
		n.do("POST", "/v1/redemptions", use(c, "o-1")).want(409, "coupon_not_started")
	}
	n.clock.move(2 * time.Hour)
	for _, c := range []string{code, own} {
		n.do("POST", "/v1/redemptions", use(c, "o-1")).want(409, "coupon_expired")
	}
	n.clock.move(-30 * time.Minute)
	for _, c := range []string{code, own} {
		n.do("POST", "/v1/redemptions", use(c, "o-1")).want(201)
	}
}
