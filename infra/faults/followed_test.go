package faults

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// TestFollowed lets facts arrive while those who follow them up are killed at any
// point, with kill -9, and the tables with them; their batches come shuffled and
// again, to two at once, from the beginning where the place was lost, and what
// they ask of the tables meets any fault. In the end every consequence is there,
// once: as the facts say, worked out anew.
func TestFollowed(t *testing.T) {
	f := newFollowed(t, duration(t)*3/4)
	f.run()
	f.rest(f.followers[0].places)
	f.verify()
	f.rest(filepath.Join(t.TempDir(), "anew")) // all of it once more changes nothing
	f.verify()
	f.spoil()
}

// followed is one run.
type followed struct {
	t         *testing.T
	seed      uint64
	began     time.Time
	until     time.Time
	table     *table
	proxy     *Proxy
	house     *house.House
	space     shop.Space
	key       string
	followers []*follower
	running   sync.RWMutex // held for reading by who asks, for writing while the tables restart
	kills     map[string]int

	shared string // a code
	camp   string
	tills  []*till
	groups map[string]group // segments by id
	limits thresholds
}

func newFollowed(t *testing.T, d time.Duration) *followed {
	t.Helper()
	f := &followed{t: t, seed: uint64(time.Now().UnixNano()), table: newTable(t), kills: map[string]int{}, groups: map[string]group{}}
	f.limits = standard
	t.Logf("seed %d, for %v", f.seed, d)
	f.proxy = New(f.table.Endpoint)
	front := httptest.NewServer(f.proxy)
	t.Cleanup(front.Close)
	var err error
	if f.house, err = newHouse(f.table.Endpoint); err != nil {
		t.Fatal(err)
	}
	f.open()
	for n := range 2 {
		w := &follower{t: t, endpoint: front.URL, places: filepath.Join(t.TempDir(), fmt.Sprint("places-", n))}
		w.start()
		t.Cleanup(w.kill)
		f.followers = append(f.followers, w)
	}
	f.began = time.Now().UTC().Truncate(time.Second)
	f.until = time.Now().Add(d)
	return f
}

// open makes the shop and what it sells by.
func (f *followed) open() {
	f.t.Helper()
	s, err := f.house.Operator.CreateShop(f.t.Context(), "Followed")
	if err != nil {
		f.t.Fatal(err)
	}
	f.space = shop.Space{Shop: s.ID}
	want := shop.Key{Kind: shop.Secret}
	if want.Scopes, err = shop.ScopesFor(want.Kind, nil); err == nil {
		f.key, _, err = f.house.Operator.CreateKey(f.t.Context(), f.space, want, idem.Key{})
	}
	if err != nil {
		f.t.Fatal(err)
	}
	f.camp = f.must("POST", "/v1/campaigns", tenPercent(object{"max_redemptions": 1_000_000}), "campaign").str("id")
	f.shared = f.must("POST", "/v1/coupons", object{"campaign": f.camp, "code": "EVERYBODY"}, "coupon").str("code")
	g := group{"everybody", "true", func(*soul, sums) bool { return true }} // nobody changes it
	f.groups[f.must("POST", "/v1/segments", object{"name": g.name, "expression": g.expression}, "").str("id")] = g
	f.look()
}

// onlookers are customers who do nothing: a walk through all takes a while, and dies in its midst.
const onlookers = 80

func (f *followed) look() {
	x := f.newTill(len(f.tills))
	x.souls = nil
	for n := range onlookers {
		who := &soul{id: fmt.Sprint("c-onlooker-", n), emails: []string{fmt.Sprint("onlooker-", n, "@example.org")}}
		x.souls = append(x.souls, who)
		x.profile(who)
	}
	f.tills = append(f.tills, x)
}

func (f *followed) run() {
	faults := slices.DeleteFunc(All(), func(x Fault) bool { return x == Overtaken && !lasting() })
	f.proxy.Play(Random(f.seed, 6, faults...))
	var wg sync.WaitGroup
	for n := range 3 {
		x := f.newTill(n + 1)
		f.tills = append(f.tills, x)
		wg.Go(x.live)
	}
	wg.Go(f.manage)
	wg.Go(f.reap)
	wg.Wait()
}

// reap kills who follows up, and now and then the tables.
func (f *followed) reap() {
	dice := rand.New(rand.NewPCG(f.seed, 1))
	for n := 0; ; n++ {
		pause := 50*time.Millisecond + time.Duration(dice.Int64N(int64(450*time.Millisecond)))
		if time.Now().Add(pause).After(f.until) {
			return
		}
		time.Sleep(pause) // the moment is what is random
		if n%4 == 3 {
			f.kills["table"]++
			f.table.kill()
			f.running.Lock()
			f.table.start()
			f.running.Unlock()
			continue
		}
		f.kills["follower"]++
		w := f.followers[dice.IntN(len(f.followers))]
		w.kill()
		if dice.IntN(4) == 0 {
			w.forget()
		}
		w.start()
	}
}

// rest kills who follows up, and goes on from there until nothing is left to do.
func (f *followed) rest(places string) {
	f.t.Helper()
	for _, w := range f.followers {
		w.kill()
	}
	f.proxy.Play(Pass)
	f.proxy.Haunt(f.t.Context(), Any)
	h, err := followingHouse(f.table.Endpoint, places)
	if err != nil {
		f.t.Fatal(err)
	}
	for more := true; more; {
		more = f.pumped(h)
		if err := h.Scheduled["tick"].Handle(f.t.Context()); err != nil {
			f.t.Fatal(err)
		}
		h.Tasks.Drain(f.t.Context())
		more = f.pumped(h) || more
	}
	if dead := h.Tasks.Dead(); len(dead) > 0 {
		f.t.Errorf("given up: %v", dead)
	}
}

// pumped empties the streams, and reports whether there was anything.
func (f *followed) pumped(h *house.House) (some bool) {
	f.t.Helper()
	for _, p := range h.Pumps {
		for moved := true; moved; {
			var err error
			if moved, err = p.Once(f.t.Context()); err != nil {
				f.t.Fatal(err)
			}
			some = some || moved
		}
	}
	return some
}

// ask insists until there is an answer that is no outage.
func (f *followed) ask(method, path string, body object, idempotency string) reply {
	for range maxPatience {
		f.running.RLock()
		r := ask(f.t.Context(), f.house, f.key, request{method, path, body, idempotency})
		f.running.RUnlock()
		if r.status < 500 {
			return r
		}
		time.Sleep(20 * time.Millisecond) // the dead are being buried
	}
	f.t.Errorf("%s %s: still out", method, path)
	return reply{status: 503}
}

// must is for what nothing may refuse; a quarter of what may be repeated is told twice.
func (f *followed) must(method, path string, body object, idempotency string) reply {
	r := f.ask(method, path, body, idempotency)
	if r.status >= 300 {
		f.t.Errorf("%s %s answers %v", method, path, r)
	}
	if rand.IntN(4) == 0 && (method == "PUT" || idempotency != "") {
		f.ask(method, path, body, idempotency)
	}
	return r
}
