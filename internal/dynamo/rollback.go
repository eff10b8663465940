package dynamo

import (
	"context"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// redemptionRows are the two places where a redemption can stand: at its seat
// while it holds it, in a row of its own once it was rolled back.
type redemptionRows struct {
	id       string
	seat     coupon.SeatRef
	attempt  int
	seatRow  item
	pastRow  item
	redeemed coupon.Redemption
}

func (s *Store) findRedemption(ctx context.Context, sp shop.Space, id string) (r redemptionRows, err error) {
	var ok bool
	if r.seat, r.attempt, ok = coupon.ParseRedemptionID(id); !ok {
		return r, fault.ErrNotFound
	}
	seat, past := seatKey(sp, r.seat), pastKey(sp, r.seat, r.attempt)
	rows, err := s.batch(ctx, s.tables.Coupons, []item{seat, past}, true)
	if err != nil {
		return r, err
	}
	r.id, r.seatRow, r.pastRow = id, rows[rowID(seat)], rows[rowID(past)]
	if r.pastRow == nil && int(getNum(r.seatRow, "attempts")) > r.attempt {
		// Rolled back between the two readings: now its row is there.
		if r.pastRow, err = s.get(ctx, s.tables.Coupons, past); err != nil {
			return r, err
		}
	}
	if r.pastRow != nil {
		r.redeemed.Fingerprint = getBin(r.pastRow, "fingerprint")
		return r, getDocument(r.pastRow, "redemption", &r.redeemed)
	}
	if getStr(r.seatRow, "order_id") == "" || int(getNum(r.seatRow, "attempts")) != r.attempt {
		return r, fault.ErrNotFound
	}
	return r, getDocument(r.seatRow, "redemption", &r.redeemed)
}

// Redemption reads one by id, rolled back or not.
func (s *Store) Redemption(ctx context.Context, sp shop.Space, id string) (coupon.Redemption, error) {
	r, err := s.findRedemption(ctx, sp, id)
	return r.redeemed, err
}

// Rollback undoes a redemption once: in one transaction it frees the seat for
// the next attempt, keeps the redemption in a row of its own, and gives back
// what it took of the limits. Asked again for the same return it gives the first
// answer and reports so; for another return it is ErrRolledBack.
func (s *Store) Rollback(ctx context.Context, sp shop.Space, id, cause, replay string) (coupon.Rollback, bool, error) {
	for range maxTries {
		r, err := s.findRedemption(ctx, sp, id)
		if err != nil {
			return coupon.Rollback{}, false, err
		}
		if r.pastRow != nil {
			return r.replay(cause, replay)
		}
		now := s.now().UTC()
		back := coupon.Rollback{
			Object: "rollback", Livemode: sp.Live, Redemption: id, Return: cause, Order: r.redeemed.Order,
			Currency: r.redeemed.Currency, Discount: r.redeemed.Discount, CreatedAt: now,
		}
		refused, err := s.settle(ctx, "dynamo.Rollback", s.undo(sp, r, back, replay)...)
		if err != nil {
			return coupon.Rollback{}, false, err
		}
		if refused == nil {
			s.exhausted.forget(space(sp) + r.redeemed.Codes[0].Campaign)
			return back, false, nil
		}
	} // another rollback was faster: read what it left
	return coupon.Rollback{}, false, fault.ErrUnavailable.In("dynamo.Rollback").Because(fmt.Errorf("%s kept changing", id))
}

func (r redemptionRows) replay(cause, replay string) (coupon.Rollback, bool, error) {
	var back coupon.Rollback
	if err := getDocument(r.pastRow, "rollback", &back); err != nil {
		return back, false, err
	}
	if back.Return != cause && replay != "" && replay == getStr(r.pastRow, "replay_key") {
		return back, false, fault.ErrIdempotencyKeyReused.At("Idempotency-Key")
	}
	if back.Return != cause {
		return back, false, coupon.ErrRolledBack.At("return").Arg("redemption", r.id)
	}
	return back, true, nil
}

func (s *Store) undo(sp shop.Space, r redemptionRows, back coupon.Rollback, replay string) []write {
	past := pastKey(sp, r.seat, r.attempt)
	past["redemption"], past["rollback"] = document(r.redeemed.Undone(back.CreatedAt)), document(back)
	past["fingerprint"] = r.seatRow["fingerprint"]
	if replay != "" {
		past["replay_key"] = str(replay)
	}
	ws := []write{
		{table: s.tables.Coupons, item: past, condition: "attribute_not_exists(pk)"},
		s.freeSeat(sp, r),
	}
	campaign := r.redeemed.Codes[0].Campaign
	if person := getStr(r.seatRow, "limited_person"); person != "" {
		ws = append(ws, write{
			table: s.tables.Coupons, key: limitKey(sp, campaign, person), update: "SET uses = uses - :one",
			condition: "uses >= :one", values: item{":one": num(1)},
		})
	}
	if r.seatRow["slot_number"] != nil {
		slot := int(getNum(r.seatRow, "slot_number"))
		ws = append(ws, write{
			table: s.tables.Coupons, key: slotKey(sp, campaign, slot), update: "SET uses_left = uses_left + :one, uses = uses - :one",
			condition: "uses >= :one", values: item{":one": num(1)},
		})
	}
	return ws
}

// freeSeat empties the seat and counts the attempt, so that a late copy of the
// write that took it finds its attempt gone. The Idempotency-Key moves to the
// seat's past keys, so that a late copy of the request finds what became of it.
func (s *Store) freeSeat(sp shop.Space, r redemptionRows) write {
	w := write{
		table: s.tables.Coupons, key: seatKey(sp, r.seat),
		update:    "SET attempts = :next",
		condition: "attribute_exists(order_id) AND attempts = :attempt",
		values:    item{":next": num(r.attempt + 1), ":attempt": num(r.attempt)},
	}
	if key := getStr(r.seatRow, "replay_key"); key != "" {
		past := maps.Clone(getMap(r.seatRow, "past_keys"))
		if past == nil {
			past = item{}
		}
		past[key] = num(r.attempt)
		w.set("past_keys", &types.AttributeValueMemberM{Value: past})
	}
	w.update += " REMOVE order_id, fingerprint, redemption, replay_key, limited_person, slot_number"
	return w
}
