package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// ledger is what callers were told.
type ledger struct {
	mu       sync.Mutex
	redeemed map[string]*redeemed // by id
	held     map[string]string    // code for one use to the redemption that has it
	refused  map[string]bool      // orders that were told no
}

// redeemed is an acknowledged redemption.
type redeemed struct {
	code   string
	single bool
	told   []string // its states, as acknowledged or asked for, in their order
}

// may tells whether a state is the last that was acknowledged, or one asked for since.
// A hold that was forgotten may have been taken back since.
func (r *redeemed) may(state string) bool {
	last := r.told[len(r.told)-1]
	return last == state || last == "held" && state == "lapsed"
}

func (l *ledger) note(id, code string, single bool, state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.redeemed[id] == nil {
		l.redeemed[id] = &redeemed{code: code, single: single}
	}
	if r := l.redeemed[id]; !slices.Contains(r.told, state) { // rolled back is for ever
		r.told = append(r.told, state)
	}
}

func (l *ledger) refuse(order string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused[order] = true
}

// hold notices a code for one use that two redemptions have.
func (l *ledger) hold(t *testing.T, code, id string) {
	t.Helper()
	if other := l.held[code]; other != "" {
		t.Errorf("the code of %s is redeemed a second time, as %s", other, id)
	}
	l.held[code] = id
}

// caller is one of many shops' servers.
type caller struct {
	*soak
	name  string
	dice  *rand.Rand
	calls int
}

func (s *soak) newCaller(n int) *caller {
	return &caller{soak: s, name: fmt.Sprint("caller-", n), dice: rand.New(rand.NewPCG(s.seed, uint64(n+2)))} //nolint:gosec // a few
}

// live does one thing after another until time is up. Each is insisted on to its end.
func (c *caller) live() {
	for time.Now().Before(c.until) {
		c.calls++
		switch n := c.dice.IntN(c.things()); {
		case n >= 10:
			c.spend()
		case n < 4:
			c.shop(c.fields[c.dice.IntN(len(c.fields))].code, false)
		case n < 7:
			c.shop(c.prey(), true)
		case n < 9:
			c.issue()
		default:
			c.manage()
		}
	}
}

// things are how many a caller can do: more in a long soak.
func (c *caller) things() int {
	if lasting() {
		return 16
	}
	return 10
}

func (c *caller) fresh(what string) string { return fmt.Sprint(what, "-", c.name, "-", c.calls) }

// prey is a code that others are after, too.
func (c *caller) prey() string {
	c.mu.Lock()
	n := len(c.codes)
	c.mu.Unlock()
	if n == 0 {
		return c.issue()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.codes[max(0, n-1-c.dice.IntN(4))]
}

func (c *caller) issue() string {
	f := c.fields[c.dice.IntN(len(c.fields))]
	code := c.must(request{"POST", "/v1/coupons", object{"campaign": f.campaign}, c.fresh("issue")}).str("code")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.codes = append(c.codes, code)
	return code
}

// shop redeems for a new order, and perhaps sends that again, undoes it, and redeems once more.
func (c *caller) shop(code string, single bool) {
	first := c.redeem(code, single)
	if first == "" {
		return
	}
	if c.dice.IntN(3) == 0 {
		if again := c.redeem(code, single); again != first {
			c.t.Errorf("redeemed as %s, and again as %q", first, again)
		}
	}
	if c.dice.IntN(2) == 0 {
		return
	}
	c.must(request{method: "POST", path: "/v1/redemptions/" + first + "/rollbacks"})
	c.books.note(first, code, single, "rolled_back")
	if c.dice.IntN(2) == 0 {
		if second := c.redeem(code, single); second == first {
			c.t.Errorf("%s was rolled back, and is the answer to a new redemption", first)
		}
	}
}

// redeem gives the id, or nothing where the answer is a refusal.
func (c *caller) redeem(code string, single bool) string {
	r := c.insist(request{method: "POST", path: "/v1/redemptions", body: object{
		"codes": []string{code}, "customer": fmt.Sprint("c-", c.calls%7), "order": object{
			"id": c.fresh("order"), "currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": 1000}},
		},
	}})
	if r.status >= 300 {
		if r.status != 409 {
			c.t.Errorf("redeem answers %v", r)
		}
		c.books.refuse(c.fresh("order"))
		return ""
	}
	c.books.note(r.str("id"), code, single, "redeemed")
	return r.str("id")
}

// manage does what marketers do: pause and resume, change terms, raise the limit.
func (c *caller) manage() {
	path := "/v1/campaigns/" + c.fields[1].campaign
	if c.automatic != "" && c.dice.IntN(3) == 0 {
		path = "/v1/campaigns/" + c.automatic
	}
	switch c.dice.IntN(3) {
	case 0:
		c.must(request{method: "POST", path: path + "/pause"})
		c.must(request{method: "POST", path: path + "/resume"})
	case 1:
		c.must(request{"PATCH", path, object{"reason": object{"de": c.fresh("weil"), "en": c.fresh("since")}}, ""})
	default:
		now := c.must(request{method: "GET", path: path}).num("max_redemptions")
		// Another may have raised it further since; lowering is refused.
		c.insist(request{"PATCH", path, object{"max_redemptions": now + 5}, ""})
	}
}
