package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Coupon reads one by id.
func (s *Store) Coupon(ctx context.Context, sp shop.Space, id string) (coupon.Coupon, error) {
	if !coupon.ValidID(id) {
		return coupon.Coupon{}, fault.ErrNotFound
	}
	row, err := s.get(ctx, s.tables.Coupons, couponKey(sp, id))
	if err != nil {
		return coupon.Coupon{}, err
	}
	c, err := s.couponAt(ctx, sp, id, row)
	return s.withBatch(ctx, sp, c, err)
}

// SetDisabled disables or enables a coupon. Doing it twice is doing it once, and
// a late copy of the write does nothing: it names the change that it follows.
// A random code's row is in every redemption's condition. A shared code's is in
// none, since all redemptions would meet on it: its state reaches them through
// their cache, as the campaign's does.
func (s *Store) SetDisabled(ctx context.Context, sp shop.Space, id string, disabled bool) (coupon.Coupon, error) {
	if !coupon.ValidID(id) {
		return coupon.Coupon{}, fault.ErrNotFound
	}
	for range maxTries {
		row, err := s.get(ctx, s.tables.Coupons, couponKey(sp, id))
		if err != nil {
			return coupon.Coupon{}, err
		}
		c, err := s.couponAt(ctx, sp, id, row)
		if err != nil || c.Active != disabled {
			return s.withBatch(ctx, sp, c, err)
		}
		change := s.disabling(sp, id, disabled, getNum(row, "toggled"))
		if row == nil {
			change = s.madeDisabled(sp, c)
		}
		refused, err := s.settle(ctx, "dynamo.SetDisabled", change)
		if err != nil {
			return coupon.Coupon{}, err
		}
		if refused == nil {
			s.shared.forget(space(sp) + id)
			return s.Coupon(ctx, sp, id)
		}
	} // done, or overtaken by another change: look again
	return coupon.Coupon{}, fault.ErrUnavailable.In("dynamo.SetDisabled")
}

// disabling sets the coupon's state, unless it has changed since it was read, after so many changes.
func (s *Store) disabling(sp shop.Space, id string, disabled bool, after int64) write {
	w := write{
		table: s.tables.Coupons, key: couponKey(sp, id), update: "SET disabled = :disabled, toggled = :next",
		condition: "attribute_exists(code) AND toggled = :after",
		values:    item{":disabled": boolean(disabled), ":next": num(after + 1), ":after": num(after)},
	}
	if after == 0 {
		w.condition = "attribute_exists(code) AND attribute_not_exists(toggled)"
		delete(w.values, ":after")
	}
	return w
}
