// Package tick sends what is due to the queue: a campaign begins, a customer has
// not ordered for a year.
//
// Who may call it: the clock, every minute. Nobody waits for it.
// What it may touch: the list of what is due, which it empties; the queue.
// Load: what is due in a minute. It goes on with the next minute's call. What
// cannot be read it leaves, and says so each time: a version of this that could
// write it can read it.
package tick

import (
	"context"
	"log/slog"
	"time"

	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/queue"
)

// Store is what the function needs of storage.
type Store interface {
	// Due hands send what is due, some at a time, and takes it off the list when send went well.
	// It leaves what cannot be read, and counts it.
	Due(ctx context.Context, send func(context.Context, ...queue.Task) error) (unread int64, err error)
}

// Tick is the function.
type Tick struct {
	store   Store
	queue   queue.Queue
	now     func() time.Time
	log     *slog.Logger
	metrics metric.Sink
}

// New makes the function.
func New(store Store, q queue.Queue, now func() time.Time, log *slog.Logger, metrics metric.Sink) *Tick {
	return &Tick{store: store, queue: q, now: now, log: log, metrics: metrics}
}

// Handle sends what is due by now.
func (t *Tick) Handle(ctx context.Context) error {
	unread, err := t.store.Due(ctx, t.queue.Send)
	if unread > 0 {
		t.log.LogAttrs(ctx, slog.LevelError, "due and cannot be read", append(t.metrics.Count(t.now(), metric.Parked, unread),
			slog.Int64("rows", unread))...) // not what they say: it may have the shop's own id
	}
	return err
}
