package model

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/infra/faults"
)

// The size of a round: porcupine tries orders, so histories are short and many.
const (
	clients    = 6
	calls      = 12 // of each client
	instances  = 3  // of all functions, each with its own caches
	rounds     = 8  // in `make test`; SOAK says for how long otherwise
	sideBySide = 3
	percent    = 12 // of the requests between SDK and table meet a fault
)

// TestCrowd plays rounds of random commands by many callers, through faults.
func TestCrowd(t *testing.T) {
	seed, until := seed(t), time.Now().Add(duration(t))
	t.Logf("MODEL_SEED=%d (the dice; timing is never the same twice)", seed)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range sideBySide {
		wg.Go(func() {
			for n := next.Add(1); !t.Failed() && (n <= rounds || time.Now().Before(until)); n = next.Add(1) {
				playRound(t, seed+uint64(n)) //nolint:gosec // a few
			}
		})
	}
	wg.Wait()
	t.Logf("%d rounds", min(next.Load()-sideBySide, next.Load()))
	noDrift(t)
}

func seed(t *testing.T) uint64 {
	t.Helper()
	said := os.Getenv("MODEL_SEED")
	if said == "" {
		return uint64(time.Now().UnixNano())
	}
	n, err := strconv.ParseUint(said, 10, 64)
	if err != nil {
		t.Fatalf("MODEL_SEED: %v", err)
	}
	return n
}

func duration(t *testing.T) time.Duration {
	t.Helper()
	said := os.Getenv("SOAK")
	if said == "" {
		return 0
	}
	d, err := time.ParseDuration(said)
	if err != nil {
		t.Fatalf("SOAK: %v", err)
	}
	return d
}

// round is a shop, its callers, and what they were told.
type round struct {
	t      *testing.T
	seed   uint64
	market *market
	proxy  *faults.Proxy
	houses []http.Handler
	clock  *clock
	themes []int // two of them
	at     atomic.Int64

	mu     sync.Mutex
	ids    map[int][]string // by theme
	orders map[string]int   // by id
	calls  []called
	copies [][]byte // bodies of requests that arrive more than once
}

// called is a command with its answer, and when they were.
type called struct {
	client   int
	theme    int // -1: of all
	command  command
	answer   answer
	from, to int64
}

func playRound(t *testing.T, seed uint64) {
	t.Helper()
	r := &round{t: t, seed: seed, clock: newClock(), ids: map[int][]string{}, orders: map[string]int{}, proxy: faults.New(suite.Endpoint)}
	r.themes = rand.New(rand.NewPCG(seed, clients)).Perm(len(themes))[:2]
	front := httptest.NewServer(r.proxy)
	defer front.Close()
	for range instances {
		h, err := newHouse(front.URL, r.clock.now)
		if err != nil {
			t.Error(err)
			return
		}
		r.houses = append(r.houses, h)
	}
	var err error
	if r.market, err = newMarket(t.Context(), r.houses[0], "crowd", r.clock); err != nil {
		t.Error(err)
		return
	}
	start := newWorld(r.clock.now(), false)
	r.run()
	r.rest()
	r.judge(start)
}

func (r *round) run() {
	all := slices.DeleteFunc(faults.All(), func(f faults.Fault) bool {
		return f == faults.Overtaken && os.Getenv("SOAK") == "" // it waits for the SDK to lose its patience
	})
	r.proxy.Play(r.copied(faults.Random(r.seed, percent, all...)))
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() { r.client(n) })
	}
	wg.Wait()
}

// client calls one thing after another. What was lost it may ask for again.
func (r *round) client(n int) {
	dice := rand.New(rand.NewPCG(r.seed, uint64(n))) //nolint:gosec // a few
	pick := func(_ string, n int) int { return dice.IntN(n) }
	for range calls {
		k, theme := weighted[dice.IntN(len(weighted))], r.themes[dice.IntN(len(r.themes))]
		if k == tick && n > 0 {
			k = redeem // one at a time moves the clock
		}
		c, ok := r.draw(k, theme, pick)
		if !ok {
			continue
		}
		h := r.houses[dice.IntN(len(r.houses))]
		if a := r.call(h, n, theme, c); a.lost && dice.IntN(2) == 0 {
			r.call(h, n, theme, c)
		}
	}
}

// call sends a command, and notes when and what was answered.
func (r *round) call(h http.Handler, client, theme int, c command) answer {
	c.from = r.clock.now().UnixMilli()
	note := called{client: client, theme: theme, from: r.at.Add(1)}
	note.answer = r.market.call(r.t.Context(), h, c)
	c.to = r.clock.now().UnixMilli()
	if c.kind == tick {
		note.theme = -1
	}
	note.command, note.to = c, r.at.Add(1)
	if note.answer.status >= 500 && !note.answer.lost {
		r.t.Errorf("MODEL_SEED=%d: %v answers %s", r.seed-1, c, note.answer.raw)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, note)
	if a := note.answer; a.state != "" && !slices.Contains(r.ids[theme], a.id) {
		r.orders[a.id] = c.order
		if byID(c.kind) { // a lapsed hold, redeemed after all
			r.orders[a.id] = r.orders[c.id]
		}
		r.ids[theme] = append(r.ids[theme], a.id)
	}
	return note.answer
}

// rest lets the last copies arrive, and reads what stands then: so it is
// settled what became of the commands whose answers were lost.
func (r *round) rest() {
	r.proxy.Play(faults.Pass)
	r.proxy.Haunt(r.t.Context(), faults.Any)
	r.late()
	r.between()
	r.call(r.houses[0], 0, -1, command{kind: tick, by: time.Minute})
	for _, theme := range r.themes {
		for _, id := range slices.Clone(r.ids[theme]) {
			r.call(r.houses[0], 0, theme, command{kind: getHold, id: id})
			r.call(r.houses[0], 0, theme, command{kind: get, id: id})
		}
		for _, k := range themes[theme].campaigns {
			r.call(r.houses[0], 0, theme, command{kind: count, campaign: k, alone: true})
		}
	}
}
