package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// firstSlot spreads orders over the slots of a limit; the same order tries the same slot first.
func firstSlot(d coupon.Draft) int {
	if d.Campaign.Slots == 0 {
		return 0
	}
	return int(hash(d.Order.ID)) % d.Campaign.Slots
}

func nextSlot(d coupon.Draft, slot int) int {
	if d.Campaign.Slots == 0 {
		return 0
	}
	return (slot + 1) % d.Campaign.Slots
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
func (s *Store) fullSlot(ctx context.Context, d coupon.Draft) (int, error) {
	slots, err := s.slots(ctx, d.Space, d.Campaign)
	if err != nil {
		return 0, err
	}
	for i := range slots {
		n := (firstSlot(d) + i) % len(slots)
		if getNum(slots[n], "uses_left") > 0 {
			return n, nil
		}
	}
	return -1, nil
}

// Look reads everything that a draft would touch, in one request: its seat, the
// customer's limit, the slots. A validation may be a moment behind.
func (s *Store) Look(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	seat, limit := seatKey(d.Space, d.Seat), limitKey(d.Space, d.Campaign.ID, orNobody(d.Person))
	keys := []item{seat}
	if d.Campaign.MaxRedemptionsPerCustomer > 0 {
		keys = append(keys, limit)
	}
	for n := range d.Campaign.Slots {
		keys = append(keys, slotKey(d.Space, d.Campaign.ID, n))
	}
	rows, err := s.batch(ctx, s.tables.Coupons, keys, false)
	if err != nil {
		return coupon.Outcome{}, err
	}
	o, err := readOutcome(d, rows[rowID(seat)])
	o.LimitReached = d.Campaign.MaxRedemptionsPerCustomer > 0 &&
		getNum(rows[rowID(limit)], "uses") >= d.Campaign.MaxRedemptionsPerCustomer
	o.Exhausted = d.Campaign.Slots > 0
	for n := range d.Campaign.Slots {
		if getNum(rows[rowID(slotKey(d.Space, d.Campaign.ID, n))], "uses_left") > 0 {
			o.Exhausted = false
		}
	}
	return o, err
}
