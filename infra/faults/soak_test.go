package faults

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/infra/demo"
)

// soakFor is how long TestSoak lasts in `make test`; SOAK says otherwise.
const soakFor = 4 * time.Second

// TestSoak lets many callers do whatever they like while anything goes wrong:
// faults at random, and kill -9 of server and table. What was acknowledged is
// there afterwards, nothing is doubled, and the counters are what the rows say.
func TestSoak(t *testing.T) {
	s := newSoak(t, duration(t))
	s.run()
	s.rest()
	s.verify()
}

func duration(t *testing.T) time.Duration {
	t.Helper()
	said := os.Getenv("SOAK")
	if said == "" {
		return soakFor
	}
	d, err := time.ParseDuration(said)
	if err != nil {
		t.Fatalf("SOAK: %v", err)
	}
	return d
}

// soak is one run.
type soak struct {
	t     *testing.T
	seed  uint64
	until time.Time
	proxy *Proxy
	table *table
	api   *server
	// running is held for reading by who asks, and for writing while something restarts.
	running sync.RWMutex

	mu    sync.Mutex
	codes []string // for one use, anybody's prey
	cards []*giftCard
	books ledger

	gift, automatic string // campaigns of long soaks

	fields []field
	kills  map[string]int
	asked  int
	told   map[int]int // answers by status
}

const callers = 8

func newSoak(t *testing.T, d time.Duration) *soak {
	t.Helper()
	s := &soak{t: t, seed: uint64(time.Now().UnixNano()), kills: map[string]int{}, told: map[int]int{}}
	s.books = ledger{redeemed: map[string]*redeemed{}, held: map[string]string{}, refused: map[string]bool{}}
	t.Logf("seed %d, for %v", s.seed, d)
	s.table = newTable(t)
	s.proxy = New(s.table.Endpoint)
	front := httptest.NewServer(s.proxy)
	t.Cleanup(front.Close)
	s.api = newServer(t, front.URL)
	s.api.start()
	t.Cleanup(s.api.kill)
	s.until = time.Now().Add(d)
	return s
}

// faulty lets one request in eight go wrong. Waiting for the SDK to lose its
// patience is left to long runs: a short one would do nothing else.
func (s *soak) faulty() {
	faults := All()
	if !lasting() {
		faults = slices.DeleteFunc(faults, func(f Fault) bool { return f == Overtaken })
	}
	s.proxy.Play(Random(s.seed+uint64(s.kills["table"]+s.kills["server"]), 12, faults...)) //nolint:gosec // a few
}

func (s *soak) run() {
	s.fields = s.campaigns()
	s.extras()
	s.faulty()
	var wg sync.WaitGroup
	for n := range callers {
		wg.Go(func() { s.newCaller(n).live() })
	}
	wg.Go(s.reap)
	wg.Wait()
}

// reap kills server and table in turn, at random moments.
func (s *soak) reap() {
	dice := rand.New(rand.NewPCG(s.seed, 1))
	for n := 0; ; n++ {
		pause := 200*time.Millisecond + time.Duration(dice.Int64N(int64(800*time.Millisecond)))
		if time.Now().Add(pause).After(s.until) {
			return
		}
		time.Sleep(pause) // the moment is what is random
		if n%2 == 0 {
			s.restart("table", s.table.kill, s.table.start)
		} else {
			s.restart("server", s.api.kill, s.api.start)
		}
	}
}

// restart kills first, in the midst of requests, and only then keeps callers
// waiting. The server starts without faults: it is not its start that is on trial.
func (s *soak) restart(what string, kill, start func()) {
	kill()
	s.running.Lock()
	defer s.running.Unlock()
	s.proxy.Play(Pass)
	start()
	s.faulty()
	s.kills[what]++
}

// rest lets the last copies arrive.
func (s *soak) rest() {
	s.proxy.Play(Pass)
	s.proxy.Haunt(s.t.Context(), Any)
	s.t.Logf("%d calls, answers %v, kills %v", s.asked, s.told, s.kills)
}

// ask sends a request over HTTP; an unreachable server is an outage like any other.
func (s *soak) ask(q request) reply {
	s.running.RLock()
	defer s.running.RUnlock()
	res, err := http.DefaultClient.Do(q.http(s.t.Context(), s.api.base, demo.SecretKey))
	if err != nil {
		return reply{status: http.StatusBadGateway}
	}
	defer func() { _ = res.Body.Close() }()
	r := readReply(res)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	s.told[r.status]++
	return r
}

