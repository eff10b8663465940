package dynamo

import (
	"context"
	"errors"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// SettleOrder brings up to date what follows from an order as it is now: its
// customer's figures, and what is left of its redemptions. It may be called any
// number of times, late, and at once with itself: the end is the same.
func (s *Store) SettleOrder(ctx context.Context, sp shop.Space, id string) error {
	if err := s.forgetOrder(ctx, sp, id); err != nil {
		return err
	}
	if err := s.contribute(ctx, sp, id); err != nil {
		return err
	}
	if err := s.settleRedemptions(ctx, sp, id); err != nil {
		return err
	}
	return s.tellOfOrder(ctx, sp, id)
}

// tellOfOrder tells what befell an order.
func (s *Store) tellOfOrder(ctx context.Context, sp shop.Space, id string) error {
	r, err := s.Order(ctx, sp, id)
	if errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	told := r.Events(sp)
	if r.Back.Count > 0 {
		returns, err := s.returnsOf(ctx, sp, id)
		if err != nil {
			return err
		}
		for _, t := range returns {
			told = append(told, t.Event(sp))
		}
	}
	return s.tell(ctx, sp, told...)
}

// Rehome moves what counts for a person who has become somebody else, as the
// person's row says by now: an address that is a customer's, a customer who was
// merged. Whatever is settled after that row was written counts for the other one at
// once, so nothing is added behind its back; what stands here is moved order by
// order, and a call that died is followed by another.
func (s *Store) Rehome(ctx context.Context, sp shop.Space, person string) error {
	return s.eachUnder(ctx, figuresPK(sp, person), skOrders, func(row item) error { return s.contribute(ctx, sp, placedID(row)) })
}

// SettleRedemption links a redemption, by the key of its row in Coupons, to its
// order, and lets what has become of the order follow. Rows that are no redemption
// are nobody's business.
//
// The link is written before the order is read, and an order is written before
// its links are: so one of the two settlings sees both.
func (s *Store) SettleRedemption(ctx context.Context, sp shop.Space, pk, sk string) error {
	row, err := s.get(ctx, s.tables.Coupons, key(pk, sk))
	if err != nil {
		return err
	}
	if err := s.settleNames(ctx, sp, row); err != nil || getStr(row, "redemption") == "" {
		return err
	}
	r, err := readRedemption(row)
	if err != nil || !r.Final() || r.Order == "" {
		return err
	}
	link := linkKey(sp, r.Order, r.ID)
	w := write{table: s.tables.Orders, key: link, update: "SET redemption = :id", values: item{":id": str(r.ID)}} // again: nothing changes
	if _, err := s.settle(ctx, "dynamo.SettleRedemption", w); err != nil {
		return err
	}
	if err := s.tell(ctx, sp, r.Events(sp)...); err != nil {
		return err
	}
	return s.settleRedemptions(ctx, sp, r.Order)
}
