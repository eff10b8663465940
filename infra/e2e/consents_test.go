package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// says is the body of a consent.
func says(status string, more object) object {
	return with(object{"purpose": "marketing", "channel": "email", "status": status, "source": "checkout", "text_version": "v1"}, more)
}

func (n *tenant) say(id, status string, more object, header ...string) answer {
	n.t.Helper()
	return n.do("POST", "/v1/customers/"+id+"/consents", says(status, more), header...)
}

// state is what counts for a purpose and channel; empty where nothing does.
func (n *tenant) state(id, purpose, channel string) object {
	n.t.Helper()
	for _, s := range n.do("GET", "/v1/customers/"+id+"/consents", nil).want(200).Body["data"].([]any) {
		if o := s.(object); o["purpose"] == purpose && o["channel"] == channel {
			return o
		}
	}
	return object{}
}

// wantState checks what counts for marketing by e-mail.
func (n *tenant) wantState(id, status string, may bool, reason string) object {
	n.t.Helper()
	s := n.state(id, "marketing", "email")
	got, _ := s["reason"].(string)
	if s["status"] != status || s["may_contact"] != may || got != reason {
		n.t.Errorf("%v, want %s, %v, %s", s, status, may, reason)
	}
	return s
}

func (n *tenant) history(id string) []any {
	n.t.Helper()
	return n.do("GET", "/v1/customers/"+id+"/consents/history?limit=100", nil).want(200).Body["data"].([]any)
}

func TestConsent(t *testing.T) {
	n := newTenant(t)
	n.say("c-1", "granted", nil).want(404, "not_found")
	n.put("c-1", anna()).want(201)
	f := n.say("c-1", "granted", nil).want(201)
	if f.str("customer") != "c-1" || f.str("source") != "checkout" || f.str("text_version") != "v1" || !strings.HasPrefix(f.str("by"), "key_") ||
		f.str("occurred_at") != f.str("recorded_at") || f.Body["token"] != nil || f.Body["secret_available"] != nil {
		t.Errorf("%s", f.Raw)
	}
	if s := n.wantState("c-1", "granted", true, ""); s["consent"] != f.str("id") {
		t.Errorf("%v", s)
	}
	n.say("c-1", "denied", object{"purpose": "profiling", "channel": "push", "text_version": nil}).want(201)
	n.clock.move(time.Minute)
	n.say("c-1", "withdrawn", object{"text_version": nil, "source": "phone call"}).want(201)
	n.wantState("c-1", "withdrawn", false, "consent_withdrawn")
	if s := n.state("c-1", "profiling", "push"); s["status"] != "denied" || s["reason"] != "consent_denied" {
		t.Errorf("%v", s)
	}
	n.clock.move(time.Minute)
	n.say("c-1", "granted", nil).want(201)
	n.wantState("c-1", "granted", true, "")
	n.do("PATCH", "/v1/customers/c-1", object{"email": nil}).want(200)
	n.wantState("c-1", "granted", false, "address_missing")
	if h := n.history("c-1"); len(h) != 4 || h[0].(object)["status"] != "granted" || h[1].(object)["source"] != "phone call" {
		t.Errorf("%v", h)
	}
	first := n.do("GET", "/v1/customers/c-1/consents/history?limit=3", nil).want(200)
	rest := n.do("GET", "/v1/customers/c-1/consents/history?limit=3&cursor="+first.str("next_cursor"), nil).want(200)
	if len(first.Body["data"].([]any)) != 3 || len(rest.Body["data"].([]any)) != 1 || rest.Body["has_more"] != false {
		t.Errorf("%s\n%s", first.Raw, rest.Raw)
	}
}

func TestBadConsents(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", object{"full_name": "Anna"}).want(201)
	for name, c := range map[string]struct {
		status int
		code   string
		param  string
		more   object
	}{
		"no text":           {422, "consent_text_missing", "text_version", object{"text_version": nil}},
		"no source":         {422, "field_missing", "source", object{"source": nil}},
		"purpose":           {422, "pattern_mismatch", "purpose", object{"purpose": "Marketing!"}},
		"channel":           {422, "not_one_of", "channel", object{"channel": "fax"}},
		"status":            {422, "not_one_of", "status", object{"status": "requested"}},
		"tomorrow":          {422, "consent_in_future", "occurred_at", object{"occurred_at": n.clock.now().Add(time.Hour)}},
		"before our time":   {422, "time_out_of_range", "occurred_at", object{"occurred_at": "1999-01-01T00:00:00Z"}},
		"confirmed no":      {422, "consent_not_confirmable", "double_opt_in", object{"status": "denied", "double_opt_in": true}},
		"confirmed by post": {422, "consent_not_confirmable", "double_opt_in", object{"channel": "post", "double_opt_in": true}},
		"no address":        {409, "consent_address_missing", "channel", object{"double_opt_in": true}},
	} {
		a := n.say("c-1", "granted", c.more).want(c.status, c.code)
		if a.Body["param"] != c.param {
			t.Errorf("%s: %s", name, a.Raw)
		}
		checkProblem(t, name, a)
	}
	if len(n.history("c-1")) != 0 || len(n.do("GET", "/v1/customers/c-1/consents", nil).want(200).Body["data"].([]any)) != 0 {
		t.Error("something was recorded")
	}
}

