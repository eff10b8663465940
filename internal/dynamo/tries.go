package dynamo

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// errConflict says that another transaction held a row, or that a row was
// throttled: nothing was decided, try again.
var errConflict = errors.New("dynamo: conflict")

// maxTries bounds how often a write meets a conflict before the caller is told
// to come back; with the waits below that is after about half a second.
const maxTries = 8

// The bounds of those waits. A transaction holds a row for 10 to 25 ms.
const (
	firstWait = 20 * time.Millisecond
	mostWait  = 150 * time.Millisecond
)

// persist calls try until it meets no conflict. What outlasts the tries is an outage.
func persist(ctx context.Context, op string, try func() error) error {
	for n := range maxTries {
		err := try()
		if !errors.Is(err, errConflict) {
			return err
		}
		if err := wait(ctx, n); err != nil {
			return failed(op, err)
		}
	}
	return fault.ErrUnavailable.In(op).Because(errConflict)
}

// wait sleeps before try n+1.
func wait(ctx context.Context, n int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause(n, firstWait, mostWait)):
		return nil
	}
}

// pause is at random, below a bound that doubles with every try, so that rivals
// part. The SDK's own backoff does not: with a maximum below a second it always
// gives the maximum.
func pause(n int, first, most time.Duration) time.Duration {
	return rand.N(min(first<<n, most)) //nolint:gosec // nothing is secret about a pause
}

// settle is persist around commit.
func (s *Store) settle(ctx context.Context, op string, writes ...write) (out []refusal, err error) {
	err = persist(ctx, op, func() error {
		out, err = s.commit(ctx, op, writes...)
		return err
	})
	return out, err
}
