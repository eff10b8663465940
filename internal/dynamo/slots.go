package dynamo

import (
	"context"
	"slices"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// firstSlot spreads orders over the slots of a limit; the same order tries the same slot first.
func firstSlot(orderID string, c coupon.Campaign) int {
	if c.Slots == 0 {
		return 0
	}
	return int(hash(orderID)) % c.Slots
}

func nextSlot(c coupon.Campaign, slot int) int {
	if c.Slots == 0 {
		return 0
	}
	return (slot + 1) % c.Slots
}

// slots reads all slots of a campaign's limit in one request.
func (s *Store) slots(ctx context.Context, sp shop.Space, c coupon.Campaign) ([]item, error) {
	keys := make([]item, c.Slots)
	for n := range keys {
		keys[n] = slotKey(sp, c.ID, n)
	}
	rows, err := s.batch(ctx, s.tables.Coupons, keys, true)
	if err != nil {
		return nil, err
	}
	out := make([]item, c.Slots)
	for n, k := range keys {
		out[n] = rows[rowID(k)]
	}
	return out, nil
}

// fullSlot finds a slot with uses left, beginning at a place that differs by
// order so that rivals part; -1 where all are empty.
func fullSlot(slots []item, first int) int {
	for i := range slots {
		n := (first + i) % len(slots)
		if getNum(slots[n], "uses_left") > 0 {
			return n
		}
	}
	return -1
}

// Look reads everything that a draft would touch, in one request: its seats, the
// customer's limits, the slots. A validation may be a moment behind.
func (s *Store) Look(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	keys := seatKeys(d)
	for _, p := range d.Parts {
		keys = append(keys, counterKeys(d, p)...)
	}
	if len(keys) == 0 {
		return seatOutcome(d, nil)
	}
	rows, err := s.batch(ctx, s.tables.Coupons, unique(keys), false)
	if err != nil {
		return coupon.Outcome{}, err
	}
	o, err := seatOutcome(d, rows)
	for i, p := range d.Parts {
		s.limits(d, p, rows, &o.Parts[i])
	}
	return o, err
}

// counterKeys are the rows of the limits that a part would take from.
func counterKeys(d coupon.Draft, p coupon.Part) []item {
	var keys []item
	if p.Campaign.MaxRedemptionsPerCustomer > 0 {
		keys = append(keys, limitKey(d.Space, p.Campaign.ID, orNobody(d.Person)))
	}
	for n := range p.Campaign.Slots {
		keys = append(keys, slotKey(d.Space, p.Campaign.ID, n))
	}
	return keys
}

// limits says what the rows of limits leave. A hold there that may have had its
// time speaks against nothing.
func (s *Store) limits(d coupon.Draft, p coupon.Part, rows map[string]item, f *coupon.Found) {
	limit := rows[rowID(limitKey(d.Space, p.Campaign.ID, orNobody(d.Person)))]
	most := p.Campaign.MaxRedemptionsPerCustomer
	f.LimitReached = most > 0 && getNum(limit, "uses") >= most && !mayLapse(limit, s.now())
	f.Exhausted = p.Campaign.Slots > 0
	for n := range p.Campaign.Slots {
		slot := rows[rowID(slotKey(d.Space, p.Campaign.ID, n))]
		if getNum(slot, "uses_left") > 0 || mayLapse(slot, s.now()) {
			f.Exhausted = false
		}
	}
}

// unique drops keys that are there already: a batch may not name one twice.
func unique(keys []item) []item {
	seen := map[string]bool{}
	return slices.DeleteFunc(keys, func(k item) bool {
		again := seen[rowID(k)]
		seen[rowID(k)] = true
		return again
	})
}
