package dynamo

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/attempt"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// testVault is what hashes of addresses and names are keyed with.
func testVault() *shop.Vault {
	return shop.NewVault(func(context.Context) ([]byte, error) { return []byte("a secret of thirty-two characters"), nil })
}

func visitor(c shop.Caller, network string) attempt.Party {
	return attempt.Party{Budget: attempt.Network, Name: "network " + c.ID + " " + network}
}

// An attacker who spreads over instances gets the budget, and one try more on
// each instance: it learns of the others with its own first failure.
func TestBudgetHoldsOverInstances(t *testing.T) {
	s := newSide(t)
	const instances, each = 12, 30
	p, at := visitor(s.caller, "192.0.2.0/24"), s.now()
	var answered, tried atomic.Int64
	var wg sync.WaitGroup
	for range instances {
		store := s.another()
		wg.Go(func() { // an instance has one request at a time
			for range each {
				if p.Spent(store.Failures(s.caller, p, at)) {
					continue
				}
				tried.Add(1)
				n, err := store.Fail(s.t.Context(), s.caller, p, at, 1)
				if err != nil {
					t.Error(err)
				}
				if n <= p.Failures {
					answered.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if answered.Load() != p.Failures || tried.Load() < p.Failures || tried.Load() > p.Failures+instances {
		t.Errorf("%d tries reached the codes and %d were answered, of a budget of %d", tried.Load(), answered.Load(), p.Failures)
	}
	if other := visitor(s.caller, "192.0.3.0/24"); s.Failures(s.caller, other, at) != 0 {
		t.Error("another network has failures")
	}
	late := s.another()
	if n, err := late.Fail(t.Context(), s.caller, p, at.Add(p.Window), 1); err != nil || n != 1 {
		t.Errorf("the next window begins with %d %v", n, err)
	}
}

// A key's count is spread over rows; what one of them says stands for all.
func TestShardedBudget(t *testing.T) {
	s := newSide(t)
	p := attempt.Party{Budget: attempt.Budget{Failures: 400, Window: time.Minute, Shards: 8}, Name: "key " + s.caller.ID}
	n := 0
	for ; n < 1000 && !p.Spent(s.Failures(s.caller, p, s.now())); n++ {
		if _, err := s.Fail(t.Context(), s.caller, p, s.now(), 1); err != nil {
			t.Fatal(err)
		}
	}
	if n < 200 || n > 400 {
		t.Errorf("a budget of 400 is spent after %d", n)
	}
}

// Without its table an instance counts what it answers itself, and says so.
func TestCountingWithoutItsTable(t *testing.T) {
	s := newSide(t)
	p := visitor(s.caller, "192.0.2.0/24")
	s.wire.fail = func(any) error { return errors.New("down") }
	for want := int64(1); want <= p.Failures; want++ {
		n, err := s.Fail(t.Context(), s.caller, p, s.now(), 1)
		if n != want || !errors.Is(err, fault.ErrUnavailable) {
			t.Fatalf("%d %v, want %d", n, err, want)
		}
	}
	if !p.Spent(s.Failures(s.caller, p, s.now())) {
		t.Error("it never ends")
	}
}
