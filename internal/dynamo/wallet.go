package dynamo

import (
	"context"
	"maps"
	"slices"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Wallet reads a person's newest coupons, each its own seat: one request to the
// index, which may be a moment behind, one for the rows, and one more for the
// campaigns that are not cached. For somebody who has other names, too, an address or
// the id of a customer who was merged, it is as many again.
func (s *Store) Wallet(ctx context.Context, sp shop.Space, person string, most int) ([]coupon.Seat, error) {
	listed, err := s.page(ctx, s.issuedTo(sp, person, "", most))
	if err != nil {
		return nil, err
	}
	is := personKey(sp, person)
	rows, err := s.batch(ctx, s.tables.Coupons, append(couponKeys(listed), is), false)
	if err != nil {
		return nil, err
	}
	if row := rows[rowID(is)]; row["same_as"] != nil || row["also"] != nil {
		if listed, err = s.listedToo(ctx, sp, person, listed, rows, most); err != nil {
			return nil, err
		}
	}
	seats := make([]coupon.Seat, 0, len(listed))
	for _, k := range couponKeys(listed) {
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
		seat.Coupon.Person = person // by whichever name it was issued: that is theirs
		seats = append(seats, seat)
	}
	return seats, s.know(ctx, sp, seats)
}

// listedToo adds what a person has by other names to the list and to the rows.
func (s *Store) listedToo(ctx context.Context, sp shop.Space, person string, listed []item, rows map[string]item, most int) ([]item, error) {
	names, err := s.called(ctx, sp, person)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(p string) bool { return p == person })
	more, err := s.page(ctx, s.couponQueries(sp, coupon.Filter{}, names, "", most)...)
	if err != nil || len(more) == 0 {
		return listed, err
	}
	found, err := s.batch(ctx, s.tables.Coupons, couponKeys(more), false)
	maps.Copy(rows, found)
	return merge(append([][]item{listed}, more), query{sortAttr: attrIssued, limit: most}), err
}

// couponKeys are the keys of the coupons that an index lists.
func couponKeys(listed []item) []item {
	keys := make([]item, len(listed))
	for i, l := range listed {
		keys[i] = key(getStr(l, attrPK), skCoupon)
	}
	return keys
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
