package faults

import "net/http"

// importCustomers makes customers one by one, and replaces one who is there:
// however often it is cut off, each is told once, and a late copy undoes no later change.
func importCustomers() path {
	return path{
		name: "import a part of customers",
		arrange: func(c *cell) {
			c.do("PUT", customerPath, object{"email": "old@example.org", "full_name": "Anna Müller", "birthday": "1990-05-17"})
			c.do("PUT", "/v1/customers/c-9", object{"email": "taken@example.org"})
			c.vars["import"] = c.do("POST", "/v1/imports", object{"kind": "customers", "on_existing": "replace"}).str("id")
		},
		act: func(c *cell) request {
			return request{method: http.MethodPut, path: "/v1/imports/" + c.vars["import"] + "/parts/1", body: object{
				"csv": "id,given_name,email\nc-1,Anna,anna@example.org\nc-2,Ben,ben@example.org\nc-3,Cem,taken@example.org\n",
			}}
		},
		check: func(c *cell, r reply) {
			c.equal("refused", r.num("refused"), 1)
			sums := c.do("GET", "/v1/imports/"+c.vars["import"], nil)
			c.equal("sums", []any{sums.num("parts"), sums.num("lines"), sums.num("accepted"), sums.num("refused")}, "[1 3 2 1]")
			c.equal("customers", c.listed("/v1/customers"), 3)
			c.equal("version", c.do("GET", customerPath, nil).num("version"), 2)
			c.finds("anna@example.org")
			c.finds("old@example.org")
		},
		after: func(c *cell) { c.do("PATCH", customerPath, object{"given_name": "Anne", "email": "anne@example.org"}) },
		settled: func(c *cell) {
			got := c.do("GET", customerPath, nil)
			c.equal("given_name", got.str("given_name"), "Anne")
			c.equal("version", got.num("version"), 3)
			c.finds("anne@example.org")
		},
	}
}
