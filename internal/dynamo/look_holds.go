package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// Who only looks takes no hold back, but has to know whether a redemption
// would. The mark at a counter does not say that: it is when a hold there could
// have had its time at the earliest, and it stays when the hold is committed or
// released. So where a counter has too little, and its mark has passed, the
// first entry beside it is read, which is moved and removed with its hold.

// lapses reports whether a hold at a counter has had its time, and was not taken back.
func (s *Store) lapses(ctx context.Context, counter item) (bool, error) {
	if !mayLapse(counter, s.now()) {
		return false, nil
	}
	entries, err := s.holdsAt(ctx, counter, 1, false)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	lapse, _ := readEntry(entries[0], holdPrefix(counter))
	return !s.now().Before(lapse), nil
}

// anyLapses asks that of several, of no more than a redemption would search.
func (s *Store) anyLapses(ctx context.Context, counters []item) (bool, error) {
	searched := 0
	for _, counter := range counters {
		if !mayLapse(counter, s.now()) || searched == maxSlotReclaims {
			continue
		}
		searched++
		if found, err := s.lapses(ctx, counter); err != nil || found {
			return found, err
		}
	}
	return false, nil
}

// spentUnless is whether counters that have too little are spent: not if a hold there lapses.
func (s *Store) spentUnless(ctx context.Context, tooLittle bool, counters ...item) (bool, error) {
	if !tooLittle {
		return false, nil
	}
	found, err := s.anyLapses(ctx, counters)
	return !found, err
}

// lookAtCards says of cards with nothing left whether a hold there lapses.
func (s *Store) lookAtCards(ctx context.Context, d coupon.Draft, rows map[string]item, o *coupon.Outcome) error {
	for i, p := range d.Parts {
		f := &o.Parts[i]
		if f.Card == nil || !f.Lapses {
			continue
		}
		var err error
		if f.Lapses, err = s.lapses(ctx, rows[rowID(couponKey(d.Space, p.Coupon.ID))]); err != nil {
			return err
		}
	}
	return nil
}
