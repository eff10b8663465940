package faults

import (
	"fmt"
	"maps"
	"net/http"
)

// paths are all ways to change rows.
func paths() []path {
	out := []path{createCampaign(true), createCampaign(false), createFamous(), changeCampaign(), pause(true), pause(false)}
	for _, to := range []int{60, 4, 2} {
		out = append(out, changeLimit(to))
	}
	for _, named := range []bool{false, true} {
		for _, fresh := range []bool{true, false} {
			out = append(out, issue(named, fresh, true), issue(named, fresh, false))
		}
	}
	for _, code := range codes {
		out = append(out, redeem(code), replay(code), rollBack(code))
	}
	out = append(append(out, jointPaths()...), guessing()...)
	out = append(append(out, batchPaths()...), cardPaths()...)
	out = append(append(append(out, automaticPaths()...), returnPaths()...), orderPaths()...)
	out = append(append(append(out, customerPaths()...), consentPaths()...), append(segmentPaths(), followedPaths()...)...)
	out = append(out, foldPaths()...)
	return append(out, disable(true), disable(false), createKey(true), createKey(false), revokeKey(), createShop())
}

func tenPercent(more object) object {
	o := object{
		"name": "Ten percent", "rewards": []object{{"type": "percent_off", "percent_off": "10"}},
		"reason": object{"de": "danke", "en": "thank you"},
	}
	maps.Copy(o, more)
	return o
}

var limits = object{"max_redemptions": 20, "max_redemptions_per_customer": 2}

var every = object{
	"max_redemptions": 20, "max_redemptions_per_customer": 2, "max_redemptions_per_day": 20,
	"rewards": []object{
		{"type": "percent_off", "percent_off": "10"},
		{"type": "service", "service": object{"de": "signiert", "en": "signed"}, "stock": 20},
	},
	"budget": object{"amount": 40_000, "currency": "EUR"}, "rules": object{"currency": "EUR"},
}

// key names the call of a cell, where something has to.
func idempotency(withKey bool) string {
	if withKey {
		return "the-call"
	}
	return ""
}

func named(what string, yes bool, addition string) string {
	if yes {
		return what + addition
	}
	return what
}

func createCampaign(withKey bool) path {
	return path{
		name: named("create campaign", !withKey, " without key"), keyless: !withKey,
		act: func(*cell) request {
			return request{http.MethodPost, "/v1/campaigns", tenPercent(limits), idempotency(withKey)}
		},
		check: func(c *cell, r reply) {
			list := c.do("GET", "/v1/campaigns", nil)
			c.equal("campaigns", len(list.body["data"].([]any)), 1)
			c.equal("max_redemptions", c.do("GET", "/v1/campaigns/"+r.str("id"), nil).num("max_redemptions"), 20)
		},
	}
}

func (c *cell) campaign(more object) {
	c.t.Helper()
	c.vars["campaign"] = c.do("POST", "/v1/campaigns", tenPercent(more)).str("id")
}

func (c *cell) campaignPath() string { return "/v1/campaigns/" + c.vars["campaign"] }

func changeCampaign() path {
	patch := func(percent string, limit int) object {
		return object{"rewards": []object{{"type": "percent_off", "percent_off": percent}}, "max_redemptions": limit}
	}
	check := func(c *cell, version, limit int) {
		c.t.Helper()
		got := c.do("GET", c.campaignPath(), nil)
		c.equal("version", got.num("version"), version)
		c.equal("max_redemptions", got.num("max_redemptions"), limit)
	}
	return path{
		name: "change campaign", arrange: func(c *cell) { c.campaign(limits) },
		act:     func(c *cell) request { return request{http.MethodPatch, c.campaignPath(), patch("20", 37), ""} },
		check:   func(c *cell, _ reply) { check(c, 2, 37) },
		after:   func(c *cell) { c.do("PATCH", c.campaignPath(), patch("10", 50)) },
		settled: func(c *cell) { check(c, 3, 50) },
	}
}

func pause(paused bool) path {
	verbs := map[bool]string{true: "pause", false: "resume"}
	set := func(c *cell, to bool) { c.do("POST", c.campaignPath()+"/"+verbs[to], nil) }
	active := func(c *cell) any { return c.do("GET", c.campaignPath(), nil).body["active"] }
	return path{
		name: verbs[paused] + " campaign",
		arrange: func(c *cell) {
			c.campaign(nil)
			set(c, !paused)
		},
		act: func(c *cell) request {
			return request{http.MethodPost, c.campaignPath() + "/" + verbs[paused], nil, ""}
		},
		check:   func(c *cell, _ reply) { c.equal("active", active(c), !paused) },
		after:   func(c *cell) { set(c, !paused) },
		settled: func(c *cell) { c.equal("active after a late copy", active(c), paused) },
	}
}

