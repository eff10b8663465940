package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// A hold is a redemption whose seats say until when they are held. What it
// takes of limits is taken. Beside each counter that it took from stands an
// entry, sorted by the time of its lapse, so that who finds the counter spent
// finds the holds that have had their time, too; and the counter carries
// next_lapse_at, before which there is none to be found.

// holdEntryRow is the entry of a hold beside a counter.
func holdEntryRow(counter item, until time.Time, id string) item {
	return key(getStr(counter, attrPK), holdPrefix(counter)+fmt.Sprintf("%013d#%s", until.UnixMilli(), id))
}

// holdPrefix is how the entries' sort keys begin, of a slot or of a customer.
func holdPrefix(counter item) string { return getStr(counter, attrSK) + "#hold#" }

// soonestLapse bounds from below when a hold that is added from now on can lapse.
// None is shorter than MinHold, but one may have been drafted a while ago: half
// of that is more than a request lasts.
func soonestLapse(now time.Time) time.Time { return now.Add(coupon.MinHold / 2) }

// markHeld notes at a counter that there is a hold, and when one can lapse at
// the earliest: this one, or one that was drafted before and comes after it.
func (w *write) markHeld(now time.Time) {
	w.update += ", next_lapse_at = if_not_exists(next_lapse_at, :bound), holds = if_not_exists(holds, :none) + :hold"
	w.values[":bound"], w.values[":none"], w.values[":hold"] = moment(soonestLapse(now)), num(0), num(1)
}

// endHold removes the entries of a hold.
func (st standing) endHold(table string) []write {
	until := getTime(st.seatRow, "held_until")
	if until.IsZero() {
		return nil
	}
	var ws []write
	for id := range st.counters(st.seats()) {
		ws = append(ws, write{table: table, key: holdEntryRow(keyOf(id), until, st.id), remove: true})
	}
	for _, card := range st.cardKeys() {
		ws = append(ws, write{table: table, key: holdEntryRow(card, until, st.id), remove: true})
	}
	return ws
}

// Commit makes a hold a redemption. It reports whether it is one already. A hold
// that was taken back is given as it is: Lapsed, for the caller to try anew; a
// released one is ErrHoldReleased.
func (s *Store) Commit(ctx context.Context, sp shop.Space, id string) (coupon.Redemption, bool, error) {
	return s.onHold(ctx, sp, id, func(st standing) (coupon.Redemption, []write, error) {
		switch st.redeemed.Status {
		case coupon.Released:
			return st.redeemed, nil, coupon.ErrHoldReleased.At("id")
		case coupon.Held:
		default:
			return st.redeemed, nil, nil
		}
		ws := []write{}
		for _, row := range st.all() {
			ws = append(ws, write{
				table: s.tables.Coupons, key: keyOfRow(row), update: "REMOVE held_until",
				condition: "held_until = :seen AND attempts = :attempt",
				values:    item{":seen": row["held_until"], ":attempt": row["attempts"]},
			})
		}
		return st.redeemed.As(coupon.Redeemed), append(ws, st.endHold(s.tables.Coupons)...), nil
	})
}

// Release gives a hold up, with all that it took. It reports whether that was done before.
func (s *Store) Release(ctx context.Context, sp shop.Space, id string) (coupon.Redemption, bool, error) {
	return s.onHold(ctx, sp, id, func(st standing) (coupon.Redemption, []write, error) {
		switch st.redeemed.Status {
		case coupon.Released, coupon.Lapsed:
			return st.redeemed, nil, nil
		case coupon.Held:
		default:
			return st.redeemed, nil, coupon.ErrHoldCommitted.At("id")
		}
		released := st.redeemed.As(coupon.Released)
		return released, s.takenBack(st, released), nil
	})
}

// Extend lets a hold last until then. One that was taken back is ErrHoldExpired.
func (s *Store) Extend(ctx context.Context, sp shop.Space, id string, until time.Time) (coupon.Redemption, error) {
	r, _, err := s.onHold(ctx, sp, id, func(st standing) (coupon.Redemption, []write, error) {
		switch st.redeemed.Status {
		case coupon.Held:
		case coupon.Released:
			return st.redeemed, nil, coupon.ErrHoldReleased.At("id")
		case coupon.Lapsed:
			return st.redeemed, nil, coupon.ErrHoldExpired.At("id")
		default:
			return st.redeemed, nil, coupon.ErrHoldCommitted.At("id")
		}
		extended := st.redeemed
		extended.Until = until
		if !until.After(st.redeemed.Until) { // never sooner: what its counters say of the next lapse stays true
			return st.redeemed, nil, nil
		}
		return extended, s.extension(st, until), nil
	})
	return r, err
}

func (s *Store) extension(st standing, until time.Time) []write {
	var ws []write
	for _, row := range st.all() {
		ws = append(ws, write{
			table: s.tables.Coupons, key: keyOfRow(row), update: "SET held_until = :until",
			condition: "held_until = :seen AND attempts = :attempt",
			values:    item{":until": moment(until), ":seen": row["held_until"], ":attempt": row["attempts"]},
		})
	}
	for id := range st.counters(st.seats()) {
		ws = append(ws, write{table: s.tables.Coupons, item: holdEntryRow(keyOf(id), until, st.id)})
	}
	for _, card := range st.cardKeys() {
		ws = append(ws, write{table: s.tables.Coupons, item: holdEntryRow(card, until, st.id)})
	}
	return append(ws, st.endHold(s.tables.Coupons)...)
}

// onHold reads a hold, and makes the writes that change gives for it: none where
// it is as it should be, which is reported. What changes meanwhile is read again.
func (s *Store) onHold(ctx context.Context, sp shop.Space, id string, change func(standing) (coupon.Redemption, []write, error)) (coupon.Redemption, bool, error) {
	for n := range maxTries {
		st, err := s.find(ctx, sp, id)
		if err != nil {
			return coupon.Redemption{}, false, err
		}
		if st.redeemed.Status == coupon.Held {
			st, err = s.withMembers(ctx, st)
		}
		if err == nil {
			after, ws, err := change(st)
			if err != nil || ws == nil {
				return after, true, err
			}
			refused, err := s.settle(ctx, "dynamo.Hold", ws...)
			if err != nil {
				return coupon.Redemption{}, false, err
			}
			if refused == nil {
				s.forgetExhausted(sp, st.redeemed)
				return after, false, nil
			}
		} else if !errors.Is(err, errChanged) {
			return coupon.Redemption{}, false, err
		}
		if err := wait(ctx, n); err != nil {
			return coupon.Redemption{}, false, failed("dynamo.Hold", err)
		}
	}
	return coupon.Redemption{}, false, standing{id: id}.gone("dynamo.Hold")
}

// takenBack lists the writes that undo a hold, if it lasts as long as was read:
// the entries beside its counters are found by that time.
func (s *Store) takenBack(st standing, after coupon.Redemption) []write {
	ws := st.undo(s.tables.Coupons, st.past(s.tables.Coupons, after), st.seats())
	ws[1].condition += " AND held_until = :seen"
	ws[1].values[":seen"] = st.seatRow["held_until"]
	kind := coupon.EntryLapse
	if after.Status == coupon.Released {
		kind = coupon.EntryRelease
	}
	return append(ws, s.cardsBack(st.space, after, kind, st.redeemed.Paid(), "")...)
}