// Told twice it is one, by the key or by what is said; without either it is two.
func TestConsentToldTwice(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", anna()).want(201)
	when := object{"occurred_at": n.clock.now().Add(-time.Hour).Format(time.RFC3339Nano)}
	first := n.say("c-1", "granted", when).want(201)
	byKey := n.say("c-1", "denied", nil, "Idempotency-Key", "k").want(201)
	n.clock.move(time.Minute)
	if again := n.say("c-1", "granted", when).want(200); again.Raw != first.Raw {
		t.Errorf("%s\n%s", first.Raw, again.Raw)
	}
	if again := n.say("c-1", "denied", nil, "Idempotency-Key", "k").want(200); again.Raw != byKey.Raw {
		t.Errorf("%s\n%s", byKey.Raw, again.Raw)
	}
	n.say("c-1", "granted", nil, "Idempotency-Key", "k").want(422, "idempotency_key_reused")
	n.put("c-2", object{}).want(201)
	n.say("c-2", "granted", nil, "Idempotency-Key", "k").want(201) // another customer's is another call
	n.wantState("c-1", "denied", false, "consent_denied")
	if h := n.history("c-1"); len(h) != 2 {
		t.Errorf("%v", h)
	}
	n.say("c-1", "granted", nil).want(201)
	n.say("c-1", "granted", nil).want(201)
	if h := n.history("c-1"); len(h) != 4 {
		t.Errorf("%v", h)
	}
}

// In whatever order and however often facts arrive, and at once, one state is the end.
func TestConsentOrder(t *testing.T) {
	n := newTenant(t)
	start := n.clock.now().Add(-time.Hour)
	var facts []object
	for i, status := range []string{"granted", "denied", "granted", "withdrawn", "granted", "withdrawn", "denied"} {
		at := min(i, 4) // the last three at one instant: the withdrawal counts
		facts = append(facts, says(status, object{"occurred_at": start.Add(time.Duration(at) * time.Minute).Format(time.RFC3339Nano)}))
	}
	for round := range 6 {
		id := fmt.Sprint("c-", round)
		n.put(id, object{}).want(201)
		n.do("PATCH", "/v1/customers/"+id, object{"email": id + "@example.org"}).want(200)
		order := append(rand.Perm(len(facts)), rand.Perm(len(facts))...)
		tell := func(i int) answer { return n.do("POST", "/v1/customers/"+id+"/consents", facts[order[i]]) }
		if round%2 == 0 {
			for i := range order {
				tell(i)
			}
		} else {
			n.crowd(len(order), tell)
		}
		if s := n.wantState(id, "withdrawn", false, "consent_withdrawn"); len(n.history(id)) != len(facts) {
			t.Errorf("%v %v: %v", order, s, n.history(id))
		}
	}
}

func (n *tenant) choose(verb, token string) answer {
	n.t.Helper()
	return n.as("", "POST", "/v1/consents/"+verb, object{"token": token})
}

func TestDoubleOptIn(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", anna()).want(201)
	asked := n.say("c-1", "granted", object{"double_opt_in": true}, "Idempotency-Key", "k").want(201)
	token := asked.str("token")
	if asked.str("status") != "requested" || asked.Body["secret_available"] != true || asked.Body["confirm_until"] == nil {
		t.Errorf("%s", asked.Raw)
	}
	if s := n.wantState("c-1", "pending", false, "consent_missing"); s["confirm_until"] != asked.str("confirm_until") {
		t.Errorf("%v", s)
	}
	again := n.say("c-1", "granted", object{"double_opt_in": true}, "Idempotency-Key", "k").want(200)
	if again.Body["token"] != nil || again.Body["secret_available"] != false || again.str("id") != asked.str("id") {
		t.Errorf("%s", again.Raw)
	}
	n.clock.move(time.Hour)
	confirmed := n.choose("confirm", token).want(200)
	if confirmed.Raw != `{"object":"consent_choice","purpose":"marketing","channel":"email","status":"granted"}` {
		t.Errorf("%s", confirmed.Raw)
	}
	n.wantState("c-1", "granted", true, "")
	n.clock.move(8 * 24 * time.Hour)
	if again := n.choose("confirm", token).want(200); again.Raw != confirmed.Raw {
		t.Errorf("%s", again.Raw)
	}
	h := n.history("c-1")
	if f := h[0].(object); len(h) != 2 || f["by"] != "customer" || f["requested_at"] != asked.str("occurred_at") || f["double_opt_in"] != true || f["text_version"] != "v1" {
		t.Errorf("%v", h)
	}

	// What was confirmed was the address; another one was not.
	n.do("PATCH", "/v1/customers/c-1", object{"email": "anna@new.example"}).want(200)
	n.wantState("c-1", "granted", false, "address_not_confirmed")
	n.do("PATCH", "/v1/customers/c-1", object{"email": "ANNA.MUELLER@example.org"}).want(200)
	n.wantState("c-1", "granted", true, "")

	// A withdrawal since is not undone by the old link, nor by a request.
	n.say("c-1", "withdrawn", nil).want(201)
	n.choose("confirm", token).want(200)
	n.wantState("c-1", "withdrawn", false, "consent_withdrawn")
	n.clock.move(time.Minute)
	late := n.say("c-1", "granted", object{"double_opt_in": true}).want(201)
	n.wantState("c-1", "withdrawn", false, "consent_withdrawn")
	n.clock.move(7 * 24 * time.Hour)
	n.choose("confirm", late.str("token")).want(409, "consent_token_expired")
	if s := n.wantState("c-1", "withdrawn", false, "consent_withdrawn"); s["confirm_until"] != nil {
		t.Errorf("%v", s)
	}
}

