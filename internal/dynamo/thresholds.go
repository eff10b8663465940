package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// SettleThresholds lays the thresholds of stages, as the settings have them, beside
// the segments: what everybody is judged by has one count of changes, and when it
// rises all customers are gone through. What stands there is read before the
// settings are, so that nothing older than the settings stays.
func (s *Store) SettleThresholds(ctx context.Context, sp shop.Space) error {
	for n := range maxTries {
		b, err := s.book(ctx, sp)
		if err != nil {
			return err
		}
		set, err := s.Settings(ctx, sp)
		if err != nil || set.Stages.Filled() == b.stages.Filled() {
			return err
		}
		b.stages, b.staged = set.Stages, b.version+1
		refused, err := s.settle(ctx, "dynamo.SettleThresholds", s.next(sp, b))
		if err != nil {
			return err
		}
		if refused != nil { // else it looks again: the settings may be others by now
			if err := wait(ctx, n); err != nil {
				return failed("dynamo.SettleThresholds", err)
			}
		}
	}
	return fault.ErrUnavailable.In("dynamo.SettleThresholds").Because(errChanged)
}
