package faults

import (
	"net/http"
	"strings"
)

// guessing are the ways in which wrong codes, and codes in the wrong hands, change rows.
func guessing() []path { return []path{wrongCode(), seeLeak(), dealWithLeak()} }

// wrongCode: an addition whose answer was lost may count twice, and one that
// cannot be made is no reason to answer anything else.
func wrongCode() path {
	return path{
		name: "wrong code", refusal: "coupon_unknown",
		act: func(c *cell) request {
			c.vars["code"] = "ZZZZ-0000-GUES"
			return request{http.MethodPost, "/v1/redemptions", c.redemption(), ""}
		},
		check: func(c *cell, _ reply) {
			counted := int64(0)
			c.equal("error", scan(c.t.Context(), suite.direct.Client, "AttemptsTable", func(r row) {
				if strings.HasPrefix(r.text("pk"), c.mark()) {
					counted += r.number("failures")
				}
			}), nil)
			if counted < 2 || counted > 3*maxAsks { // by key and by customer
				c.t.Errorf("%d failures are counted", counted)
			}
		},
		after: func(*cell) {}, settled: func(*cell) {},
	}
}

// leaky is a coupon that its owner has used, and that one other customer has tried: the next one raises the leak.
func (c *cell) leaky() {
	c.t.Helper()
	code{name: "leaky", limits: object{"leak_radar": object{"customers": 2, "minutes": 1440, "pause": true}}}.arrange(c)
	c.do("POST", "/v1/redemptions", c.redemption())
	c.equal("the first thief", c.thief("c-2").str("code"), "quantity_exceeded")
}

func (c *cell) theft(customer string) request {
	body := c.redemption()
	body["customer"] = customer
	body["order"].(object)["id"] = "o-" + customer
	return request{http.MethodPost, "/v1/redemptions", body, ""}
}

func (c *cell) thief(customer string) reply {
	return ask(c.t.Context(), suite.direct, c.key, c.theft(customer))
}

// sweep runs the radar where nothing goes wrong.
func (c *cell) sweep() {
	c.t.Helper()
	c.equal("sweep", suite.direct.Scheduled["radar"].Handle(c.t.Context()), nil)
}

func (c *cell) coupon() reply {
	c.t.Helper()
	return c.do("GET", "/v1/coupons/"+c.vars["coupon"], nil)
}

func (c *cell) paused() {
	c.t.Helper()
	got := c.coupon()
	leak, _ := got.body["leak"].(object)
	c.equal("active", got.body["active"], false)
	c.equal("customers", leak["customers"], 2)
}

// enabled: the shop has enabled the coupon since, and no late copy undoes that.
func (c *cell) enabled() {
	c.t.Helper()
	c.sweep()
	c.equal("active after a late copy", c.coupon().body["active"], true)
}

func (c *cell) enable() { c.do("POST", "/v1/coupons/"+c.vars["coupon"]+"/enable", nil) }

func seeLeak() path {
	return path{
		name: "see a leak", refusal: "quantity_exceeded", arrange: (*cell).leaky,
		act: func(c *cell) request { return c.theft("c-3") },
		check: func(c *cell, _ reply) {
			c.sweep()
			c.paused()
		},
		after: (*cell).enable, settled: (*cell).enabled,
	}
}

func dealWithLeak() path {
	return path{
		name: "deal with a leak",
		arrange: func(c *cell) {
			c.leaky()
			c.equal("the second thief", c.thief("c-3").str("code"), "quantity_exceeded")
		},
		call:  func(c *cell) reply { return asReply(object{}, c.stage.house.Scheduled["radar"].Handle(c.t.Context())) },
		check: func(c *cell, _ reply) { c.paused() },
		after: (*cell).enable, settled: (*cell).enabled,
	}
}
