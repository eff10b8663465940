package faults

import (
	"strings"

	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/segment"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// followedPaths are what the relay and the worker write when people's rows change.
func followedPaths() []path { return []path{rehome(), settleSegments(), walkSegments()} }

// changes finds the row in a table of which this is true.
func (c *cell) changes(table string, is func(row) bool) {
	c.t.Helper()
	if err := scan(c.t.Context(), suite.direct.Client, table, func(r row) {
		if strings.HasPrefix(r.text("pk"), c.mark()) && is(r) {
			c.vars["table"], c.vars["pk"], c.vars["sk"] = table, r.text("pk"), r.text("sk")
		}
	}); err != nil || c.vars["pk"] == "" {
		c.t.Fatalf("no such row in %s: %v", table, err)
	}
}

// follow is the relay's, when that row has changed.
func follow(c *cell) reply {
	r := stream.Record{Table: c.vars["table"], PK: c.vars["pk"], SK: c.vars["sk"]}
	return asReply(object{}, c.stage.house.Operator.Follow(c.t.Context(), r))
}

// rehome is of a guest's address that became a customer's: their order comes along.
// Then a part of it comes back, and a late copy must not bring its old figures back.
func rehome() path {
	settle := func(c *cell) {
		c.t.Helper()
		c.equal("settled", asReply(nil, suite.direct.Operator.SettleOrder(c.t.Context(), c.space(), "o-1")).status, 201)
	}
	return path{
		name: "follow a guest who became a customer",
		arrange: func(c *cell) {
			o := sold(1, "paid")
			o["customer"] = object{"email": "anna@example.org"}
			c.do("PUT", "/v1/orders/o-1", o)
			settle(c)
			c.do("PUT", customerPath, object{"email": "anna@example.org"})
			c.counts(0, nil)
			c.changes("CouponsTable", func(r row) bool { return r.has("same_as") })
		},
		call:  follow,
		check: func(c *cell, _ reply) { c.counts(1, 3000) },
		after: func(c *cell) {
			c.do("POST", "/v1/orders/o-1/returns", back("r-1"))
			settle(c)
		},
		settled: func(c *cell) { c.counts(1, 2100) },
	}
}

// inSegment checks how many are in the segment, and that they are listed.
func (c *cell) inSegment(n int) {
	c.t.Helper()
	at := "/v1/segments/" + c.vars["segment"]
	c.equal("count", c.do("GET", at, nil).num("count"), n)
	c.equal("members", len(c.do("GET", at+"/customers", nil).body["data"].([]any)), n)
}

func settleSegments() path {
	return path{
		name: "follow a customer into a segment",
		arrange: func(c *cell) {
			c.vars["segment"] = c.do("POST", "/v1/segments", object{"name": "vip", "expression": `"vip" in customer.tags`}).str("id")
			c.do("PUT", customerPath, somebody(object{"tags": []string{"vip"}}))
			c.changes("PeopleTable", func(r row) bool { return r.text("sk") == "profile" })
		},
		call:  follow,
		check: func(c *cell, _ reply) { c.inSegment(1) },
		after: func(c *cell) {
			c.do("PATCH", customerPath, object{"tags": []string{}})
			c.equal("followed again", follow(c).status, 201)
		},
		settled: func(c *cell) { c.inSegment(0) },
	}
}

// walkSegments is the worker's, through all customers; then the segment becomes another.
func walkSegments() path {
	walk := func(c *cell) reply {
		_, err := c.stage.house.Operator.Work(c.t.Context(), queue.Task{Kind: segment.LookAfter, Space: c.space()})
		return asReply(object{}, err)
	}
	return path{
		name: "go through all customers",
		arrange: func(c *cell) {
			bySegment(c)
			c.do("PUT", customerPath, somebody(nil))
		},
		call: walk,
		check: func(c *cell, _ reply) {
			c.inSegment(1)
			c.equal("state", c.do("GET", "/v1/segments/"+c.vars["segment"], nil).str("state"), "ready")
		},
		after: func(c *cell) {
			c.do("PATCH", "/v1/segments/"+c.vars["segment"], object{"expression": "false"})
			c.equal("gone through again", walk(c).status, 201)
		},
		settled: func(c *cell) {
			c.inSegment(0)
			c.equal("state", c.do("GET", "/v1/segments/"+c.vars["segment"], nil).str("state"), "ready")
		},
	}
}
