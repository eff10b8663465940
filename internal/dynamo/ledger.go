package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// record adds an entry to a card's ledger. Its key says when and why, so that a
// late copy of the write finds it there. More tells causes apart that would
// otherwise be the same.
func (s *Store) record(sp shop.Space, e coupon.Entry, more string) write {
	row := ledgerKey(sp, e, more)
	row["entry"], row["amount"] = document(e), num(e.Amount)
	return write{table: s.tables.Coupons, item: row, condition: "attribute_not_exists(pk)"}
}

// TopUp puts money on a card that can be used, once for each key; it needs one.
func (s *Store) TopUp(ctx context.Context, sp shop.Space, id string, amount int64, once idem.Key) (coupon.Entry, error) {
	card, err := s.Coupon(ctx, sp, id)
	if err == nil && card.Balance == nil {
		err = coupon.ErrNoBalance.At("id")
	}
	if err != nil {
		return coupon.Entry{}, err
	}
	e := card.Loaded(coupon.EntryTopUp, amount, s.now().UTC())
	effect := []write{s.loading(sp, id, amount), s.record(sp, e, once.ID)}
	refused, err := s.settle(ctx, "dynamo.TopUp", s.withOnce(sp, s.tables.Coupons, once, e, effect)...)
	if err != nil || refused == nil {
		return e, err
	}
	if refused[0].failed {
		return replayed[coupon.Entry](refused[0].old, once)
	}
	return coupon.Entry{}, s.notLoaded(sp, id, refused[1].old)
}

// loading adds to what is left on a card. What was ever loaded is bounded, and
// so is what can be left.
func (s *Store) loading(sp shop.Space, id string, amount int64) write {
	return write{
		table: s.tables.Coupons, key: couponKey(sp, id),
		update: "SET balance_left = balance_left + :n, balance_loaded = balance_loaded + :n",
		condition: "balance_loaded <= :room AND disabled = :no" +
			" AND (attribute_not_exists(expires_at) OR expires_at > :now)",
		values: item{":n": num(amount), ":room": num(money.Max - amount), ":no": boolean(false), ":now": moment(s.now())},
	}
}

// notLoaded says why a card took no money.
func (s *Store) notLoaded(sp shop.Space, id string, row item) error {
	c, err := readCoupon(sp, id, row)
	switch {
	case err != nil:
		return err
	case !c.Active:
		return coupon.ErrNotActive.At("id")
	case !c.ExpiresAt.IsZero() && !s.now().Before(c.ExpiresAt):
		return coupon.ErrExpired.At("id").Arg("expires_at", c.ExpiresAt)
	}
	return money.ErrOverflow.At("amount")
}

// AnsweredTopUp gives the first answer to a repeated top-up. Ask it first: the
// card may have become unusable since it succeeded.
func (s *Store) AnsweredTopUp(ctx context.Context, sp shop.Space, k idem.Key) (coupon.Entry, bool, error) {
	return answered[coupon.Entry](ctx, s, s.tables.Coupons, sp, k)
}

// Ledger lists a page of a card's entries, newest first, with the sort key that
// ended it ("" on the last). A coupon without a balance has none.
func (s *Store) Ledger(ctx context.Context, sp shop.Space, id, below string, limit int) ([]coupon.Entry, string, error) {
	if !coupon.ValidID(id) {
		return nil, "", fault.ErrNotFound
	}
	rows, err := s.page(ctx, query{
		table: s.tables.Coupons, hashAttr: attrPK, hash: ledgerPK(sp, id), sortAttr: attrSK, below: below, limit: limit + 1,
	})
	if err == nil && len(rows) == 0 && below == "" {
		_, err = s.Coupon(ctx, sp, id)
	}
	if err != nil {
		return nil, "", err
	}
	rows, next := upTo(rows, limit)
	out := make([]coupon.Entry, len(rows))
	for i, row := range rows {
		if err := getDocument(row, "entry", &out[i]); err != nil {
			return nil, "", err
		}
	}
	return out, next, nil
}

// entryTime sorts entries by when they were made.
func entryTime(t time.Time) string { return fmt.Sprintf("%013d", t.UnixMilli()) }
