package faults

import (
	"maps"
	"net/http"
)

// customerPaths are all ways to change people.
func customerPaths() []path {
	return []path{createCustomer(), replaceCustomer(), changeCustomer(), claimTaken(), mergeCustomers(), eraseCustomer()}
}

const customerPath = "/v1/customers/c-1"

func somebody(more object) object {
	o := object{
		"given_name": "Anna", "family_name": "Müller", "birthday": "1990-05-17", "email": "anna@example.org", "phone": "+493012345678",
		"address": object{"lines": []string{"Lindenstraße 7"}, "city": "Berlin"},
	}
	maps.Copy(o, more)
	return o
}

// finds checks that an address leads to the customer.
func (c *cell) finds(email string) {
	c.t.Helper()
	data := c.do("POST", "/v1/customers/search", object{"email": email}).body["data"].([]any)
	got := ""
	if len(data) == 1 {
		got = data[0].(object)["id"].(string)
	}
	c.equal(email+" leads to", got, "c-1")
}

func (c *cell) profile(version int, givenName string) {
	c.t.Helper()
	got := c.do("GET", customerPath, nil)
	c.equal("version", got.num("version"), version)
	c.equal("given_name", got.str("given_name"), givenName)
	c.equal("customers", len(c.do("GET", "/v1/customers", nil).body["data"].([]any)), 1)
}

func createCustomer() path {
	return path{
		name: "create customer",
		act:  func(*cell) request { return request{http.MethodPut, customerPath, somebody(nil), ""} },
		check: func(c *cell, _ reply) {
			c.profile(1, "Anna")
			c.finds("anna@example.org")
		},
		after: func(c *cell) { c.do("PUT", customerPath, object{"given_name": "Anne", "email": "anne@example.org"}) },
		settled: func(c *cell) {
			c.profile(2, "Anne")
			c.finds("anne@example.org")
		},
	}
}

func replaceCustomer() path {
	p := createCustomer()
	p.name, p.arrange = "replace customer", func(c *cell) {
		c.do("PUT", customerPath, object{"email": "old@example.org", "full_name": "Anna Müller"})
	}
	p.check = func(c *cell, _ reply) {
		c.profile(2, "Anna")
		c.finds("old@example.org")
		c.finds("anna@example.org")
	}
	p.settled = func(c *cell) { c.profile(3, "Anne") }
	return p
}

func changeCustomer() path {
	return path{
		name:    "change customer",
		arrange: func(c *cell) { c.do("PUT", customerPath, somebody(nil)) },
		act: func(*cell) request {
			return request{http.MethodPatch, customerPath, object{"given_name": "Anne", "email": "anne@example.org", "phone": nil}, ""}
		},
		check: func(c *cell, _ reply) {
			c.profile(2, "Anne")
			c.finds("anne@example.org")
		},
		after: func(c *cell) { c.do("PATCH", customerPath, object{"given_name": "Anni"}) },
		settled: func(c *cell) {
			c.profile(3, "Anni")
		},
	}
}

// claimTaken is refused, and leaves nothing of itself.
func claimTaken() path {
	return path{
		name: "claim an address that is taken", refusal: "identity_taken",
		arrange: func(c *cell) { c.do("PUT", customerPath, somebody(nil)) },
		act: func(*cell) request {
			return request{http.MethodPut, "/v1/customers/c-2", somebody(object{"phone": "+493087654321"}), ""}
		},
		check: func(c *cell, _ reply) {
			c.profile(1, "Anna")
			c.finds("anna@example.org")
		},
	}
}

// mergeCustomers makes two one, however often it is sent.
func mergeCustomers() path {
	merge := request{http.MethodPost, customerPath + "/merge", object{"from": "c-2"}, ""}
	one := func(c *cell, version int) {
		c.t.Helper()
		c.profile(version, "Anne")
		c.finds("anne@example.org")
		c.finds("anna@example.org")
		c.finds("old@example.org")
		c.equal("c-2 is", c.do("GET", "/v1/customers/c-2", nil).str("id"), "c-1")
		c.equal("coupons", len(c.do("GET", "/v1/coupons?customer=c-1", nil).body["data"].([]any)), 1)
	}
	return path{
		name: "merge customers",
		arrange: func(c *cell) {
			c.do("PUT", customerPath, object{"given_name": "Anne", "email": "anne@example.org"})
			c.do("PUT", "/v1/customers/c-2", somebody(object{"email": "old@example.org"}))
			c.do("PUT", "/v1/customers/c-2", somebody(nil))
			campaign := c.do("POST", "/v1/campaigns", tenPercent(object{})).str("id")
			c.do("POST", "/v1/coupons", object{"campaign": campaign, "customer": "c-2"})
		},
		act:     func(*cell) request { return merge },
		check:   func(c *cell, _ reply) { one(c, 2) },
		after:   func(c *cell) { c.do("PATCH", customerPath, object{"email": "anna@example.org"}) },
		settled: func(c *cell) { c.finds("anne@example.org") },
	}
}

// eraseCustomer leaves nobody at once, however often it is sent.
func eraseCustomer() path {
	nobody := func(c *cell) {
		c.t.Helper()
		c.equal("customers", len(c.do("GET", "/v1/customers", nil).body["data"].([]any)), 0)
	}
	return path{
		name:    "erase customer",
		arrange: func(c *cell) { c.do("PUT", customerPath, somebody(nil)) },
		act:     func(*cell) request { return request{http.MethodDelete, customerPath, nil, ""} },
		check:   func(c *cell, _ reply) { nobody(c) },
		after:   func(c *cell) { c.do("DELETE", customerPath, nil) },
		settled: nobody,
	}
}
