package faults

import (
	"maps"
	"net/http"
	"time"
)

// jointPaths change several rows for one order: redemptions of several codes, and holds.
func jointPaths() []path {
	return []path{redeemJoint(), rollBackJoint(), hold(), commit(), release(), extend()}
}

// arrangeJoint makes three codes: random with both limits, shared with every one, and shared without.
func arrangeJoint(c *cell) {
	c.t.Helper()
	for name, body := range map[string]object{"a": nil, "b": {"code": "JOINT-B"}, "c": {"code": "JOINT-C"}} {
		lim := map[string]object{"a": limits, "b": every}[name]
		c.campaign(lim)
		issued := object{"campaign": c.vars["campaign"]}
		maps.Copy(issued, body)
		coupon := c.do("POST", "/v1/coupons", issued)
		c.vars[name+" campaign"], c.vars[name+" coupon"], c.vars[name+" code"] = c.vars["campaign"], coupon.str("id"), coupon.str("code")
	}
}

func (c *cell) joint() object {
	body := c.redemption()
	body["codes"] = []string{c.vars["a code"], c.vars["b code"], c.vars["c code"]}
	return body
}

// jointUses checks what the limits of the codes count.
func (c *cell) jointUses(want int) {
	c.t.Helper()
	for _, name := range []string{"a", "b"} {
		c.equal("uses of "+name, c.do("GET", "/v1/campaigns/"+c.vars[name+" campaign"], nil).num("times_redeemed"), want)
	}
	// A hold takes uses of the limit, but is no use of the coupon yet.
	if n := c.do("GET", "/v1/coupons/"+c.vars["a coupon"], nil).num("times_redeemed"); n > want {
		c.t.Errorf("the coupon counts %d uses, its campaign %d", n, want)
	}
}

func redeemJoint() path {
	return path{
		name: "redeem three codes", arrange: arrangeJoint,
		act: func(c *cell) request { return request{http.MethodPost, "/v1/redemptions", c.joint(), "checkout-1"} },
		check: func(c *cell, r reply) {
			c.vars["redemption"] = r.str("id")
			c.stands(r.str("id"), "redeemed")
			c.jointUses(1)
		},
		after: func(c *cell) { c.do("POST", "/v1/redemptions/"+c.vars["redemption"]+"/rollbacks", nil) },
		settled: func(c *cell) {
			c.stands(c.vars["redemption"], "rolled_back")
			c.jointUses(0)
		},
	}
}

func rollBackJoint() path {
	return path{
		name: "roll back three codes",
		arrange: func(c *cell) {
			arrangeJoint(c)
			c.vars["redemption"] = c.do("POST", "/v1/redemptions", c.joint()).str("id")
		},
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/redemptions/" + c.vars["redemption"] + "/rollbacks", nil, ""}
		},
		check: func(c *cell, _ reply) {
			c.stands(c.vars["redemption"], "rolled_back")
			c.jointUses(0)
		},
		after: func(c *cell) { c.vars["second"] = c.do("POST", "/v1/redemptions", c.joint()).str("id") },
		settled: func(c *cell) {
			c.stands(c.vars["second"], "redeemed")
			c.jointUses(1)
		},
	}
}

func (c *cell) holdStands(status string) {
	c.t.Helper()
	c.equal("status of the hold", c.do("GET", "/v1/holds/"+c.vars["hold"], nil).str("status"), status)
}

// hold: after it, the hold is released, and a late copy must not hold again.
func hold() path {
	return path{
		name: "hold three codes", arrange: arrangeJoint,
		act: func(c *cell) request { return request{http.MethodPost, "/v1/holds", c.joint(), "checkout-1"} },
		check: func(c *cell, r reply) {
			c.vars["hold"] = r.str("id")
			c.holdStands("held")
			c.jointUses(1)
		},
		after: func(c *cell) { c.do("POST", "/v1/holds/"+c.vars["hold"]+"/release", nil) },
		settled: func(c *cell) {
			c.holdStands("released")
			c.jointUses(0)
		},
	}
}

func arrangeHold(c *cell) {
	arrangeJoint(c)
	c.vars["hold"] = c.do("POST", "/v1/holds", c.joint()).str("id")
}

func (c *cell) onHold(verb string) request {
	return request{http.MethodPost, "/v1/holds/" + c.vars["hold"] + "/" + verb, nil, ""}
}

// commit: after it, the redemption is rolled back, and a late copy must not redeem again.
func commit() path {
	return path{
		name: "commit a hold", arrange: arrangeHold,
		act: func(c *cell) request { return c.onHold("commit") },
		check: func(c *cell, r reply) {
			c.vars["redemption"] = r.str("id")
			c.holdStands("committed")
			c.stands(r.str("id"), "redeemed")
			c.jointUses(1)
		},
		after: func(c *cell) { c.do("POST", "/v1/redemptions/"+c.vars["redemption"]+"/rollbacks", nil) },
		settled: func(c *cell) {
			c.stands(c.vars["redemption"], "rolled_back")
			c.jointUses(0)
		},
	}
}

// release: after it, the order holds again, and a late copy must not release that.
func release() path {
	return path{
		name: "release a hold", arrange: arrangeHold,
		act: func(c *cell) request { return c.onHold("release") },
		check: func(c *cell, _ reply) {
			c.holdStands("released")
			c.jointUses(0)
		},
		after: func(c *cell) { c.vars["hold"] = c.do("POST", "/v1/holds", c.joint()).str("id") },
		settled: func(c *cell) {
			c.holdStands("held")
			c.jointUses(1)
		},
	}
}

func extend() path {
	return path{
		name: "extend a hold",
		arrange: func(c *cell) {
			arrangeHold(c)
			c.vars["until"] = time.Now().UTC().Add(time.Hour).Format(time.RFC3339)
		},
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/holds/" + c.vars["hold"] + "/extend", object{"expires_at": c.vars["until"]}, ""}
		},
		check: func(c *cell, _ reply) {
			c.holdStands("held")
			c.jointUses(1)
		},
		after: func(c *cell) { c.do("POST", "/v1/holds/"+c.vars["hold"]+"/release", nil) },
		settled: func(c *cell) {
			c.holdStands("released")
			c.jointUses(0)
		},
	}
}
