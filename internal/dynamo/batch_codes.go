package dynamo

import (
	"context"
	"maps"
	"slices"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// A code of a batch is its own seat, as a random one is, but has no row until
// somebody redeems or disables it. What such a row would say is computed.

// coder gives a batch ready for computing with, as it was some seconds ago at most.
func (s *Store) coder(ctx context.Context, sp shop.Space, id string) (*coupon.Coder, error) {
	return s.batches.get(ctx, space(sp)+id, func(ctx context.Context) (*coupon.Coder, error) {
		b, err := s.Batch(ctx, sp, id)
		if err != nil {
			return nil, err
		}
		c, err := coupon.NewCoder(b)
		if err != nil {
			return nil, fault.ErrInternal.In("dynamo.coder").Because(err)
		}
		return c, nil
	})
}

// batchedCoupon finds the coupon of a batch's code by arithmetic.
func (s *Store) batchedCoupon(ctx context.Context, sp shop.Space, batch string, code coupon.Code) (coupon.Coupon, error) {
	c, err := s.coder(ctx, sp, batch)
	if err != nil {
		return coupon.Coupon{}, err
	}
	i, ok := c.Find(code)
	if !ok {
		return coupon.Coupon{}, coupon.ErrUnknown
	}
	return c.Coupon(i), nil
}

// unmade is what the missing row of a batch's code would say; nothing for any other.
func unmade(p coupon.Part) coupon.Seat {
	if p.Coupon.Batch == "" {
		return coupon.Seat{}
	}
	return coupon.Seat{Exists: true, Coupon: p.Coupon}
}

// batched is random for a row that may not be there yet: the first use makes
// it. What it writes is the same each time, so a row that is there stays as it is.
func (w *write) batched(d coupon.Draft, p coupon.Part) {
	w.random(d, p, d.Person)
	row := couponRow(d.Space, p.Coupon)
	for _, name := range slices.Sorted(maps.Keys(row)) {
		if name != attrPK && name != attrSK && name != "attempts" {
			w.set(name, row[name])
		}
	}
	w.update += ", attempts = :attempts"
	if p.Attempt == 0 {
		w.condition = "(attribute_not_exists(pk) OR " + w.condition + ")"
	}
}

// couponAt reads a coupon with its own state: from its row, or, where a
// batch's code has none yet, from its id.
func (s *Store) couponAt(ctx context.Context, sp shop.Space, id string, row item) (coupon.Coupon, error) {
	batch, batched := coupon.BatchOf(id)
	if row != nil || !batched {
		return readCoupon(sp, id, row)
	}
	coder, err := s.coder(ctx, sp, batch)
	if err != nil {
		return coupon.Coupon{}, err
	}
	i, ok := coder.FindID(id)
	if !ok {
		return coupon.Coupon{}, fault.ErrNotFound
	}
	c := coder.Coupon(i)
	c.Active = true
	return c, nil
}

// withBatch shows a coupon as its batch leaves it: a revoked one has no active code.
func (s *Store) withBatch(ctx context.Context, sp shop.Space, c coupon.Coupon, err error) (coupon.Coupon, error) {
	if err != nil || c.Batch == "" {
		return c, err
	}
	coder, err := s.coder(ctx, sp, c.Batch)
	if err != nil {
		return coupon.Coupon{}, err
	}
	c.Active = c.Active && coder.Active
	return c, nil
}

// madeDisabled makes the row of a batch's code that nobody has used, as disabled.
func (s *Store) madeDisabled(sp shop.Space, c coupon.Coupon) write {
	row := couponRow(sp, c)
	row["disabled"], row["toggled"] = boolean(true), num(1)
	return write{table: s.tables.Coupons, item: row, condition: "attribute_not_exists(pk)"}
}

// CouponByCode finds a coupon by its code, a batch's without a row included.
func (s *Store) CouponByCode(ctx context.Context, sp shop.Space, secrets shop.Secrets, code coupon.Code) (coupon.Coupon, error) {
	id := coupon.ID(secrets, code)
	m, err := s.meaning(ctx, sp, code)
	if err == nil && m.batch != "" {
		var c coupon.Coupon
		c, err = s.batchedCoupon(ctx, sp, m.batch, code)
		id = c.ID
	}
	if err != nil {
		return coupon.Coupon{}, err
	}
	return s.Coupon(ctx, sp, id)
}
