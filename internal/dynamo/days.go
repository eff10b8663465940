package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// dayWrite takes uses of a day's slot; the first makes its row. What the slot may
// have is known from the campaign, so that nobody has to make rows for a day.
func (s *Store) dayWrite(sp shop.Space, campaign string, t coupon.Take) write {
	w := write{
		table: s.tables.Coupons, key: takeKey(sp, campaign, t),
		update:    "SET uses = if_not_exists(uses, :zero) + :n",
		condition: "uses <= :room",
		values:    item{":zero": num(0), ":n": num(t.Took[coupon.Uses]), ":room": num(t.Share - t.Took[coupon.Uses])},
	}
	if t.Took[coupon.Uses] <= t.Share {
		w.condition = "attribute_not_exists(uses) OR " + w.condition
	}
	return w
}

// days reads the rows of all slots of a day; a slot that nobody used has none.
func (s *Store) days(ctx context.Context, sp shop.Space, campaign, day string, slots int) ([]item, error) {
	keys := make([]item, slots)
	for n := range keys {
		keys[n] = dayKey(sp, campaign, n, day)
	}
	rows, err := s.batch(ctx, s.tables.Coupons, keys, true)
	out := make([]item, slots)
	for n, k := range keys {
		out[n] = rows[rowID(k)]
	}
	return out, err
}
