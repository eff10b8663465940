package audit

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/metric"
)

// run is one run, and what it has seen so far.
type run struct {
	*Auditor
	at        coupon.AuditCursor
	began     time.Time
	campaigns int
	drifts    int64
	failed    error // the first campaign's that could not be audited
}

func (r *run) spent() bool {
	return r.campaigns >= r.Budget.Campaigns || r.now().Sub(r.began) >= r.Budget.Time
}

// again looks at what drifted before: until it is mended, every run says so,
// and the alarm stays on.
func (r *run) again(ctx context.Context) error {
	before := r.at.Drifting
	r.at.Drifting = nil
	for _, p := range before {
		if r.spent() {
			r.at.Drifting = append(r.at.Drifting, p)
		} else if drifting, err := r.look(ctx, p); drifting || err != nil {
			r.at.Drifting = append(r.at.Drifting, p)
		}
	}
	if len(before) == len(r.at.Drifting) {
		return nil
	}
	return r.move(ctx)
}

// roll goes on with the round, or begins one if it is time, by one step at
// least. The cursor moves on after every campaign, also one that could not be
// read: what is too large or broken does not keep the others from being audited.
func (r *run) roll(ctx context.Context) error {
	if r.at.Place == (coupon.Place{}) {
		if age := r.began.Sub(r.at.Began); age >= 0 && age < r.Budget.Round {
			return nil
		}
		r.at.Began = r.began
	}
	for first := true; first || !r.spent(); first = false {
		next, err := r.store.NextPlace(ctx, r.at.Place)
		if err != nil {
			return err
		}
		r.at.Place = next
		r.visit(ctx)
		if err := r.move(ctx); err != nil || next == (coupon.Place{}) {
			return err
		}
	}
	return nil
}

// visit audits the campaign at the cursor, if there is one that is not known to drift already.
func (r *run) visit(ctx context.Context) {
	p := r.at.Place
	if p.Campaign == "" || slices.Contains(r.at.Drifting, p) {
		return
	}
	if drifting, _ := r.look(ctx, p); drifting && len(r.at.Drifting) < r.Budget.Drifting {
		r.at.Drifting = append(r.at.Drifting, p)
	}
}

func (r *run) move(ctx context.Context) (err error) {
	r.at, err = r.store.MoveAuditCursor(ctx, r.at)
	return err
}

// look audits one campaign, and logs what is wrong with it, if anything is. No
// line names a person.
func (r *run) look(ctx context.Context, p coupon.Place) (drifting bool, err error) {
	r.campaigns++
	drifts, err := r.persisting(ctx, p)
	log := r.log.With("shop", p.Space.Shop, "side", p.Space.Side(), "campaign", p.Campaign)
	if err != nil {
		log.LogAttrs(ctx, slog.LevelError, "not audited", slog.Any("error", err))
		if r.failed == nil {
			r.failed = err
		}
	}
	for _, d := range drifts {
		log.LogAttrs(ctx, slog.LevelError, "drift",
			slog.String("counter", d.Kind()), slog.Int64("counted", d.Counted), slog.Int64("rows", d.Rows))
	}
	r.drifts += int64(len(drifts))
	return len(drifts) > 0, err
}

// looks at a campaign, before what it shows is taken for more than traffic.
const looks = 3

func (r *run) persisting(ctx context.Context, p coupon.Place) ([]coupon.Drift, error) {
	ctx, stop := context.WithTimeout(ctx, r.Budget.Each)
	defer stop()
	if err := r.store.ContinueLimits(ctx, p.Space, p.Campaign); err != nil {
		return nil, err
	}
	drifts, err := r.store.Audit(ctx, p.Space, p.Campaign)
	for look := 1; look < looks && err == nil && len(drifts) > 0; look++ {
		if err = r.Wait(ctx); err != nil {
			return nil, err
		}
		var again []coupon.Drift
		again, err = r.store.Audit(ctx, p.Space, p.Campaign)
		drifts = coupon.Persisting(drifts, again)
	}
	return drifts, err
}

// report writes the run's line, which counts for CloudWatch: 0 says that the auditor looked.
func (r *run) report(ctx context.Context) {
	if r.campaigns == 0 {
		return
	}
	line := append(r.metrics.Count(r.now(), metric.Drift, r.drifts), slog.Int("campaigns", r.campaigns))
	r.log.LogAttrs(ctx, slog.LevelInfo, "audited", line...)
}