func issue(shared, fresh, withKey bool) path {
	p := path{
		name:    named(named(map[bool]string{true: "issue named", false: "issue random"}[shared], fresh, ", first"), !withKey, " without key"),
		keyless: !withKey && !shared,
		arrange: func(c *cell) {
			c.campaign(nil)
			if !fresh {
				c.do("POST", "/v1/coupons", object{"campaign": c.vars["campaign"]})
			}
		},
		act: func(c *cell) request {
			body := object{"campaign": c.vars["campaign"]}
			if shared {
				body["code"] = "SUMMER26"
			}
			return request{http.MethodPost, "/v1/coupons", body, idempotency(withKey)}
		},
		check: func(c *cell, _ reply) {
			list := c.do("GET", "/v1/coupons?campaign="+c.vars["campaign"], nil)
			c.equal("coupons", len(list.body["data"].([]any)), map[bool]int{true: 1, false: 2}[fresh])
		},
	}
	if shared && !withKey {
		p.refusal = "code_taken" // the code is its natural key
		check := p.check
		p.check = func(c *cell, r reply) {
			if check(c, r); r.status == 409 && c.vars["outage"] == "" {
				c.t.Errorf("the only call is refused: %v", r)
			}
		}
	}
	return p
}

// code is a sort of code, by what its redemption writes.
type code struct {
	name   string
	shared bool
	limits object
	batch  bool
	card   int // what is on it, of a gift card
}

var codes = []code{
	{name: "unique"},
	{name: "unique with both limits", limits: limits},
	{name: "shared without limit", shared: true},
	{name: "shared with both limits", shared: true, limits: limits},
	{name: "derived", batch: true},
	{name: "derived with both limits", batch: true, limits: limits},
	{name: "shared with every limit", shared: true, limits: every},
}

func (k code) arrange(c *cell) {
	c.t.Helper()
	c.campaign(k.limits)
	if k.batch {
		c.derive()
		return
	}
	body := object{"campaign": c.vars["campaign"]}
	if k.shared {
		body["code"] = "WINTER26"
	}
	if k.card > 0 {
		body["balance"] = k.card
	}
	coupon := c.do("POST", "/v1/coupons", body)
	c.vars["coupon"], c.vars["code"] = coupon.str("id"), coupon.str("code")
}

func (c *cell) redemption() object {
	return object{"codes": []string{c.vars["code"]}, "customer": "c-1", "order": object{
		"id": "o-1", "currency": "EUR", "lines": []object{{"id": "1", "sku": "mug", "quantity": 2, "unit_amount": 1950}},
	}}
}

// uses checks how often the code has been used, as far as its sort tells.
func (k code) uses(c *cell, want int) {
	c.t.Helper()
	if k.card > 0 {
		c.ledger(k.card-want*3900, 0)
		return
	}
	if k.limits != nil {
		c.equal("uses of the campaign", c.do("GET", c.campaignPath(), nil).num("times_redeemed"), want)
	}
	if !k.shared {
		c.equal("uses of the code", c.do("GET", "/v1/coupons/"+c.vars["coupon"], nil).num("times_redeemed"), want)
	}
}

func (c *cell) stands(id, status string) {
	c.t.Helper()
	c.equal("status of "+id, c.do("GET", "/v1/redemptions/"+id, nil).str("status"), status)
}

// redeem: after it, the redemption is rolled back, and a late copy must not take the code again.
func redeem(k code) path {
	return path{
		name: "redeem " + k.name, arrange: k.arrange,
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/redemptions", c.redemption(), "checkout-1"}
		},
		check: func(c *cell, r reply) {
			c.vars["redemption"] = r.str("id")
			c.stands(r.str("id"), "redeemed")
			k.uses(c, 1)
		},
		after: func(c *cell) { c.do("POST", "/v1/redemptions/"+c.vars["redemption"]+"/rollbacks", nil) },
		settled: func(c *cell) {
			c.stands(c.vars["redemption"], "rolled_back")
			k.uses(c, 0)
		},
	}
}

