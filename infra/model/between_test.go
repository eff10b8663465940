package model

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/infra/faults"
)

// pair is a shop with two instances of all functions. What the one asks of the
// table can be made to wait for what the other does.
type pair struct {
	*testing.T
	*market
	proxy      *faults.Proxy
	slow, fast http.Handler
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p, c := &pair{T: t, proxy: faults.New(suite.Endpoint)}, newClock()
	front := httptest.NewServer(p.proxy)
	t.Cleanup(front.Close)
	var err error
	if p.slow, err = newHouse(front.URL, c.now); err == nil {
		if p.fast, err = newHouse(suite.Endpoint, c.now); err == nil {
			p.market, err = newMarket(t.Context(), p.fast, t.Name(), c)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// must sends a command, of which the status is known.
func (p *pair) must(h http.Handler, status int, c command) answer {
	p.Helper()
	c.from = p.clock.now().UnixMilli()
	a := p.call(context.WithoutCancel(p.Context()), h, c)
	if a.status != status {
		p.Errorf("%v: %v, want %d", c, a, status)
	}
	return a
}

// between does something once: before the first request of an operation that
// comes after another one.
func (p *pair) between(first, then string, do func()) {
	var seen, done atomic.Bool
	p.proxy.Play(func(c faults.Call) faults.Fault {
		if c.Op == first {
			seen.Store(true)
		}
		if c.Op == then && seen.Load() && !done.Swap(true) {
			do()
		}
		return faults.None
	})
	p.Cleanup(func() {
		if !done.Load() {
			p.Errorf("there was no %s after a %s", then, first)
		}
	})
}

const sharedB set = 1 << 3 // of a campaign for three uses, two a customer

// Who takes lapsed holds back finds one that was extended after it was listed: it stays.
func TestReclaimMeetsAnExtension(t *testing.T) {
	p := newPair(t)
	held := p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 0, who: 0, by: time.Minute})
	p.must(p.fast, 201, command{kind: redeem, set: sharedB, order: 1, who: 1})
	p.must(p.fast, 201, command{kind: redeem, set: sharedB, order: 2, who: 1})
	p.clock.move(2 * time.Minute)
	p.between("Query", "BatchGetItem", func() { p.must(p.fast, 200, command{kind: extend, id: held.id, by: time.Hour}) })
	p.must(p.slow, 409, command{kind: redeem, set: sharedB, order: 3, who: 2})
	p.must(p.fast, 201, command{kind: commit, id: held.id})
	noDrift(t)
}

// Who finds no hold beside a counter, while one comes, leaves the mark by which it is found later.
func TestMarkMeetsANewHold(t *testing.T) {
	p := newPair(t)
	first := p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 0, who: 0, by: time.Minute})
	p.must(p.fast, 200, command{kind: release, id: first.id})
	p.must(p.fast, 201, command{kind: redeem, set: sharedB, order: 1, who: 1})
	p.must(p.fast, 201, command{kind: redeem, set: sharedB, order: 2, who: 1})
	last := p.must(p.fast, 201, command{kind: redeem, set: sharedB, order: 3, who: 2})
	p.clock.move(2 * time.Minute)
	p.between("Query", "UpdateItem", func() {
		p.must(p.fast, 201, command{kind: rollBack, id: last.id})
		p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 4, who: 3, by: time.Minute})
	})
	p.must(p.slow, 409, command{kind: redeem, set: sharedB, order: 5, who: 4})
	p.clock.move(2 * time.Minute)
	p.must(p.fast, 201, command{kind: redeem, set: sharedB, order: 6, who: 5})
	noDrift(t)
}

// A commit that read its hold before the hold was given up, taken back and taken
// anew commits no other attempt than its own.
func TestCommitMeetsTheNextAttempt(t *testing.T) {
	p := newPair(t)
	held := p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 0, who: 0, by: time.Hour})
	p.between("BatchGetItem", "TransactWriteItems", func() {
		p.must(p.fast, 200, command{kind: release, id: held.id})
		p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 0, who: 0, by: time.Hour}) // as long as the first
	})
	if a := p.must(p.slow, 409, command{kind: commit, id: held.id}); a.problem != "hold_released" {
		t.Error(a)
	}
	noDrift(t)
}

// An extension that read its hold before that was given up and taken anew extends nothing.
func TestExtendMeetsTheNextAttempt(t *testing.T) {
	p := newPair(t)
	held := p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 0, who: 0, by: time.Hour})
	p.between("BatchGetItem", "TransactWriteItems", func() {
		p.must(p.fast, 200, command{kind: release, id: held.id})
		p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 0, who: 0, by: time.Hour})
	})
	p.must(p.slow, 409, command{kind: extend, id: held.id, by: 2 * time.Hour})
	noDrift(t)
}

