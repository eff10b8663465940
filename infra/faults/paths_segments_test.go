package faults

import "net/http"

// segmentPaths are all ways to change what segments there are.
func segmentPaths() []path { return []path{createSegment(), changeSegment(), deleteSegment()} }

// bySegment makes one, and keeps its id.
func bySegment(c *cell) {
	c.vars["segment"] = c.do("POST", "/v1/segments", object{"name": "vip", "expression": "true"}).str("id")
}

func (c *cell) segments(names ...string) {
	c.t.Helper()
	data := c.do("GET", "/v1/segments", nil).body["data"].([]any)
	c.equal("segments", len(data), len(names))
	for i, name := range names {
		c.equal("name", data[i].(object)["name"], name)
	}
}

func createSegment() path {
	return path{
		name: "create segment",
		act: func(*cell) request {
			return request{http.MethodPost, "/v1/segments", object{"name": "vip", "expression": "true"}, ""}
		},
		check:   func(c *cell, _ reply) { c.segments("vip") },
		settled: func(c *cell) { c.segments("vip") },
	}
}

func changeSegment() path {
	return path{
		name: "change segment", arrange: bySegment,
		act: func(c *cell) request {
			return request{http.MethodPatch, "/v1/segments/" + c.vars["segment"], object{"name": "regulars"}, ""}
		},
		check:   func(c *cell, _ reply) { c.segments("regulars") },
		after:   func(c *cell) { c.do("PATCH", "/v1/segments/"+c.vars["segment"], object{"name": "others"}) },
		settled: func(c *cell) { c.segments("others") },
	}
}

func deleteSegment() path {
	return path{
		name: "delete segment", arrange: bySegment, refusal: "not_found",
		act:   func(c *cell) request { return request{http.MethodDelete, "/v1/segments/" + c.vars["segment"], nil, ""} },
		check: func(c *cell, _ reply) { c.segments() },
	}
}
