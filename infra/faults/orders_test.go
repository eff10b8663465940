package faults

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/lagniappe/lagniappe/internal/shop"
)

// orderPaths are all ways to change orders, and what follows from them.
func orderPaths() []path {
	return []path{tellOrder(), changeOrder(), returnOrder(), settleOrder(), cancelOrder()}
}

func (c *cell) space() shop.Space { return shop.Space{Shop: c.shop} }

func sold(version int, status string) object {
	return object{
		"version": version, "status": status, "customer": "c-1", "placed_at": "2026-07-01T12:00:00Z", "currency": "EUR",
		"lines": []object{{"id": "1", "quantity": 3, "unit_amount": 1000}},
	}
}

func (c *cell) tell(version int, status string) { c.do("PUT", "/v1/orders/o-1", sold(version, status)) }

// order checks how the order stands.
func (c *cell) order(version int, status string, returned any) {
	c.t.Helper()
	o := c.do("GET", "/v1/orders/o-1", nil)
	c.equal("version", o.num("version"), version)
	c.equal("status", o.str("status"), status)
	back, _ := o.body["returned"].(object)
	c.equal("returned", back["1"], returned)
}

func tellOrder() path {
	return path{
		name:    "tell order",
		act:     func(*cell) request { return request{http.MethodPut, "/v1/orders/o-1", sold(1, "paid"), ""} },
		check:   func(c *cell, _ reply) { c.order(1, "paid", nil) },
		after:   func(c *cell) { c.tell(2, "cancelled") },
		settled: func(c *cell) { c.order(2, "cancelled", nil) },
	}
}

// changeOrder is a version above another, of an order of which a part came back.
func changeOrder() path {
	p := tellOrder()
	p.name = "change order"
	p.arrange = func(c *cell) {
		c.tell(1, "placed")
		c.do("POST", "/v1/orders/o-1/returns", back("r-1"))
	}
	p.act = func(*cell) request { return request{http.MethodPut, "/v1/orders/o-1", sold(2, "paid"), ""} }
	p.check = func(c *cell, _ reply) { c.order(2, "paid", 1) }
	p.after = func(c *cell) { c.tell(3, "fulfilled") }
	p.settled = func(c *cell) { c.order(3, "fulfilled", 1) }
	return p
}

func back(id string) object {
	return object{"id": id, "lines": []object{{"id": "1", "quantity": 1}}, "amount": 900}
}

func returnOrder() path {
	return path{
		name: "return order", arrange: func(c *cell) { c.tell(1, "paid") },
		act:     func(*cell) request { return request{http.MethodPost, "/v1/orders/o-1/returns", back("r-1"), ""} },
		check:   func(c *cell, _ reply) { c.order(1, "paid", 1) },
		after:   func(c *cell) { c.do("POST", "/v1/orders/o-1/returns", back("r-2")) },
		settled: func(c *cell) { c.order(1, "paid", 2) },
	}
}

// counts checks what the order adds to its customer's figures.
func (c *cell) counts(orders, spent any) {
	c.t.Helper()
	f := c.do("GET", "/v1/customers/c-1/stage", nil).body["figures"].(object)
	c.equal("orders", f["orders_count"], orders)
	c.equal("spent", f["spent"].(object)["EUR"], spent)
}

// entry checks that the order is in the shop's list once, as placed on that day of July.
func (c *cell) entry(day int) {
	c.t.Helper()
	span := fmt.Sprintf("/v1/orders?placed_from=2026-07-%02dT00:00:00Z&placed_until=2026-07-%02dT00:00:00Z", day, day+1)
	c.equal("listed that day", len(c.do("GET", span, nil).body["data"].([]any)), 1)
	c.equal("listed", len(c.do("GET", "/v1/orders", nil).body["data"].([]any)), 1)
}

// settleOrder is the relay's: after it the order is changed, and a late copy must
// not bring its old figures back, nor its old place in the list.
func settleOrder() path {
	settle := func(c *cell) reply {
		return asReply(object{}, c.stage.house.Operator.SettleOrder(c.t.Context(), c.space(), "o-1"))
	}
	return path{
		name: "settle order", arrange: func(c *cell) { c.tell(1, "paid") },
		call: settle,
		check: func(c *cell, _ reply) {
			c.counts(1, 3000)
			c.entry(1)
		},
		after: func(c *cell) {
			c.do("POST", "/v1/orders/o-1/returns", back("r-1"))
			moved := sold(2, "paid")
			moved["placed_at"] = "2026-07-05T12:00:00Z"
			c.do("PUT", "/v1/orders/o-1", moved)
			c.equal("settled again", settle(c).status, 201)
		},
		settled: func(c *cell) {
			c.counts(1, 2100)
			c.entry(5)
		},
	}
}

// cancelOrder is the relay's: after it the order redeems anew, and a late copy must not undo that.
func cancelOrder() path {
	k := codes[1]
	return path{
		name: "follow a cancelled order",
		arrange: func(c *cell) {
			k.arrange(c)
			c.vars["redemption"] = c.do("POST", "/v1/redemptions", c.redemption()).str("id")
			c.tell(1, "cancelled")
		},
		call: func(c *cell) reply {
			row := c.mark() + "test#" + strings.TrimPrefix(c.vars["coupon"], "cpn_") // its own seat
			return asReply(object{}, c.stage.house.Operator.SettleRedemption(c.t.Context(), c.space(), row, "coupon"))
		},
		check: func(c *cell, _ reply) {
			c.stands(c.vars["redemption"], "rolled_back")
			k.uses(c, 0)
			c.equal("listed", len(c.do("GET", "/v1/redemptions?order=o-1", nil).body["data"].([]any)), 1)
		},
		after: func(c *cell) { c.vars["second"] = c.do("POST", "/v1/redemptions", c.redemption()).str("id") },
		settled: func(c *cell) {
			c.stands(c.vars["second"], "redeemed")
			k.uses(c, 1)
		},
	}
}
