package dynamo

import (
	"context"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// reclaim takes back the holds that stand in a draft's way and have had their
// time. It reports whether one was.
func (p *plan) reclaim(ctx context.Context, refused []refusal) (bool, error) {
	sp, freed := p.draft.Space, false
	for n, m := range p.made {
		row := refused[n].old
		if !refused[n].failed {
			continue
		}
		switch m.kind {
		case wholeSeat, partSeat:
			if row == nil || !lapsed(row, p.store.now()) || p.mine(row) {
				continue
			}
			done, err := p.store.reclaimHold(ctx, sp, holderOf(row, p.seatOf(m)))
			if err != nil {
				return false, err
			}
			freed = freed || done
		case limitRow, firstRow, cardRow:
			done, err := p.reclaimAt(ctx, append([]item{row}, p.who.at[rowID(m.key)].others...))
			if err != nil {
				return false, err
			}
			freed = freed || done
		}
	}
	if freed && p.who.at != nil { // what others have used up may be less now
		return true, p.readCounts(ctx)
	}
	return freed, nil
}

func (p *plan) reclaimAt(ctx context.Context, counters []item) (bool, error) {
	freed := false
	for _, row := range counters {
		done, err := p.store.reclaimAt(ctx, p.draft.Space, row)
		if err != nil {
			return false, err
		}
		freed = freed || done > 0
	}
	return freed, nil
}

// mine reports whether the row is held by this very request.
func (p *plan) mine(row item) bool {
	return getStr(row, "order_id") == p.draft.Order.ID && string(getBin(row, "fingerprint")) == string(p.draft.Fingerprint)
}

func (p *plan) seatOf(m planned) coupon.SeatRef {
	if m.kind == wholeSeat {
		return p.draft.Seat
	}
	return p.draft.Parts[m.parts[0]].Seat
}

// holderOf is the id of the redemption that sits at a seat.
func holderOf(row item, seat coupon.SeatRef) string {
	if id := getStr(row, "redemption_id"); id != "" {
		return id
	}
	return coupon.RedemptionID(seat, int(getNum(row, "attempts")))
}

// maxSlotReclaims bounds how many slots one request searches for lapsed holds.
// Whoever finds none has moved the marks, so the next need not look there for a while.
const maxSlotReclaims = 32

// reclaimSlots takes back lapsed holds at slots that were read too empty. It
// reports whether there were some.
func (s *Store) reclaimSlots(ctx context.Context, sp shop.Space, slots []item) (bool, error) {
	searched := 0
	for _, slot := range slots {
		if !mayLapse(slot, s.now()) || searched == maxSlotReclaims {
			continue
		}
		searched++
		if freed, err := s.reclaimAt(ctx, sp, slot); err != nil || freed > 0 {
			return freed > 0, err
		}
	}
	return false, nil
}

// mayLapse reports whether holds at a counter may have had their time.
func mayLapse(counter item, now time.Time) bool {
	next := getTime(counter, "next_lapse_at")
	return !next.IsZero() && !now.Before(next)
}
