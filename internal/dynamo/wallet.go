package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Wallet reads a person's newest coupons, each its own seat: one request to the
// index, which may be a moment behind, one for the rows, and one more for the
// campaigns that are not cached.
func (s *Store) Wallet(ctx context.Context, sp shop.Space, person string, most int) ([]coupon.Seat, error) {
	listed, err := s.page(ctx, s.couponQueries(sp, coupon.Filter{Person: person}, "", most)...)
	if err != nil || len(listed) == 0 {
		return nil, err
	}
	keys := make([]item, len(listed))
	for i, l := range listed {
		keys[i] = key(getStr(l, attrPK), skCoupon)
	}
	rows, err := s.batch(ctx, s.tables.Coupons, keys, false)
	if err != nil {
		return nil, err
	}
	seats := make([]coupon.Seat, 0, len(keys))
	for _, k := range keys {
		row := rows[rowID(k)]
		if row == nil { // issued just now, and not everywhere yet
			continue
		}
		seat, err := readSeat(row)
		if err != nil {
			return nil, err
		}
		id := coupon.Prefix + getStr(k, attrPK)[len(space(sp))+1:]
		if seat.Coupon, err = readCoupon(sp, id, row); err != nil {
			return nil, err
		}
		seats = append(seats, seat)
	}
	return seats, s.know(ctx, sp, seats)
}

// know reads the campaigns of coupons into the caches, those that are missing
// all at once, and what the prefixes of their random codes mean.
func (s *Store) know(ctx context.Context, sp shop.Space, seats []coupon.Seat) error {
	var keys []item
	for _, seat := range seats {
		if _, ok := s.campaigns.peek(space(sp) + seat.Coupon.Campaign); !ok {
			keys = append(keys, campaignKey(sp, seat.Coupon.Campaign, skHead))
		}
	}
	read := s.now()
	rows, err := s.batch(ctx, s.tables.Campaigns, unique(keys), true)
	if err != nil {
		return err
	}
	for _, row := range rows {
		c, err := readCampaign(sp, row)
		if err != nil {
			return err
		}
		s.campaigns.entries.Add(space(sp)+c.ID, entry[coupon.Campaign]{c, read})
		s.prefixes.put(space(sp)+c.Prefix, meaning{campaign: c.ID})
	}
	return nil
}
