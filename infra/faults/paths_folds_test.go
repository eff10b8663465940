package faults

import (
	"fmt"
	"maps"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/stream"
)

// foldPaths are all ways in which what a guest used comes to count for a customer.
func foldPaths() []path {
	return []path{registerGuest(), foldGuest(), redeemRegistered(), rollBackGuest()}
}

var (
	byGuest    = object{"customer": object{"email": "anna@example.org"}}
	byCustomer = object{"customer": "c-1"}
)

func welcome(order string, who object) object {
	o := object{"codes": []string{"WELCOME"}, "order": object{
		"id": order, "currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": 1000}},
	}}
	maps.Copy(o, who)
	return o
}

// guest redeems once of so many times.
func (c *cell) guest(most int) {
	c.campaign(object{"max_redemptions_per_customer": most})
	c.do("POST", "/v1/coupons", object{"campaign": c.vars["campaign"], "code": "WELCOME"})
	c.vars["guest's"] = c.do("POST", "/v1/redemptions", welcome("o-1", byGuest)).str("id")
}

func registration() request {
	return request{http.MethodPut, customerPath, object{"email": "anna@example.org"}, ""}
}

func (c *cell) register() { c.do("PUT", customerPath, registration().body) }

// usedUp checks that neither name has a use left.
func (c *cell) usedUp() {
	c.t.Helper()
	for i, who := range []object{byGuest, byCustomer} {
		r := ask(c.t.Context(), c.stage.house, c.key, request{http.MethodPost, "/v1/redemptions", welcome(fmt.Sprint("no-", i), who), ""})
		c.equal("one more use", r.str("code"), "customer_limit_exceeded")
	}
}

// unfolded are the rows of this shop's persons who have uses to fold in.
func (c *cell) unfolded() (rows []row, err error) {
	err = scan(c.t.Context(), suite.direct.Client, "CouponsTable", func(r row) {
		if spaceOf(r.text("pk"))+"#" == c.mark()+"test#" && r.has("unfolded") {
			rows = append(rows, r)
		}
	})
	return rows, err
}

// fold does what follows from those rows.
func (c *cell) fold() reply {
	rows, err := c.unfolded()
	for _, r := range rows {
		if err == nil {
			err = c.stage.house.Operator.Follow(c.t.Context(), stream.Record{Table: "CouponsTable", PK: r.text("pk"), SK: r.text("sk")})
		}
	}
	return asReply(object{}, err)
}

func registerGuest() path {
	return path{
		name: "register a guest", arrange: func(c *cell) { c.guest(1) },
		act:   func(*cell) request { return registration() },
		check: func(c *cell, _ reply) { c.usedUp() },
		after: func(c *cell) { c.fold() }, settled: func(c *cell) { c.usedUp() },
	}
}

func foldGuest() path {
	return path{
		name: "fold a guest's uses",
		arrange: func(c *cell) {
			c.guest(1)
			c.register()
		},
		call: func(c *cell) reply { return c.fold() },
		check: func(c *cell, _ reply) {
			left, err := c.unfolded()
			c.equal("left to fold", fmt.Sprint(len(left), err), "0 <nil>")
			c.usedUp()
		},
		after: func(c *cell) {
			c.do("POST", "/v1/redemptions/"+c.vars["guest's"]+"/rollbacks", nil)
			c.do("POST", "/v1/redemptions", welcome("o-2", byCustomer))
		},
		settled: func(c *cell) { c.usedUp() },
	}
}

// redeemRegistered redeems under the address that is a customer's by now.
func redeemRegistered() path {
	return path{
		name: "redeem as a guest who registered",
		arrange: func(c *cell) {
			c.guest(2)
			c.register()
		},
		act:     func(*cell) request { return request{http.MethodPost, "/v1/redemptions", welcome("o-2", byGuest), ""} },
		check:   func(c *cell, _ reply) { c.usedUp() },
		after:   func(c *cell) { c.fold() },
		settled: func(c *cell) { c.usedUp() },
	}
}

// rollBackGuest gives back what a guest used who registered since.
func rollBackGuest() path {
	return path{
		name: "roll back a guest's use",
		arrange: func(c *cell) {
			c.guest(1)
			c.register()
			c.fold()
		},
		act: func(c *cell) request {
			return request{http.MethodPost, "/v1/redemptions/" + c.vars["guest's"] + "/rollbacks", nil, ""}
		},
		check: func(c *cell, _ reply) {
			id := c.do("POST", "/v1/redemptions", welcome("o-2", byCustomer)).str("id")
			c.usedUp()
			c.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil)
		},
		after:   func(c *cell) { c.do("POST", "/v1/redemptions", welcome("o-3", byGuest)) },
		settled: func(c *cell) { c.usedUp() },
	}
}