func replay(k code) path {
	p := redeem(k)
	p.name = "replay " + k.name
	p.arrange = func(c *cell) {
		k.arrange(c)
		c.vars["redemption"] = c.do("POST", "/v1/redemptions", c.redemption()).str("id")
	}
	p.act = func(c *cell) request { return request{http.MethodPost, "/v1/redemptions", c.redemption(), ""} }
	check := p.check
	p.check = func(c *cell, r reply) {
		c.equal("answer", r.status, 200)
		c.equal("redemption", r.str("id"), c.vars["redemption"])
		check(c, r)
	}
	return p
}

// rollBack: after it, the order redeems again, and a late copy must not undo that.
func rollBack(k code) path {
	return path{
		name: "roll back " + k.name,
		arrange: func(c *cell) {
			k.arrange(c)
			c.vars["redemption"] = c.do("POST", "/v1/redemptions", c.redemption()).str("id")
		},
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/redemptions/" + c.vars["redemption"] + "/rollbacks", nil, ""}
		},
		check: func(c *cell, _ reply) {
			c.stands(c.vars["redemption"], "rolled_back")
			k.uses(c, 0)
		},
		after: func(c *cell) { c.vars["second"] = c.do("POST", "/v1/redemptions", c.redemption()).str("id") },
		settled: func(c *cell) {
			c.stands(c.vars["second"], "redeemed")
			c.stands(c.vars["redemption"], "rolled_back")
			k.uses(c, 1)
		},
	}
}

func disable(disabled bool) path {
	verbs := map[bool]string{true: "disable", false: "enable"}
	set := func(c *cell, to bool) { c.do("POST", "/v1/coupons/"+c.vars["coupon"]+"/"+verbs[to], nil) }
	active := func(c *cell) any { return c.do("GET", "/v1/coupons/"+c.vars["coupon"], nil).body["active"] }
	return path{
		name: verbs[disabled] + " coupon",
		arrange: func(c *cell) {
			codes[0].arrange(c)
			set(c, !disabled)
		},
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/coupons/" + c.vars["coupon"] + "/" + verbs[disabled], nil, ""}
		},
		check:   func(c *cell, _ reply) { c.equal("active", active(c), !disabled) },
		after:   func(c *cell) { set(c, !disabled) },
		settled: func(c *cell) { c.equal("active after a late copy", active(c), disabled) },
	}
}

// createKey: the key itself is in the answer, unless that is a replay of an answer that was lost.
func createKey(withKey bool) path {
	return path{
		name: named("create key", !withKey, " without key"), keyless: !withKey,
		act: func(*cell) request {
			return request{http.MethodPost, "/v1/keys", object{"kind": "secret", "name": "second"}, idempotency(withKey)}
		},
		check: func(c *cell, r reply) {
			c.equal("keys", len(c.do("GET", "/v1/keys", nil).body["data"].([]any)), 2)
			if token := r.str("key"); token != "" {
				c.equal("the key works", ask(c.t.Context(), c.stage.house, token, request{method: "GET", path: "/v1/keys"}).status, 200)
			} else if c.vars["outage"] == "" {
				c.t.Errorf("nobody ever saw the key: %v", r)
			}
		},
	}
}

func revokeKey() path {
	return path{
		name: "revoke key",
		arrange: func(c *cell) {
			c.vars["id"] = c.do("POST", "/v1/keys", object{"kind": "secret", "name": "second"}).str("id")
		},
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/keys/" + c.vars["id"] + "/revoke", nil, ""}
		},
		check: func(c *cell, r reply) { c.equal("revoked", r.str("revoked_at") != "", true) },
	}
}

// createShop is the operator's. Its rows do not have the cell's mark but its
// name, and the audit counts their keys.
func createShop() path {
	return path{
		name: "create shop", keyless: true,
		call: func(c *cell) reply {
			s, err := c.stage.house.Operator.CreateShop(c.t.Context(), c.mark()+"second")
			return asReply(object{"id": s.ID}, err)
		},
		check: func(c *cell, _ reply) {
			sides := 0
			err := scan(c.t.Context(), suite.direct.Client, "ShopsTable", func(r row) {
				if r.text("name") == fmt.Sprint(c.mark(), "second") {
					sides++
				}
			})
			c.equal("error", err, nil)
			c.equal("sides", sides, 2)
		},
	}
}
