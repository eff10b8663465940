package dynamo

import (
	"context"
	"errors"
	"slices"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Rollback undoes a redemption or a part of it, once for each return. What
// completes it frees the seats for the next attempt, keeps the redemption in a
// row of its own, and gives back what it took of the limits, in one transaction.
// Asked again for the same return it gives the first answer and reports so.
func (s *Store) Rollback(ctx context.Context, sp shop.Space, id string, u coupon.Undo) (coupon.Rollback, bool, error) {
	for n := range maxTries {
		back, again, err := s.rollBackOnce(ctx, sp, id, u)
		if !errors.Is(err, errChanged) {
			return back, again, err
		}
		if err := wait(ctx, n); err != nil {
			return coupon.Rollback{}, false, failed("dynamo.Rollback", err)
		}
	} // another change was faster each time
	return coupon.Rollback{}, false, standing{id: id}.gone("dynamo.Rollback")
}

// rollBackOnce reads the redemption and undoes what it read; errChanged where it has changed since.
func (s *Store) rollBackOnce(ctx context.Context, sp shop.Space, id string, u coupon.Undo) (coupon.Rollback, bool, error) {
	st, err := s.find(ctx, sp, id)
	if err == nil && !st.redeemed.Final() {
		err = fault.ErrNotFound
	}
	if err != nil {
		return coupon.Rollback{}, false, err
	}
	if back, done, err := s.returned(ctx, st, u); done || err != nil {
		return back, err == nil, err
	}
	after, back, err := st.redeemed.Undo(u, s.now().UTC())
	if err != nil {
		return coupon.Rollback{}, false, err
	}
	ws, err := s.undoing(ctx, st, after, back, u)
	if err != nil {
		return coupon.Rollback{}, false, err
	}
	refused, err := s.settle(ctx, "dynamo.Rollback", ws...)
	if err == nil && refused != nil {
		err = errChanged
	}
	if err != nil {
		return coupon.Rollback{}, false, err
	}
	s.forgetExhausted(sp, st.redeemed)
	return back, false, nil
}

// forgetExhausted lets campaigns be asked again that something was given back to.
func (s *Store) forgetExhausted(sp shop.Space, r coupon.Redemption) {
	for _, a := range r.Codes {
		s.forgetSpent(sp, a.Campaign)
	}
}

// returned finds the answer that this return had before.
func (s *Store) returned(ctx context.Context, st standing, u coupon.Undo) (coupon.Rollback, bool, error) {
	row := st.pastRow
	if row == nil || getStr(row, "return_id") != u.Return {
		if u.Return == "" || row == nil && st.seatRow["times_returned"] == nil {
			return st.already(row, u)
		}
		part, err := s.get(ctx, s.tables.Coupons, returnKey(st, u.Return))
		if err != nil {
			return coupon.Rollback{}, false, err
		}
		if part == nil {
			return st.already(row, u)
		}
		row = part
	}
	var back coupon.Rollback
	if err := errors.Join(getDocument(row, "rollback", &back), getDocument(row, "asked", &back.Asked)); err != nil {
		return back, false, err
	}
	if !back.Same(u) {
		return back, false, coupon.ErrReturnDiffers.At("lines")
	}
	return back, true, nil
}

// already refuses another return of what was undone completely, and one under the key of another.
func (st standing) already(row item, u coupon.Undo) (coupon.Rollback, bool, error) {
	switch {
	case row == nil && u.Replay != "" && slices.Contains(getSet(st.seatRow, "return_keys"), u.Replay):
		return coupon.Rollback{}, false, fault.ErrIdempotencyKeyReused.At("Idempotency-Key")
	case row == nil:
		return coupon.Rollback{}, false, nil
	case u.Replay != "" && u.Replay == getStr(row, "replay_key"):
		return coupon.Rollback{}, false, fault.ErrIdempotencyKeyReused.At("Idempotency-Key")
	}
	return coupon.Rollback{}, false, coupon.ErrRolledBack.At("return").Arg("redemption", st.id)
}

// returnKey is where the return of single lines stands, beside the redemption.
func returnKey(st standing, id string) item {
	row := pastKey(st.space, st.seat, st.attempt)
	row[attrSK] = str(getStr(row, attrSK) + "#" + id)
	return row
}

// undoing lists the writes of a rollback.
func (s *Store) undoing(ctx context.Context, st standing, after coupon.Redemption, back coupon.Rollback, u coupon.Undo) ([]write, error) {
	table, cards := s.tables.Coupons, s.cardsBack(st.space, after, coupon.EntryRollback, back.Cards, u.Return)
	if !back.Complete {
		part := returnKey(st, u.Return)
		describe(part, back, u)
		ws := []write{{table: table, item: part, condition: "attribute_not_exists(pk)"}, st.change(table, after, u)}
		if budgets := st.redeemed.BudgetsBack(after); len(budgets) > 0 {
			var err error
			if st, err = s.withMembers(ctx, st); err != nil {
				return nil, err
			}
			ws = st.refundParts(ws, table, budgets)
		}
		return append(ws, cards...), nil
	}
	st, err := s.withMembers(ctx, st)
	if err != nil {
		return nil, err
	}
	past := st.past(table, after)
	describe(past.item, back, u)
	ws := st.undo(table, past, st.reopened())
	st.sinceReturns(&ws[1])
	return append(ws, cards...), nil
}

func describe(row item, back coupon.Rollback, u coupon.Undo) {
	row["rollback"], row["asked"], row["return_id"] = document(back), document(u.Lines), str(u.Return)
	if u.Replay != "" {
		row["replay_key"] = str(u.Replay)
	}
}

// change keeps a redemption of which a part was returned, and under which key.
func (st standing) change(table string, after coupon.Redemption, u coupon.Undo) write {
	w := write{
		table: table, key: keyOfRow(st.seatRow), update: "SET redemption = :redemption, times_returned = :next",
		condition: "attribute_exists(order_id) AND attempts = :attempt",
		values: item{
			":redemption": document(after), ":attempt": num(st.attempt), ":next": num(getNum(st.seatRow, "times_returned") + 1),
		},
	}
	if u.Replay != "" {
		w.set("return_keys", set(append(getSet(st.seatRow, "return_keys"), u.Replay)...))
	}
	st.sinceReturns(&w)
	return w
}

// sinceReturns holds a write to the returns that were counted when it was made.
func (st standing) sinceReturns(w *write) {
	if n := getNum(st.seatRow, "times_returned"); n > 0 {
		w.condition += " AND times_returned = :returns"
		w.values[":returns"] = num(n)
		return
	}
	w.condition += " AND attribute_not_exists(times_returned)"
}
