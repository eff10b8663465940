// Package relay makes true what follows from a change: an order's share in its
// customer's figures, their loyalty stage and segments, a cancelled order's rollback, the
// event that tells of it.
//
// Who may call it: the streams of the tables. Nobody waits for it.
// What it may touch: what follows from what, row by row; see internal/dynamo's follow.go.
// Load: that of all writes together, a moment later.
//
// A record that fails and will not pass is parked, so that it holds up its own
// object and not the shard: the operator's commands list what is parked and try
// it again. What will pass (an outage, a throttle) goes back to the stream, from
// the first such record on; going over the others once more changes nothing.
package relay

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	_ "github.com/lagniappe/lagniappe/internal/expression" // segments have expressions
	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// Store is what the function needs of storage.
type Store interface {
	stream.Follower
	// Park sets a row aside, for an operator to look at.
	Park(ctx context.Context, p stream.Parked) error
}

// Relay is the function.
type Relay struct {
	store   Store
	now     func() time.Time
	log     *slog.Logger
	metrics metric.Sink
}

// New makes the function.
func New(store Store, now func() time.Time, log *slog.Logger, metrics metric.Sink) *Relay {
	return &Relay{store: store, now: now, log: log, metrics: metrics}
}

// atOnce bounds how many rows are followed up side by side.
const atOnce = 8

// Handle follows a batch up. It returns an error for each record that has to
// come again, nil for the others, in their order.
func (r *Relay) Handle(ctx context.Context, batch []stream.Record) []error {
	outcome := map[stream.Record]*error{}
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, record := range batch {
		if outcome[record] != nil {
			continue // a row that changed twice is read once, as it is now
		}
		err := new(error)
		outcome[record] = err
		g.Go(func() error {
			*err = r.follow(ctx, record)
			return nil
		})
	}
	_ = g.Wait() // each outcome stands by its record
	errs := make([]error, len(batch))
	for i, record := range batch {
		errs[i] = *outcome[record]
	}
	return errs
}

// follow returns an error only for what has to come again.
func (r *Relay) follow(ctx context.Context, record stream.Record) error {
	err := r.guarded(ctx, record)
	if err == nil || stream.Passing(err) {
		return err
	}
	r.log.LogAttrs(ctx, slog.LevelError, "parked", append(r.metrics.Count(r.now(), metric.Parked, 1),
		slog.String("table", record.Table), slog.String("error", err.Error()))...) // no key: it may have the shop's own id
	return r.store.Park(ctx, stream.Parked{Record: record, Reason: stream.Reason(err)})
}

// guarded keeps a mistake of ours in one row from stopping the batch for ever.
func (r *Relay) guarded(ctx context.Context, record stream.Record) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("relay: panic: %v", p)
		}
	}()
	return r.store.Follow(ctx, record)
}
