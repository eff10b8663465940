package dynamo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// settleRedemptions lets returns and the end of an order take back what it redeemed.
func (s *Store) settleRedemptions(ctx context.Context, sp shop.Space, id string) error {
	links, err := s.links(ctx, sp, id)
	if err != nil || len(links) == 0 {
		return err
	}
	r, err := s.Order(ctx, sp, id)
	if errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	all := links
	state := fmt.Sprintf("%d returns, ended %d", r.Back.Count, r.EndedAt.UnixMilli())
	links = slices.DeleteFunc(links, func(l item) bool { return getStr(l, "settled") == state })
	if err != nil || len(links) == 0 || r.Back.Count == 0 && r.EndedAt.IsZero() {
		return err
	}
	returns, err := s.returnsOf(ctx, sp, id)
	if err != nil {
		return err
	}
	byOne, err := s.paidByOne(ctx, sp, returns, all)
	if err != nil {
		return err
	}
	slices.SortFunc(returns, func(a, b order.Return) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, l := range links {
		if err := s.undoFor(ctx, sp, r, returns, getStr(l, "redemption"), byOne); err != nil {
			return err
		}
		if err := s.noteSettled(ctx, l, state); err != nil {
			return err
		}
	}
	return nil
}

// links are the rows of what an order redeemed. Few: an order redeems once, or
// again after a rollback.
func (s *Store) links(ctx context.Context, sp shop.Space, id string) ([]item, error) {
	return s.under(ctx, part{pk: orderPK(sp, id), prefix: skRedemptions, limit: mostLinks})
}

const mostLinks = 1000

// noteSettled spares the next settling the look at a redemption of which nothing
// is to be taken back that was not.
func (s *Store) noteSettled(ctx context.Context, link item, state string) error {
	_, err := s.settle(ctx, "dynamo.SettleOrder", write{
		table: s.tables.Orders, key: keyOfRow(link), update: "SET settled = :state",
		condition: "attribute_exists(pk)", values: item{":state": str(state)},
	})
	return err
}

// undoFor takes back of one redemption what returns and the end of its order say,
// through the rollback that a call makes: the return's id, or the cancellation,
// is its key, so the two are one. A redemption that was made after
// the order came back, or ended, is another attempt, and stays.
func (s *Store) undoFor(ctx context.Context, sp shop.Space, r order.Record, returns []order.Return, id string, byOne bool) error {
	for _, t := range returns {
		if err := s.undoReturn(ctx, sp, t, id, byOne); err != nil {
			return err
		}
	}
	if r.EndedAt.IsZero() {
		return nil
	}
	made, err := s.Redemption(ctx, sp, id)
	if err == nil && made.Status == coupon.Redeemed && !made.CreatedAt.After(r.EndedAt) {
		_, _, err = s.Rollback(ctx, sp, id, coupon.Undo{})
	}
	return unlessDone(err)
}

// paidByOne reports whether it is clear where what goes back to gift cards
// belongs: to the only redemption of the order that they paid for.
func (s *Store) paidByOne(ctx context.Context, sp shop.Space, returns []order.Return, links []item) (bool, error) {
	paid := 0
	if !slices.ContainsFunc(returns, func(t order.Return) bool { return t.Gift > 0 }) {
		return true, nil
	}
	for _, l := range links {
		r, err := s.Redemption(ctx, sp, getStr(l, "redemption"))
		if err != nil && !errors.Is(err, fault.ErrNotFound) {
			return false, err
		}
		if r.GiftApplied > 0 {
			paid++
		}
	}
	return paid <= 1, nil
}

// undoReturn takes back the discount on the lines that came back. What a call took
// back already, under another id, is less here. Where cards paid for several
// redemptions, only a call can say which gets how much of the gift amount.
func (s *Store) undoReturn(ctx context.Context, sp shop.Space, t order.Return, id string, byOne bool) error {
	for n := range maxTries {
		made, err := s.Redemption(ctx, sp, id)
		if err != nil || made.Status != coupon.Redeemed || made.CreatedAt.After(t.CreatedAt) {
			return unlessDone(err)
		}
		u := made.UndoOf(t)
		if len(u.Lines) == 0 || t.Gift > 0 && made.GiftApplied > 0 && !byOne {
			return nil
		}
		_, _, err = s.Rollback(ctx, sp, id, u)
		if !errors.Is(err, coupon.ErrReturnTooMuch) && !errors.Is(err, coupon.ErrGiftTooMuch) {
			return unlessDone(err)
		}
		if err := wait(ctx, n); err != nil { // another rollback was faster
			return failed("dynamo.SettleOrder", err)
		}
	}
	return fault.ErrUnavailable.In("dynamo.SettleOrder").Because(errChanged)
}

// unlessDone drops what says that nothing is left to do: it was undone, or a call
// with this return's id said by itself what comes back.
func unlessDone(err error) error {
	if errors.Is(err, coupon.ErrRolledBack) || errors.Is(err, coupon.ErrReturnDiffers) || errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	return err
}

// RedemptionsOf lists what an order redeemed, with the sort key that ended the
// page ("" on the last).
func (s *Store) RedemptionsOf(ctx context.Context, sp shop.Space, id, below string, limit int) ([]coupon.Redemption, string, error) {
	links, err := s.under(ctx, part{pk: orderPK(sp, id), prefix: skRedemptions, below: below, limit: limit + 1})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(links) > limit {
		links, next = links[:limit], getStr(links[limit-1], attrSK)
	}
	var out []coupon.Redemption
	for _, l := range links {
		r, err := s.Redemption(ctx, sp, getStr(l, "redemption"))
		if errors.Is(err, fault.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		out = append(out, r)
	}
	return out, next, nil
}
