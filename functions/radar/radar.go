// Package radar deals with private codes that are going round: it marks the
// coupon, disables it where its campaign wants that, tells the shop with an event,
// and the log, which rings the alarm.
//
// Who may call it: the clock, every minute. Nobody waits for it.
// What it may touch: reads and deletes leaks that were raised; reads campaigns;
// marks and disables coupons; adds events. The functions that see a leak face the shops' web
// pages, so they may raise one and no more; what follows is decided here.
// Load: next to none. Leaks are rare, and their list is one small query.
package radar

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/metric"
)

// Store is what the function needs of storage.
type Store interface {
	// Leaks gives leaks that nobody has dealt with.
	Leaks(ctx context.Context, limit int) ([]coupon.Leak, error)
	// Suspect marks a leak's coupon, once. It reports whether the mark is this leak's.
	Suspect(ctx context.Context, l coupon.Leak) (coupon.Suspicion, bool, error)
	// TellLeak tells the shop of a leak, once.
	TellLeak(ctx context.Context, l coupon.Leak) error
	// Settle removes a leak that was dealt with.
	Settle(ctx context.Context, l coupon.Leak) error
}

// Radar is the function.
type Radar struct {
	store   Store
	now     func() time.Time
	log     *slog.Logger
	metrics metric.Sink
}

// New makes the function.
func New(store Store, now func() time.Time, log *slog.Logger, metrics metric.Sink) *Radar {
	return &Radar{store: store, now: now, log: log, metrics: metrics}
}

// atOnce bounds a run; the next one goes on.
const atOnce = 100

// Handle deals with what was raised since. One leak that cannot be dealt with
// does not keep the others waiting, and comes again with the next run.
func (r *Radar) Handle(ctx context.Context) error {
	leaks, err := r.store.Leaks(ctx, atOnce)
	if err != nil {
		return err
	}
	var failed []error
	for _, l := range leaks {
		if err := r.deal(ctx, l); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// deal tells the log before the leak is settled: after a crash in between it is
// told twice, rather than never.
func (r *Radar) deal(ctx context.Context, l coupon.Leak) error {
	found, mine, err := r.store.Suspect(ctx, l)
	if err != nil {
		return err
	}
	if mine {
		if err := r.store.TellLeak(ctx, l); err != nil {
			return err
		}
		line := append(r.metrics.Count(r.now(), metric.LeaksSuspected, 1),
			slog.String("shop", l.Space.Shop), slog.String("side", l.Space.Side()), slog.String("campaign", l.Campaign),
			slog.String("coupon", l.Coupon), slog.Int64("customers", found.Customers), slog.Bool("paused", found.Paused))
		r.log.LogAttrs(ctx, slog.LevelWarn, "leak suspected", line...)
	}
	return r.store.Settle(ctx, l)
}
