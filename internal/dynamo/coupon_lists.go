package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Coupons lists a page, newest first, with the sort key that ended it ("" on
// the last). An index is a moment behind the table, so a coupon issued just now
// may be missing; each coupon shown is in its present state.
func (s *Store) Coupons(ctx context.Context, sp shop.Space, f coupon.Filter, below string, limit int) ([]coupon.Coupon, string, error) {
	var out []coupon.Coupon
	for {
		rows, err := s.page(ctx, s.couponQueries(sp, f, below, limit+1)...)
		if err != nil {
			return nil, "", err
		}
		found, err := s.couponsOf(ctx, sp, rows)
		if err != nil {
			return nil, "", err
		}
		for i, c := range found {
			if f.Campaign != "" && c.Campaign != f.Campaign {
				continue
			}
			if len(out) == limit {
				return out, below, nil
			}
			out, below = append(out, c), getStr(rows[i], attrIssued)
		}
		if len(rows) <= limit {
			return out, "", nil
		}
		below = getStr(rows[len(rows)-1], attrIssued)
	}
}

// couponQueries asks the customer's few coupons where one is named, else every bucket of the campaign.
func (s *Store) couponQueries(sp shop.Space, f coupon.Filter, below string, limit int) []query {
	q := query{table: s.tables.Coupons, sortAttr: attrIssued, below: below, limit: limit}
	if f.Person != "" {
		q.index, q.hashAttr, q.hash = byCustomer, attrHolder, holderKey(sp, f.Person)
		return []query{q}
	}
	qs := make([]query, buckets)
	for n := range qs {
		qs[n] = q
		qs[n].index, qs[n].hashAttr, qs[n].hash = byCampaign, attrBucket, bucketKey(sp, f.Campaign, n)
	}
	return qs
}

// couponsOf reads the coupons behind index rows, in their order.
func (s *Store) couponsOf(ctx context.Context, sp shop.Space, listed []item) ([]coupon.Coupon, error) {
	keys := make([]item, len(listed))
	for i, l := range listed {
		keys[i] = key(getStr(l, attrPK), skCoupon)
	}
	rows, err := s.batch(ctx, s.tables.Coupons, keys, true)
	if err != nil {
		return nil, err
	}
	out := make([]coupon.Coupon, len(keys))
	for i, k := range keys {
		id := coupon.Prefix + getStr(k, attrPK)[len(space(sp))+1:]
		if out[i], err = readCoupon(sp, id, rows[rowID(k)]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