// A commit that read its hold before an extension leaves no entry of the longer hold behind.
func TestCommitMeetsAnExtension(t *testing.T) {
	p := newPair(t)
	held := p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 0, who: 0, by: time.Hour})
	p.between("BatchGetItem", "TransactWriteItems", func() { p.must(p.fast, 200, command{kind: extend, id: held.id, by: 2 * time.Hour}) })
	p.must(p.slow, 201, command{kind: commit, id: held.id})
	noDrift(t)
}

// A second payment attempt that finds the hold, which then ends, redeems anew.
func TestRedeemMeetsARelease(t *testing.T) {
	p := newPair(t)
	held := p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 0, who: 0, by: time.Hour})
	p.between("BatchGetItem", "TransactWriteItems", func() { p.must(p.fast, 200, command{kind: release, id: held.id}) })
	if a := p.must(p.slow, 201, command{kind: redeem, set: sharedB, order: 0, who: 0}); a.state != redeemed || a.id == held.id {
		t.Error(a)
	}
	noDrift(t)
}

// A hold that is taken again after its time, while it is taken back, is taken anew.
func TestHoldMeetsItsLapse(t *testing.T) {
	p := newPair(t)
	first := p.must(p.fast, 201, command{kind: hold, set: 1 << 1, order: 0, who: 0, by: time.Minute})
	p.clock.move(2 * time.Minute)
	p.between("BatchGetItem", "TransactWriteItems", func() {
		rival := p.must(p.fast, 201, command{kind: redeem, set: 1 << 1, order: 1, who: 1})
		p.must(p.fast, 201, command{kind: rollBack, id: rival.id})
	})
	if a := p.must(p.slow, 201, command{kind: hold, set: 1 << 1, order: 0, who: 0, by: time.Minute}); a.state != "held" || a.id == first.id {
		t.Error(a)
	}
	noDrift(t)
}

// Two who take the same hold back: the one that is too late knows that it is done.
func TestReclaimMeetsAnother(t *testing.T) {
	p := newPair(t)
	p.must(p.fast, 201, command{kind: hold, set: 1<<1 | 1<<2, order: 0, who: 0, by: time.Minute}) // two uses
	p.must(p.fast, 201, command{kind: redeem, set: sharedB, order: 1, who: 1})
	p.clock.move(2 * time.Minute)
	p.between("Query", "TransactWriteItems", func() { p.must(p.fast, 201, command{kind: redeem, set: sharedB, order: 2, who: 2}) })
	p.must(p.slow, 201, command{kind: redeem, set: sharedB, order: 3, who: 3})
	noDrift(t)
}

// A release that read its hold before an extension leaves no entry of the longer hold behind.
func TestReleaseMeetsAnExtension(t *testing.T) {
	p := newPair(t)
	held := p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 0, who: 0, by: time.Hour})
	p.between("BatchGetItem", "TransactWriteItems", func() { p.must(p.fast, 200, command{kind: extend, id: held.id, by: 2 * time.Hour}) })
	p.must(p.slow, 200, command{kind: release, id: held.id})
	noDrift(t)
}

// Of two extensions the longer one holds, in whatever order they come.
func TestExtendMeetsAnExtension(t *testing.T) {
	p := newPair(t)
	held := p.must(p.fast, 201, command{kind: hold, set: sharedB, order: 0, who: 0, by: time.Hour})
	longer := answer{}
	p.between("BatchGetItem", "TransactWriteItems", func() {
		longer = p.must(p.fast, 200, command{kind: extend, id: held.id, by: 3 * time.Hour})
	})
	if a := p.must(p.slow, 200, command{kind: extend, id: held.id, by: 2 * time.Hour}); a.until != longer.until {
		t.Errorf("%v until %d, the other %d", a, a.until, longer.until)
	}
	noDrift(t)
}

// A commit whose first answer is lost tells what stands when it asks again: it
// is rolled back by then. The judge takes that for the two things that it is.
func TestCommitIsRolledBackBeforeItsAnswer(t *testing.T) {
	p := newPair(t)
	r := &round{t: t, market: p.market, clock: p.clock, ids: map[int][]string{}, orders: map[string]int{}, themes: []int{1}}
	start := newWorld(p.clock.now(), false)
	held := r.call(p.fast, 0, 1, command{kind: hold, set: 1, order: 3, by: time.Hour})
	writes := 0
	p.proxy.Play(func(c faults.Call) faults.Fault {
		if c.Op != "UpdateItem" {
			return faults.None
		}
		if writes++; writes == 1 {
			return faults.ErrorAfter
		}
		r.call(p.fast, 1, 1, command{kind: rollBack, id: held.id})
		return faults.None
	})
	if a := r.call(p.slow, 0, 1, command{kind: commit, id: held.id}); a.status != 200 || a.state != rolledBack {
		t.Fatal(a)
	}
	r.between()
	r.judge(start)
}
