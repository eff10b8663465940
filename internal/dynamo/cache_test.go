package dynamo

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// counted is a load that counts its calls and gives their number.
func counted(n *atomic.Int64) func(context.Context) (int64, error) {
	return func(context.Context) (int64, error) { return n.Add(1), nil }
}

func TestCacheAge(t *testing.T) {
	c, calls := &clock{}, &atomic.Int64{}
	cached := newCache[int64](2, 5*time.Second, c.now)
	for _, step := range []struct {
		name string
		move time.Duration
		want int64
	}{
		{"missing", 0, 1},
		{"just read", 0, 1},
		{"last moment", 5*time.Second - time.Millisecond, 1},
		{"too old", time.Millisecond, 2},
		{"the clock went back", -time.Millisecond, 3}, // how old would it be?
	} {
		c.move(step.move)
		if got, err := cached.get(t.Context(), "a", counted(calls)); err != nil || got != step.want {
			t.Errorf("%s: read %d %v, want %d", step.name, got, err, step.want)
		}
	}
	cached.forget("a")
	if _, ok := cached.peek("a"); ok {
		t.Error("not forgotten")
	}
}

// What a slow read gives is as old as its beginning.
func TestCacheAgesFromTheRead(t *testing.T) {
	c := &clock{}
	cached := newCache[int64](2, 5*time.Second, c.now)
	_, err := cached.get(t.Context(), "a", func(context.Context) (int64, error) {
		c.move(5 * time.Second)
		return 1, nil
	})
	if _, ok := cached.peek("a"); ok || err != nil {
		t.Errorf("remembered as new (%v)", err)
	}
}

func TestCacheSize(t *testing.T) {
	c, calls := &clock{}, &atomic.Int64{}
	cached := newCache[int64](2, time.Hour, c.now)
	for _, key := range []string{"a", "b", "a", "c"} { // b is the least recently used
		if _, err := cached.get(t.Context(), key, counted(calls)); err != nil {
			t.Fatal(err)
		}
	}
	for key, want := range map[string]bool{"a": true, "b": false, "c": true} {
		if _, ok := cached.peek(key); ok != want {
			t.Errorf("%s: %v", key, ok)
		}
	}
}

func TestCacheForgetsFailures(t *testing.T) {
	c, calls := &clock{}, &atomic.Int64{}
	cached := newCache[int64](2, time.Hour, c.now)
	outage := errors.New("outage")
	_, err := cached.get(t.Context(), "a", func(context.Context) (int64, error) { return 7, outage })
	if !errors.Is(err, outage) {
		t.Error(err)
	}
	if got, err := cached.get(t.Context(), "a", counted(calls)); got != 1 || err != nil {
		t.Errorf("%d %v", got, err)
	}
}

// Of many who miss at once one reads; when that one leaves, the others get their answer.
func TestCacheReadsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, calls, release := &clock{}, &atomic.Int64{}, make(chan struct{})
		cached := newCache[int64](2, time.Hour, c.now)
		first, leave := context.WithCancel(t.Context())
		callers := []context.Context{first, t.Context(), t.Context(), t.Context()}
		load := func(ctx context.Context) (int64, error) {
			<-release
			return calls.Add(1), ctx.Err()
		}
		var wg sync.WaitGroup
		for _, ctx := range callers {
			wg.Go(func() {
				got, err := cached.get(ctx, "a", load)
				if left := ctx == first; left != errors.Is(err, fault.ErrUnavailable) || !left && (got != 1 || err != nil) {
					t.Errorf("%d %v", got, err)
				}
			})
			synctest.Wait() // the first one reads, the others wait for it
		}
		leave()
		synctest.Wait()
		close(release)
		wg.Wait()
	})
}
