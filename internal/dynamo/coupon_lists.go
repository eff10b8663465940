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
	persons, err := s.persons(ctx, sp, f)
	if err != nil {
		return nil, "", err
	}
	var out []coupon.Coupon
	for {
		rows, err := s.page(ctx, s.couponQueries(sp, f, persons, below, limit+1)...)
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

// persons are all whom the customer of a filter was called; none where it names nobody.
func (s *Store) persons(ctx context.Context, sp shop.Space, f coupon.Filter) ([]string, error) {
	if f.Person == "" {
		return nil, nil
	}
	return s.called(ctx, sp, f.Person)
}

// couponQueries asks the customer's few coupons where one is named, by each name, else every bucket of the campaign.
func (s *Store) couponQueries(sp shop.Space, f coupon.Filter, persons []string, below string, limit int) []query {
	if len(persons) > 0 {
		qs := make([]query, len(persons))
		for n, p := range persons {
			qs[n] = s.issuedTo(sp, p, below, limit)
		}
		return qs
	}
	q := query{table: s.tables.Coupons, sortAttr: attrIssued, below: below, limit: limit}
	qs := make([]query, buckets)
	for n := range qs {
		qs[n] = q
		qs[n].index, qs[n].hashAttr, qs[n].hash = byCampaign, attrBucket, bucketKey(sp, f.Campaign, n)
	}
	return qs
}

// issuedTo asks the coupons that were issued to one name of a person.
func (s *Store) issuedTo(sp shop.Space, person, below string, limit int) query {
	return query{
		table: s.tables.Coupons, index: byCustomer, hashAttr: attrHolder, hash: holderKey(sp, person), sortAttr: attrIssued, below: below, limit: limit,
	}
}

// couponsOf reads the coupons behind index rows, in their order.
func (s *Store) couponsOf(ctx context.Context, sp shop.Space, listed []item) ([]coupon.Coupon, error) {
	keys := couponKeys(listed)
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
