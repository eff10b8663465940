package faults

import "net/http"

// cardPaths are all ways to change what is left on a gift card.
func cardPaths() []path {
	card := code{name: "gift card", limits: object{"rewards": []object{{"type": "gift_balance", "currency": "EUR"}}}, card: 5000}
	return []path{
		issueCard(card), topUp(card), redeem(card), replay(card), rollBack(card), returnToCard(card),
		holdCard(card), onCard(card, "commit", 1), onCard(card, "release", 0),
	}
}

// ledger checks what is left on the card, and how many entries there are, where that is known.
func (c *cell) ledger(left, entries int) {
	c.t.Helper()
	id, sum := c.vars["coupon"], 0
	list := c.do("GET", "/v1/coupons/"+id+"/ledger?limit=100", nil).body["data"].([]any)
	for _, e := range list {
		sum += int(e.(object)["amount"].(float64))
	}
	c.equal("sum of the ledger", sum, left)
	c.equal("balance", c.do("GET", "/v1/coupons/"+id, nil).body["balance"].(object)["amount"], left)
	if entries > 0 {
		c.equal("entries", len(list), entries)
	}
}

func issueCard(k code) path {
	return path{
		name: "issue gift card", arrange: func(c *cell) { c.campaign(k.limits) },
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/coupons", object{"campaign": c.vars["campaign"], "balance": k.card}, "the-call"}
		},
		check: func(c *cell, r reply) {
			c.equal("coupons", len(c.do("GET", "/v1/coupons?campaign="+c.vars["campaign"], nil).body["data"].([]any)), 1)
			c.vars["coupon"] = r.str("id")
			c.ledger(k.card, 1)
		},
	}
}

// topUp: after it the card is spent from; a late copy must not load it again.
func topUp(k code) path {
	return path{
		name: "top up", arrange: k.arrange,
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/coupons/" + c.vars["coupon"] + "/top_up", object{"amount": 700}, "the-call"}
		},
		check:   func(c *cell, _ reply) { c.ledger(k.card+700, 2) },
		after:   func(c *cell) { c.do("POST", "/v1/redemptions", c.redemption()) },
		settled: func(c *cell) { c.ledger(k.card+700-3900, 3) },
	}
}

// returnToCard gives a part back; after it the rest, which a late copy of the part must not repeat.
func returnToCard(k code) path {
	rollbacks := func(c *cell) string { return "/v1/redemptions/" + c.vars["redemption"] + "/rollbacks" }
	return path{
		name: "return to gift card",
		arrange: func(c *cell) {
			k.arrange(c)
			c.vars["redemption"] = c.do("POST", "/v1/redemptions", c.redemption()).str("id")
		},
		act: func(c *cell) request {
			body := object{"return": "ret-1", "lines": []object{{"id": "1", "quantity": 1}}, "gift_amount": 1900}
			return request{http.MethodPost, rollbacks(c), body, ""}
		},
		check:   func(c *cell, _ reply) { c.ledger(k.card-2000, 3) },
		after:   func(c *cell) { c.do("POST", rollbacks(c), nil) },
		settled: func(c *cell) { c.ledger(k.card, 4) },
	}
}

// holdCard: after it the hold is released, and a late copy must not hold the card again.
func holdCard(k code) path {
	return path{
		name: "hold gift card", arrange: k.arrange,
		act: func(c *cell) request { return request{http.MethodPost, "/v1/holds", c.redemption(), "checkout-1"} },
		check: func(c *cell, r reply) {
			c.vars["hold"] = r.str("id")
			c.ledger(k.card-3900, 2)
		},
		after:   func(c *cell) { c.do("POST", "/v1/holds/"+c.vars["hold"]+"/release", nil) },
		settled: func(c *cell) { c.ledger(k.card, 3) },
	}
}

// onCard ends a hold; spent is how many orders the card has paid for then.
func onCard(k code, verb string, spent int) path {
	return path{
		name: verb + " hold of gift card",
		arrange: func(c *cell) {
			k.arrange(c)
			c.vars["hold"] = c.do("POST", "/v1/holds", c.redemption()).str("id")
		},
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/holds/" + c.vars["hold"] + "/" + verb, nil, ""}
		},
		check: func(c *cell, _ reply) { c.ledger(k.card-3900*spent, 3-spent) },
	}
}
