// Package tick sends what is due to the queue: a campaign begins, a customer has
// not ordered for a year.
//
// Who may call it: the clock, every minute. Nobody waits for it.
// What it may touch: the list of what is due, which it empties; the queue.
// Load: what is due in a minute. It goes on with the next minute's call.
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
	Due(ctx context.Context, send func(context.Context, ...queue.Task) error) error
}

// Tick is the function.
type Tick struct {
	store Store
	queue queue.Queue
}

// New makes the function.
func New(store Store, q queue.Queue, _ func() time.Time, _ *slog.Logger, _ metric.Sink) *Tick {
	return &Tick{store: store, queue: q}
}

// Handle sends what is due by now.
func (t *Tick) Handle(ctx context.Context) error { return t.store.Due(ctx, t.queue.Send) }
