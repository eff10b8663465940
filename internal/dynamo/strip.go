package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// forgotten reports whether an order goes with its person: it was first told before that one was erased.
func forgotten(r order.Record, erased time.Time) bool {
	for _, at := range r.Reached {
		if !erased.IsZero() && !at.After(erased) {
			return true
		}
	}
	return false
}

// forgetOrder removes an order of somebody who was erased since it was told, and
// its returns. Its redemptions stay, without a name: campaigns have counted them.
func (s *Store) forgetOrder(ctx context.Context, sp shop.Space, id string) error {
	for n := range maxTries {
		err := s.forgetOrderOnce(ctx, sp, id)
		if !errors.Is(err, errChanged) {
			return err
		}
		if err := wait(ctx, n); err != nil {
			return failed("dynamo.forgetOrder", err)
		}
	}
	return fault.ErrUnavailable.In("dynamo.forgetOrder").Because(errChanged)
}

func (s *Store) forgetOrderOnce(ctx context.Context, sp shop.Space, id string) error {
	r, err := s.Order(ctx, sp, id)
	if errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	if err != nil || r.Person == "" {
		return err
	}
	_, erased, checks, err := s.identify(ctx, sp, r.Person)
	if err != nil || !forgotten(r, erased) {
		return err
	}
	returns, err := s.returnsOf(ctx, sp, id)
	if err != nil {
		return err
	}
	return s.removeOrder(ctx, sp, r, returns, checks)
}

// removeOrder removes an order as it was read, after all returns but those that fit into the transaction.
func (s *Store) removeOrder(ctx context.Context, sp shop.Space, r order.Record, returns []order.Return, checks []write) error {
	gone := write{table: s.tables.Orders, key: orderKey(sp, r.ID), remove: true, condition: "version = :version AND ", values: item{":version": num(r.Version)}}
	if r.Back.Count > 0 {
		gone.condition += "times_returned = :count"
		gone.values[":count"] = num(r.Back.Count)
	} else {
		gone.condition += "attribute_not_exists(times_returned)"
	}
	for len(returns) > maxBatch/2 {
		if err := s.drop(ctx, s.tables.Orders, returnOfKey(sp, r.ID, returns[0].ID)); err != nil {
			return err
		}
		returns = returns[1:]
	}
	ws := append([]write{gone}, checks...)
	for _, t := range returns {
		ws = append(ws, write{table: s.tables.Orders, key: returnOfKey(sp, r.ID, t.ID), remove: true})
	}
	refused, err := s.settle(ctx, "dynamo.forgetOrder", ws...)
	if err == nil && refused != nil {
		err = errChanged
	}
	return err
}

// settleNames sees to it that who is named in a coupon's row or a redemption's can
// be found when the person is erased, and takes the name out where that has happened.
//
// It notes where the name stands before it looks whether the person was erased; who
// erases says so before looking for notes. So one of the two sees the other.
func (s *Store) settleNames(ctx context.Context, sp shop.Space, row item) error {
	if person := getStr(row, "person"); getStr(row, "customer_id") != "" && person != "" {
		at, err := s.erasedAt(ctx, sp, person)
		if err != nil || at.IsZero() {
			return err
		}
		if err := s.stripCoupon(ctx, sp, row, at); err != nil {
			return err
		}
	}
	buyer := getStr(row, "buyer")
	if getStr(row, "redemption") == "" || buyer == "" {
		return nil
	}
	r, err := readRedemption(row)
	if err != nil || r.Customer == "" {
		return err
	}
	note := key(figuresPK(sp, buyer), skRedeemed+rowID(row))
	w := write{table: s.tables.Orders, key: note, update: "SET redemption = :id", values: item{":id": str(r.ID)}} // again: nothing changes
	if _, err := s.settle(ctx, "dynamo.settleNames", w); err != nil {
		return err
	}
	at, err := s.erasedAt(ctx, sp, buyer)
	if err != nil || at.IsZero() {
		return err
	}
	return s.stripRedemption(ctx, sp, note, at)
}

func (s *Store) erasedAt(ctx context.Context, sp shop.Space, person string) (time.Time, error) {
	row, err := s.get(ctx, s.tables.Coupons, personKey(sp, person))
	return getTime(row, "erased_at"), err
}

// stripRedemption takes the customer's name out of the row that a note leads to,
// and removes the note. What was redeemed after the erasure is somebody else's.
func (s *Store) stripRedemption(ctx context.Context, _ shop.Space, note item, at time.Time) error {
	for n := range maxTries {
		row, err := s.get(ctx, s.tables.Coupons, keyOf(getStr(note, attrSK)[len(skRedeemed):]))
		if err != nil {
			return err
		}
		r, err := readRedemption(row)
		if err != nil {
			return err
		}
		if r.Customer != "" && r.CreatedAt.After(at) {
			return nil
		}
		if r.Customer == "" {
			return s.drop(ctx, s.tables.Orders, keyOfRow(note))
		}
		var kept coupon.Redemption
		if err := getDocument(row, "redemption", &kept); err != nil {
			return err
		}
		kept.Customer = ""
		_, err = s.settle(ctx, "dynamo.strip", write{
			table: s.tables.Coupons, key: keyOfRow(row), update: "SET redemption = :without",
			condition: "redemption = :seen", values: item{":without": document(kept), ":seen": row["redemption"]},
		})
		if err != nil {
			return err
		}
		if err := wait(ctx, n); err != nil { // look again: was it changed meanwhile?
			return failed("dynamo.strip", err)
		}
	}
	return fault.ErrUnavailable.In("dynamo.strip").Because(errChanged)
}

// stripCoupon takes the customer's name and the metadata out of a coupon that was
// issued before an erasure, and out of the answer that is kept for its Idempotency-Key.
// It stays the property of a keyed hash: nobody else can redeem it.
func (s *Store) stripCoupon(ctx context.Context, sp shop.Space, row item, at time.Time) error {
	if row == nil || getTime(row, "created_at").After(at) {
		return nil
	}
	if once := getStr(row, "once"); once != "" {
		if err := s.stripAnswer(ctx, key(space(sp)+"#once#"+once, skOnce)); err != nil {
			return err
		}
	}
	_, err := s.settle(ctx, "dynamo.strip", write{
		table: s.tables.Coupons, key: keyOfRow(row), update: "REMOVE customer_id, metadata, #once",
		condition: "attribute_exists(code)", names: map[string]string{"#once": "once"},
	})
	return err
}

func (s *Store) stripAnswer(ctx context.Context, key item) error {
	row, err := s.get(ctx, s.tables.Coupons, key)
	if err != nil || row == nil {
		return err
	}
	var c coupon.Coupon
	if err := getDocument(row, "answer", &c); err != nil {
		return err
	}
	c.Customer, c.Metadata = "", nil
	_, err = s.settle(ctx, "dynamo.strip", write{
		table: s.tables.Coupons, key: key, update: "SET answer = :without", condition: "attribute_exists(pk)", values: item{":without": document(c)},
	})
	return err
}
