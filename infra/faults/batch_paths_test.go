package faults

import "net/http"

// batchPaths are the ways to change batches and imports, and the codes of a
// batch, whose rows the first change makes.
func batchPaths() []path {
	return []path{
		createBatch(true), createBatch(false), revokeBatch(), disableDerived(), createImport(true), createImport(false), importPart(),
		importCustomers(),
	}
}

// derive makes a batch and takes its first code, which has no row.
func (c *cell) derive() {
	c.t.Helper()
	c.vars["batch"] = c.do("POST", "/v1/batches", object{"campaign": c.vars["campaign"], "count": 10}).str("id")
	first := c.do("GET", "/v1/batches/"+c.vars["batch"]+"/codes?limit=1", nil).body["data"].([]any)[0].(object)
	c.vars["coupon"], c.vars["code"] = first["coupon"].(string), first["code"].(string)
}

func (c *cell) listed(path string) int { return len(c.do("GET", path, nil).body["data"].([]any)) }

func createBatch(withKey bool) path {
	return path{
		name: named("create batch", !withKey, " without key"), keyless: !withKey,
		arrange: func(c *cell) { c.campaign(nil) },
		act: func(c *cell) request {
			return request{method: http.MethodPost, path: "/v1/batches", idempotency: idempotency(withKey), body: object{"campaign": c.vars["campaign"], "count": 10_000_000}}
		},
		check: func(c *cell, r reply) {
			c.equal("batches", c.listed("/v1/batches?campaign="+c.vars["campaign"]), 1)
			c.equal("codes", c.listed("/v1/batches/"+r.str("id")+"/codes?limit=7"), 7)
		},
	}
}

func revokeBatch() path {
	return path{
		name: "revoke batch",
		arrange: func(c *cell) {
			c.campaign(nil)
			c.derive()
		},
		act: func(c *cell) request {
			return request{method: http.MethodPost, path: "/v1/batches/" + c.vars["batch"] + "/revoke"}
		},
		check: func(c *cell, r reply) {
			c.equal("revoked", c.do("GET", "/v1/batches/"+c.vars["batch"], nil).str("revoked_at"), r.str("revoked_at"))
		},
	}
}

// disableDerived makes a row; a late copy must not disable again what was enabled since.
func disableDerived() path {
	active := func(c *cell) any { return c.do("GET", "/v1/coupons/"+c.vars["coupon"], nil).body["active"] }
	return path{
		name: "disable derived code",
		arrange: func(c *cell) {
			c.campaign(nil)
			c.derive()
		},
		act: func(c *cell) request {
			return request{method: http.MethodPost, path: "/v1/coupons/" + c.vars["coupon"] + "/disable"}
		},
		check:   func(c *cell, _ reply) { c.equal("active", active(c), false) },
		after:   func(c *cell) { c.do("POST", "/v1/coupons/"+c.vars["coupon"]+"/enable", nil) },
		settled: func(c *cell) { c.equal("active after a late copy", active(c), true) },
	}
}

func createImport(withKey bool) path {
	return path{
		name: named("create import", !withKey, " without key"), keyless: !withKey,
		arrange: func(c *cell) { c.campaign(nil) },
		act: func(c *cell) request {
			return request{method: http.MethodPost, path: "/v1/imports", idempotency: idempotency(withKey), body: object{"kind": "codes", "campaign": c.vars["campaign"]}}
		},
		check: func(c *cell, _ reply) { c.equal("imports", c.listed("/v1/imports"), 1) },
	}
}

// importPart makes coupons one by one: however often it is cut off, each is made once, and the sums say so.
func importPart() path {
	return path{
		name: "import a part",
		arrange: func(c *cell) {
			c.campaign(nil)
			c.do("POST", "/v1/coupons", object{"campaign": c.vars["campaign"], "code": "CARD-3"})
			c.vars["import"] = c.do("POST", "/v1/imports", object{"kind": "codes", "campaign": c.vars["campaign"]}).str("id")
		},
		act: func(c *cell) request {
			return request{method: http.MethodPut, path: "/v1/imports/" + c.vars["import"] + "/parts/1", body: object{"csv": "CARD-1\nGIFT-2\nCARD-3\nOLDIE-4\n"}}
		},
		check: func(c *cell, r reply) {
			c.equal("refused", r.num("refused"), 1)
			sums := c.do("GET", "/v1/imports/"+c.vars["import"], nil)
			c.equal("sums", []any{sums.num("parts"), sums.num("lines"), sums.num("accepted"), sums.num("refused")}, "[1 4 3 1]")
			c.equal("coupons", c.listed("/v1/coupons?campaign="+c.vars["campaign"]), 4)
		},
	}
}
