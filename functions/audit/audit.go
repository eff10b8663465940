// Package audit asks whether the counters equal the rows. Limits are held by
// counters (slots, uses of a customer); each is changed in one transaction with
// the redemption that it counts, so they cannot part. The auditor recomputes
// them all, a slice in each run, and says so if they did.
//
// On its way it goes on with changes of limits that stopped half way, because
// whoever made them died.
//
// Who may call it: the clock.
// What it may touch: reads the list of shops and every campaign, coupon, seat
// and counter; writes its own cursor, and the steps of a change that a shop has
// made. It repairs no counter: one that drifts is a bug, and its cause has to be
// understood first.
// Load: light. A round through all campaigns begins once a day and reads each row
// once; what is found drifting is read again in every run until it is mended.
package audit

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Store is what the function needs of storage.
type Store interface {
	// Audit compares a campaign's counters with its rows.
	Audit(ctx context.Context, sp shop.Space, campaign string) ([]coupon.Drift, error)
	// ContinueLimits goes on with a change of a campaign's limits that was left undone.
	ContinueLimits(ctx context.Context, sp shop.Space, campaign string) error
	// NextPlace is one step on through all campaigns of all shops.
	NextPlace(ctx context.Context, at coupon.Place) (coupon.Place, error)
	AuditCursor(ctx context.Context) (coupon.AuditCursor, error)
	// MoveAuditCursor is fault.ErrStale where another run has moved it.
	MoveAuditCursor(ctx context.Context, c coupon.AuditCursor) (coupon.AuditCursor, error)
}

// Budget bounds what a run does, and so what the auditor costs.
type Budget struct {
	Campaigns int           // in a run
	Time      time.Duration // after which a run begins no other campaign
	Each      time.Duration // for one campaign; Time and twice Each are less than the function's Timeout
	Round     time.Duration // from the beginning of one round to the next
	Drifting  int           // campaigns that are looked at again in every run
}

// Auditor is the function.
type Auditor struct {
	Budget Budget
	Wait   func(context.Context) error // between two looks at a campaign that seems to drift

	store   Store
	now     func() time.Time
	log     *slog.Logger
	metrics metric.Sink
}

// New makes the function.
func New(store Store, now func() time.Time, log *slog.Logger, metrics metric.Sink) *Auditor {
	return &Auditor{
		Budget: Budget{Campaigns: 500, Time: time.Minute, Each: 6 * time.Minute, Round: 24 * time.Hour, Drifting: 10},
		Wait:   wait, store: store, now: now, log: log, metrics: metrics,
	}
}

// wait is longer than an index is behind its table, and than a transaction takes.
func wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(3 * time.Second):
		return nil
	}
}

// Handle runs once. It goes on where the run before stopped, or died.
func (a *Auditor) Handle(ctx context.Context) error {
	at, err := a.store.AuditCursor(ctx)
	if err != nil {
		return err
	}
	r := &run{Auditor: a, at: at, began: a.now()}
	if err = r.again(ctx); err == nil {
		err = r.roll(ctx)
	}
	r.report(ctx)
	if errors.Is(err, fault.ErrStale) {
		return r.failed // two runs at once: the other has the cursor now, and goes on with it
	}
	return errors.Join(err, r.failed)
}