// Many clicks at once on one link are one consent.
func TestConfirmOnce(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", anna()).want(201)
	token := n.say("c-1", "granted", object{"double_opt_in": true}).want(201).str("token")
	for _, a := range n.crowd(20, func(int) answer { return n.choose("confirm", token) }) {
		a.want(200)
	}
	if h := n.history("c-1"); len(h) != 2 {
		t.Errorf("%v", h)
	}
	n.wantState("c-1", "granted", true, "")
}

func TestLeave(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", anna()).want(201)
	n.say("c-1", "granted", object{"occurred_at": n.clock.now().Add(4 * time.Minute)}).want(201) // the shop's clock is ahead
	n.say("c-1", "granted", object{"purpose": "surveys"}).want(201)
	token := n.wantState("c-1", "granted", true, "")["leave_token"].(string)
	var all []string
	for _, a := range n.crowd(20, func(int) answer { return n.choose("withdraw", token) }) {
		all = append(all, a.want(200).Raw)
	}
	if all[0] != `{"object":"consent_choice","purpose":"marketing","channel":"email","status":"withdrawn"}` {
		t.Errorf("%s", all[0])
	}
	if s := n.wantState("c-1", "withdrawn", false, "consent_withdrawn"); s["leave_token"] != token {
		t.Errorf("%v", s)
	}
	if s := n.state("c-1", "surveys", "email"); s["status"] != "granted" {
		t.Errorf("%v", s)
	}
	if h := n.history("c-1"); len(h) != 3 || h[0].(object)["by"] != "customer" || h[0].(object)["source"] != "leave_token" {
		t.Errorf("%v", h)
	}
}

// A token of the one side means nothing on the other, nor does a forged one, and none says whom it knows.
func TestConsentTokens(t *testing.T) {
	n, other := newTenant(t), newTenant(t)
	for _, x := range []*tenant{n, other} {
		x.put("c-1", anna()).want(201)
		x.say("c-1", "granted", nil).want(201)
	}
	confirm := n.say("c-1", "granted", object{"double_opt_in": true}).want(201).str("token")
	leave := n.state("c-1", "marketing", "email")["leave_token"].(string)
	for _, verb := range []string{"confirm", "withdraw"} {
		for _, token := range []string{
			"x", "cct_", "clt_", confirm[:len(confirm)-1], flipped(confirm), flipped(leave), leave + "00", strings.Repeat("0", 200),
			"clt_" + strings.TrimPrefix(confirm, "cct_"), "cct_" + strings.TrimPrefix(leave, "clt_"), "clt_" + strings.Repeat("0", 70), "cct_" + strings.Repeat("0", 63),
		} {
			n.choose(verb, token).want(422, "consent_token_invalid")
		}
	}
	n.wantState("c-1", "granted", true, "")
	// Each letter counts.
	for i := len("clt_"); i < len(leave); i++ {
		letter := "0"
		if leave[i:i+1] == letter {
			letter = "1"
		}
		n.choose("withdraw", leave[:i]+letter+leave[i+1:]).want(422, "consent_token_invalid")
	}
	n.choose("withdraw", leave).want(200)
	n.wantState("c-1", "withdrawn", false, "consent_withdrawn")
	other.wantState("c-1", "granted", true, "")
	if strings.Contains(suite.log.String(), leave) || strings.Contains(suite.log.String(), confirm) {
		t.Error("a token stands in the log")
	}
	if a := n.as("", "OPTIONS", "/v1/consents/withdraw", nil).want(204); a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v", a.Header)
	}
}