// maxPatience bounds how often a caller of the soak asks again.
const maxPatience = 60

// insist asks until there is an answer that is no outage.
func (s *soak) insist(q request) reply {
	for range maxPatience {
		r := s.ask(q)
		switch {
		case r.status == http.StatusBadGateway: // nobody answered, which takes no time; a busy machine needs some to bury the dead
			time.Sleep(20 * time.Millisecond)
		case r.status == 503 && r.header.Get("Retry-After") == "":
			s.t.Errorf("%s %s: no Retry-After: %v", q.method, q.path, r)
		case r.status >= 500 && r.status != 503:
			s.t.Errorf("%s %s answers %v", q.method, q.path, r)
			return r
		case r.status < 500:
			return r
		}
	}
	s.t.Errorf("%s %s: still out after %d calls", q.method, q.path, maxPatience)
	return reply{status: 503}
}

// must is insist for what nothing may refuse.
func (s *soak) must(q request) reply {
	r := s.insist(q)
	if r.status >= 300 {
		s.t.Errorf("%s %s answers %v", q.method, q.path, r)
	}
	return r
}

// field is a campaign of the soak, with a code that everybody shares.
type field struct{ campaign, code string }

func (s *soak) campaigns() []field {
	var out []field
	for n, terms := range []object{nil, {"max_redemptions": 60, "max_redemptions_per_customer": 9}} {
		f := field{code: fmt.Sprint("SOAKING-", n)}
		f.campaign = s.must(request{"POST", "/v1/campaigns", tenPercent(terms), fmt.Sprint("field-", n)}).str("id")
		s.must(request{"POST", "/v1/coupons", object{"campaign": f.campaign, "code": f.code}, fmt.Sprint("field-", n)})
		out = append(out, f)
	}
	return out
}

// verify asks for everything that was acknowledged, and audits the tables.
func (s *soak) verify() {
	for id, r := range s.books.redeemed {
		got := s.standing(id).str("status")
		if !r.may(got) {
			s.t.Errorf("%s is %q, its callers were told %v", id, got, r)
		}
		if got == "redeemed" && r.single {
			s.books.hold(s.t, r.code, id)
		}
	}
	if len(s.books.redeemed) == 0 {
		s.t.Error("nothing was redeemed")
	}
	s.verifyRows()
	drifts, err := Audit(s.t.Context(), s.table.client)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range drifts {
		s.t.Error(d)
	}
}

// untold judges a redemption that no caller knows of. One sort is possible: the
// limit was spent, the order was told so, a use was given back, and only then an
// earlier copy of the write arrived. It breaks no limit and no count, and
// whoever asks again for the order is told of it; no condition can tell such a
// copy from a new request.
func (s *soak) untold(id, order string) {
	late := s.proxy.Lingered(func(c Call) bool { return bytes.Contains(c.Body, []byte(`"`+order+`"`)) })
	if !late || !s.books.refused[order] {
		s.t.Errorf("nobody was told of %s", id)
		return
	}
	s.t.Logf("%s: its order was refused before a late copy redeemed", id)
}

// verifyRows finds what nobody was told of: every call was insisted on to its
// answer, so what else stands in the table was made twice.
func (s *soak) verifyRows() {
	coupons, cards := 0, 0
	var ids []string
	err := scan(s.t.Context(), s.table.client, "CouponsTable", func(r row) {
		var doc struct{ ID, Order string }
		r.document("redemption", &doc)
		if strings.HasPrefix(doc.Order, "order-caller-") {
			ids = append(ids, doc.ID)
			if s.books.redeemed[doc.ID] == nil {
				s.untold(doc.ID, doc.Order)
			}
		}
		if r.has("balance_left") {
			cards++
		}
		if r.has("code") && slices.ContainsFunc(s.fields, func(f field) bool { return f.campaign == r.text("campaign_id") }) {
			coupons++
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if told := len(s.codes) + len(s.fields); coupons != told {
		s.t.Errorf("%d coupons, and callers were told of %d", coupons, told)
	}
	if cards != len(s.cards) {
		s.t.Errorf("%d gift cards, and callers were told of %d", cards, len(s.cards))
	}
	s.verifyCards(ids)
}
