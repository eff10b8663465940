package faults

import "net/http"

// consentPaths are all ways to add to what a customer said.
func consentPaths() []path {
	return []path{recordConsent(), requestConsent(), confirmConsent(), withdrawConsent()}
}

const consentsPath = customerPath + "/consents"

func says(status string, doubleOptIn bool) object {
	o := object{"purpose": "marketing", "channel": "email", "status": status, "source": "checkout", "text_version": "v1"}
	if doubleOptIn {
		o["double_opt_in"] = true
	}
	return o
}

// agrees checks what counts, and how much was said.
func (c *cell) agrees(status string, facts int) {
	c.t.Helper()
	states := c.do("GET", consentsPath, nil).body["data"].([]any)
	if len(states) != 1 {
		c.t.Fatalf("%d states", len(states))
	}
	c.vars["leave"], _ = states[0].(object)["leave_token"].(string)
	c.equal("status", states[0].(object)["status"], status)
	c.equal("facts", len(c.do("GET", consentsPath+"/history", nil).body["data"].([]any)), facts)
}

func recordConsent() path {
	return path{
		name: "record consent", arrange: func(c *cell) { c.do("PUT", customerPath, somebody(nil)) },
		act:   func(*cell) request { return request{http.MethodPost, consentsPath, says("granted", false), "the-call"} },
		check: func(c *cell, _ reply) { c.agrees("granted", 1) },
		after: func(c *cell) { c.do("POST", consentsPath, says("withdrawn", false)) },
		settled: func(c *cell) {
			c.agrees("withdrawn", 2)
		},
	}
}

// requestConsent may lose its token with the first answer; the request stands all the same.
func requestConsent() path {
	p := recordConsent()
	p.name = "request consent"
	p.act = func(*cell) request { return request{http.MethodPost, consentsPath, says("granted", true), "the-call"} }
	p.check = func(c *cell, _ reply) { c.agrees("pending", 1) }
	return p
}

func confirmConsent() path {
	p := recordConsent()
	p.name, p.arrange = "confirm consent", func(c *cell) {
		c.do("PUT", customerPath, somebody(nil))
		c.vars["token"] = c.do("POST", consentsPath, says("granted", true)).str("token")
	}
	p.act = func(c *cell) request {
		return request{http.MethodPost, "/v1/consents/confirm", object{"token": c.vars["token"]}, ""}
	}
	p.check = func(c *cell, _ reply) { c.agrees("granted", 2) }
	p.settled = func(c *cell) { c.agrees("withdrawn", 3) }
	return p
}

// withdrawConsent: after it the customer agrees anew, which a late copy must not take back.
func withdrawConsent() path {
	p := recordConsent()
	p.name, p.arrange = "withdraw consent", func(c *cell) {
		c.do("PUT", customerPath, somebody(nil))
		c.do("POST", consentsPath, says("granted", false))
		c.agrees("granted", 1)
	}
	p.act = func(c *cell) request {
		return request{http.MethodPost, "/v1/consents/withdraw", object{"token": c.vars["leave"]}, ""}
	}
	p.check = func(c *cell, _ reply) { c.agrees("withdrawn", 2) }
	p.after = func(c *cell) { c.do("POST", consentsPath, says("granted", false)) }
	p.settled = func(c *cell) { c.agrees("granted", 3) }
	return p
}
