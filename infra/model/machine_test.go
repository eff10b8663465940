package model

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestMachine sends random commands one after another, from a caller for whom
// nothing goes wrong, for as long as SOAK says. A failure is shrunk and names the
// seed; RAPID_SEED and RAPID_CHECKS say otherwise than at random, and how often.
func TestMachine(t *testing.T) {
	c, until := newClock(), time.Now().Add(duration(t))
	h, err := newHouse(suite.Endpoint, c.now)
	if err != nil {
		t.Fatal(err)
	}
	for first := true; !t.Failed() && (first || time.Now().Before(until)); first = false {
		rapid.Check(t, func(t *rapid.T) {
			m, err := newMarket(t.Context(), h, "machine", c)
			if err != nil {
				t.Fatal(err)
			}
			x := &machine{house: h, market: m, worlds: []world{newWorld(c.now(), true)}}
			t.Repeat(x.actions())
		})
	}
	noDrift(t)
}

// machine is a shop beside the model of it.
type machine struct {
	house  http.Handler
	market *market
	worlds []world // which it may be by now
	ids    []string
}

func (x *machine) actions() map[string]func(*rapid.T) {
	actions := map[string]func(*rapid.T){}
	for _, k := range kinds {
		actions[string(k)] = func(t *rapid.T) {
			if byID(k) && len(x.ids) == 0 {
				t.Skip("nothing was made yet")
			}
			x.act(t, draw(k, x.ids, func(what string, n int) int { return rapid.IntRange(0, n-1).Draw(t, what) }))
		}
	}
	return actions
}

// act sends a command; the answer must be the model's.
func (x *machine) act(t *rapid.T, c command) {
	c.from = x.market.clock.now().UnixMilli()
	c.to = c.from
	a := x.market.call(t.Context(), x.house, c)
	t.Logf("%v: %v", c, a)
	next := after(x.worlds, c, a)
	if len(next) == 0 {
		t.Fatalf("%v\nanswers %v: %s\nthe model %v", c, a, a.raw, wanted(x.worlds, c))
	}
	if x.worlds = next; a.state != "" && !slices.Contains(x.ids, a.id) {
		x.ids = append(x.ids, a.id)
	}
}

// after gives the worlds that the answer leaves.
func after(worlds []world, c command, a answer) []world {
	var next []world
	for _, w := range worlds {
		for _, n := range w.step(c, a) {
			if !slices.ContainsFunc(next, func(o world) bool { return o.key() == n.key() }) {
				next = append(next, n)
			}
		}
	}
	return next
}

// wanted says what the model would have answered.
func wanted(worlds []world, c command) string {
	out := ""
	for _, w := range worlds {
		for _, o := range w.outcomes(c) {
			out += fmt.Sprintf("would answer %d %v %s %d in\n%s\n", o.status, o.problems, o.state, o.discount, w.key())
		}
	}
	return out
}

var kinds = []kind{issue, validate, redeem, hold, commit, release, extend, rollBack, setLimit, tick, getHold, get, count}

func byID(k kind) bool {
	return slices.Contains([]kind{commit, release, extend, rollBack, getHold, get}, k)
}

// sets are what orders want: each code alone, and some together.
var sets = []set{
	1 << 0, 1 << 1, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8,
	1<<1 | 1<<2, 1<<1 | 1<<3, 1<<0 | 1<<4, 1<<0 | 1<<3 | 1<<5, 1<<2 | 1<<3, 1<<6 | 1<<7, 1<<4 | 1<<7,
	1<<4 | 1<<9, 1 << 10, 1<<0 | 1<<10, 1<<6 | 1<<7 | 1<<8, 1<<1 | 1<<2 | 1<<3 | 1<<6,
}

// draw makes up a command.
func draw(k kind, ids []string, pick func(string, int) int) command {
	c := command{kind: k}
	switch {
	case byID(k):
		c.id = ids[len(ids)-1-pick("which", min(len(ids), 6))]
	case k == issue:
		c.set = 1 << 8
	case k == redeem || k == hold || k == validate:
		c.order, c.set = pick("order", 4), sets[pick("set", len(sets))]
		c.who, c.variant = pick("who", 2), pick("variant", 4)/3
	}
	switch k {
	case hold, extend:
		c.by = []time.Duration{time.Minute, 15 * time.Minute, 20 * time.Hour}[pick("length", 3)]
	case tick:
		c.by = []time.Duration{6 * time.Second, time.Minute, 16 * time.Minute}[pick("time", 3)]
	case rollBack:
		c.ret = []string{"", "ret-1", "ret-2", "ret-3"}[pick("return", 4)]
		if c.ret != "" {
			c.quantity, c.tea = int64(pick("quantity", 4)), pick("tea", 2) == 1
		}
	case setLimit:
		c.campaign = []int{1, 3, 4}[pick("campaign", 3)]
		c.limit = campaigns[c.campaign].most - 1 + int64(pick("more", 4))
	case count:
		c.campaign = []int{1, 3, 4}[pick("campaign", 3)]
	default: // nothing more to say
	}
	return c
}
