package faults

import (
	"fmt"
	"net/http"
	"strings"
)

// createFamous makes a campaign of more slots than one transaction can.
func createFamous() path {
	famous := object{"max_redemptions": 4000, "expected_rate": 4000}
	return path{
		name: "create famous campaign",
		act: func(*cell) request {
			return request{http.MethodPost, "/v1/campaigns", tenPercent(famous), idempotency(true)}
		},
		check: func(c *cell, r reply) {
			camp := "/v1/campaigns/" + r.str("id")
			c.do("POST", camp+"/resume", nil) // makes the slots that an outage has left out
			c.equal("slots", c.slots(r.str("id")), 200)
			got := c.do("GET", camp, nil)
			c.equal("times_redeemed", got.num("times_redeemed"), 0)
			c.equal("limit_changes", got.body["limit_changes"], nil)
		},
	}
}

// slots counts the rows of a campaign's limits.
func (c *cell) slots(campaign string) (n int) {
	c.t.Helper()
	err := scan(c.t.Context(), suite.direct.Client, "CouponsTable", func(r row) {
		if r.text("sk") == "slot" && strings.HasPrefix(r.text("pk"), c.mark()) && strings.Contains(r.text("pk"), campaign) {
			n++
		}
	})
	c.equal("error", err, nil)
	return n
}

// changeLimit raises a limit, lowers it, or closes the code: three uses are taken.
func changeLimit(to int) path {
	patch := func(limit int) object { return object{"max_redemptions": limit, "expected_rate": 40} }
	check := func(c *cell, to int) {
		c.t.Helper()
		c.do("POST", c.campaignPath()+"/resume", nil) // goes on with what an outage has left undone
		got := c.do("GET", c.campaignPath(), nil)
		change := got.body["limit_changes"].([]any)[0].(map[string]any)
		c.equal("status", change["status"], "done")
		c.equal("limit", got.num("max_redemptions"), to)
		c.equal("uses", got.num("times_redeemed"), 3)
		excess, _ := change["excess"].(float64)
		c.equal("excess", excess, max(0, 3-to))
	}
	return path{
		name: fmt.Sprint("change limit to ", to),
		arrange: func(c *cell) {
			c.campaign(object{"max_redemptions": 20})
			c.do("POST", "/v1/coupons", object{"campaign": c.vars["campaign"], "code": "SUMMER26"})
			for n := range 3 {
				c.do("POST", "/v1/redemptions", object{"codes": []string{"SUMMER26"}, "order": object{
					"id": fmt.Sprint("o-", n), "currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": 1000}},
				}})
			}
		},
		act:     func(c *cell) request { return request{http.MethodPatch, c.campaignPath(), patch(to), ""} },
		check:   func(c *cell, _ reply) { check(c, to) },
		after:   func(c *cell) { c.do("PATCH", c.campaignPath(), patch(33)) },
		settled: func(c *cell) { check(c, 33) },
	}
}
