package faults

import (
	"net/http"
)

// automaticPaths are of campaigns that need no code: what makes them apply, and
// what they add to the writes of an order.
func automaticPaths() []path {
	out := []path{createAutomatic(), turnAutomatic(true), turnAutomatic(false), pauseAutomatic(true), pauseAutomatic(false)}
	for _, codes := range []string{"no", "one", "two"} {
		for _, hold := range []bool{false, true} {
			out = append(out, beside(codes, hold))
		}
		out = append(out, rollBackBeside(codes))
	}
	return out
}

var automatic = object{"automatic": true, "max_redemptions": 20, "max_redemptions_per_customer": 2}

func createAutomatic() path {
	p := createCampaign(true)
	p.name = "create automatic campaign"
	p.act = func(*cell) request {
		return request{http.MethodPost, "/v1/campaigns", tenPercent(automatic), idempotency(true)}
	}
	return p
}

func (c *cell) setAutomatic(to bool) {
	c.do("PATCH", c.campaignPath(), object{"automatic": to})
}

// turnAutomatic: the books say whether the list agrees.
func turnAutomatic(on bool) path {
	is := func(c *cell) any { return c.do("GET", c.campaignPath(), nil).body["automatic"] == true }
	return path{
		name: named("turn automatic", !on, " off"),
		arrange: func(c *cell) {
			c.campaign(object{"automatic": !on})
		},
		act: func(c *cell) request {
			return request{http.MethodPatch, c.campaignPath(), object{"automatic": on}, ""}
		},
		check:   func(c *cell, _ reply) { c.equal("automatic", is(c), on) },
		after:   func(c *cell) { c.setAutomatic(!on) },
		settled: func(c *cell) { c.equal("automatic after a late copy", is(c), !on) },
	}
}

func pauseAutomatic(paused bool) path {
	p := pause(paused)
	p.name = named("pause automatic campaign", !paused, ", no more")
	arrange := p.arrange
	p.arrange = func(c *cell) {
		arrange(c)
		c.setAutomatic(true)
	}
	return p
}

// arrangeBeside makes an automatic campaign with both limits, and codes beside it.
func arrangeBeside(codes string) func(*cell) {
	return func(c *cell) {
		c.t.Helper()
		if codes != "no" {
			arrangeJoint(c)
		}
		c.campaign(automatic)
	}
}

func (c *cell) beside(codes string) object {
	body := c.redemption()
	body["codes"] = map[string][]string{
		"no": {}, "one": {c.vars["a code"]}, "two": {c.vars["a code"], c.vars["b code"]},
	}[codes]
	return body
}

// besideUses checks what the limits count, of the automatic campaign and of the code.
func (c *cell) besideUses(codes string, want int) {
	c.t.Helper()
	c.equal("uses of the automatic campaign", c.do("GET", c.campaignPath(), nil).num("times_redeemed"), want)
	if codes != "no" {
		c.equal("uses of a", c.do("GET", "/v1/campaigns/"+c.vars["a campaign"], nil).num("times_redeemed"), want)
	}
}

// beside: after it, all is given back, and a late copy must not take it again.
func beside(codes string, hold bool) path {
	what, route, undo := "redeem", "/v1/redemptions", "/rollbacks"
	if hold {
		what, route, undo = "hold", "/v1/holds", "/release"
	}
	return path{
		name: what + " an automatic campaign, " + codes + " code", arrange: arrangeBeside(codes),
		act: func(c *cell) request { return request{http.MethodPost, route, c.beside(codes), "checkout-1"} },
		check: func(c *cell, r reply) {
			c.vars["made"] = r.str("id")
			c.besideUses(codes, 1)
		},
		after:   func(c *cell) { c.do("POST", route+"/"+c.vars["made"]+undo, nil) },
		settled: func(c *cell) { c.besideUses(codes, 0) },
	}
}

// rollBackBeside: after it, the order redeems again, and a late copy must not undo that.
func rollBackBeside(codes string) path {
	return path{
		name: "roll back an automatic campaign, " + codes + " code",
		arrange: func(c *cell) {
			arrangeBeside(codes)(c)
			c.vars["redemption"] = c.do("POST", "/v1/redemptions", c.beside(codes)).str("id")
		},
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/redemptions/" + c.vars["redemption"] + "/rollbacks", nil, ""}
		},
		check: func(c *cell, _ reply) {
			c.stands(c.vars["redemption"], "rolled_back")
			c.besideUses(codes, 0)
		},
		after: func(c *cell) { c.vars["second"] = c.do("POST", "/v1/redemptions", c.beside(codes)).str("id") },
		settled: func(c *cell) {
			c.stands(c.vars["second"], "redeemed")
			c.besideUses(codes, 1)
		},
	}
}
