package faults

import "net/http"

// returnPaths take back a part of a redemption, which may be the last one.
func returnPaths() []path {
	service := code{name: "service", shared: true, limits: object{
		"max_redemptions": 20, "rewards": []object{{"type": "service", "service": object{"de": "signiert", "en": "signed"}}},
	}}
	return []path{returnLine(), returnPart(codes[len(codes)-1]), returnAll(service), returnAll(codes[len(codes)-1])}
}

func (c *cell) returning(quantity int) request {
	body := object{"return": "ret-1", "lines": []object{{"id": "1", "quantity": quantity}}}
	return request{http.MethodPost, "/v1/redemptions/" + c.vars["redemption"] + "/rollbacks", body, ""}
}

func (c *cell) returnRest() {
	c.do("POST", "/v1/redemptions/"+c.vars["redemption"]+"/rollbacks", object{"return": "ret-2"})
}

// budget checks what is spent of a campaign's budget.
func (c *cell) budget(campaign string, want int) {
	c.t.Helper()
	c.equal("spent of the budget", c.do("GET", "/v1/campaigns/"+campaign, nil).num("budget_spent"), want)
}

// returnLine: after it, all is rolled back; in all what was taken off comes back, once.
func returnLine() path {
	return path{
		name: "return a line of three codes", arrange: func(c *cell) {
			arrangeJoint(c)
			c.vars["redemption"] = c.do("POST", "/v1/redemptions", c.joint()).str("id")
		},
		act: func(c *cell) request { return c.returning(1) },
		check: func(c *cell, r reply) {
			got := c.do("GET", "/v1/redemptions/"+c.vars["redemption"], nil)
			c.equal("taken back", got.num("discount_rolled_back"), r.num("discount"))
			for _, a := range got.body["codes"].([]any) {
				if of := a.(object); of["campaign"] == c.vars["b campaign"] {
					c.budget(c.vars["b campaign"], int(of["discount"].(float64)-of["discount_rolled_back"].(float64)))
				}
			}
			c.jointUses(1)
		},
		after: (*cell).returnRest,
		settled: func(c *cell) {
			c.stands(c.vars["redemption"], "rolled_back")
			c.jointUses(0)
			c.budget(c.vars["b campaign"], 0)
		},
	}
}

// returnPart: after it, all is rolled back, and a late copy must not give the budget more than it paid.
func returnPart(k code) path {
	return path{
		name: "return a part of " + k.name, arrange: func(c *cell) {
			k.arrange(c)
			c.vars["redemption"] = c.do("POST", "/v1/redemptions", c.redemption()).str("id")
		},
		act: func(c *cell) request { return c.returning(1) },
		check: func(c *cell, r reply) {
			c.budget(c.vars["campaign"], 195)
			c.equal("taken back", r.num("discount"), 195)
			k.uses(c, 1)
		},
		after: (*cell).returnRest,
		settled: func(c *cell) {
			c.stands(c.vars["redemption"], "rolled_back")
			c.budget(c.vars["campaign"], 0)
			k.uses(c, 0)
		},
	}
}

// returnAll: the last line completes it; after it the order redeems again, and a late copy must not undo that.
func returnAll(k code) path {
	p := rollBack(k)
	p.name = "return all of " + k.name
	p.act = func(c *cell) request { return c.returning(2) }
	return p
}
