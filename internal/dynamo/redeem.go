package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

// Redeem writes a draft in one request: the seat, and with it in a transaction
// a use of the campaign's limit and of the customer's, where it has them. What
// may stand against it is in the conditions; see [coupon.Writer].
//
// An empty slot costs one read of all slots and one more write, which repeats
// only while rivals empty the slot just found.
func (s *Store) Redeem(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	_, spent := s.exhausted.peek(space(d.Space) + d.Campaign.ID)
	if d.Refused() || spent {
		o, err := s.readSeat(ctx, d)
		o.Exhausted = spent
		return o, err
	}
	slot := firstSlot(d)
	for n := range maxTries {
		refused, err := s.commit(ctx, "dynamo.Redeem", s.redemption(d, slot)...)
		switch {
		case errors.Is(err, errConflict):
			slot = nextSlot(d, slot)
			if err := wait(ctx, n); err != nil {
				return coupon.Outcome{}, failed("dynamo.Redeem", err)
			}
			continue
		case err != nil:
			return coupon.Outcome{}, err
		case refused == nil:
			return coupon.Outcome{Written: true}, nil
		}
		o, empty, err := s.outcome(d, refused)
		if err != nil || !empty {
			return o, err
		}
		if slot, err = s.fullSlot(ctx, d); err != nil {
			return coupon.Outcome{}, err
		}
		if slot < 0 {
			s.exhausted.put(space(d.Space)+d.Campaign.ID, struct{}{})
			return coupon.Outcome{Exhausted: true}, nil
		}
	}
	return coupon.Outcome{}, fault.ErrUnavailable.In("dynamo.Redeem").Because(errConflict)
}

// redemption lists the writes of a draft: always the seat first, then the
// customer's limit, then the slot.
func (s *Store) redemption(d coupon.Draft, slot int) []write {
	seat := s.seatWrite(d)
	ws := []write{seat}
	if d.Campaign.MaxRedemptionsPerCustomer > 0 {
		ws[0].set("limited_person", str(d.Person))
		ws = append(ws, write{
			table: s.tables.Coupons, key: limitKey(d.Space, d.Campaign.ID, d.Person),
			update:    "SET uses = if_not_exists(uses, :zero) + :one",
			condition: "attribute_not_exists(uses) OR uses < :max",
			values:    item{":zero": num(0), ":one": num(1), ":max": num(d.Campaign.MaxRedemptionsPerCustomer)},
		})
	}
	if d.Campaign.Slots > 0 {
		ws[0].set("slot_number", num(slot))
		ws = append(ws, write{
			table: s.tables.Coupons, key: slotKey(d.Space, d.Campaign.ID, slot),
			update:    "SET uses_left = uses_left - :one, uses = uses + :one",
			condition: "uses_left >= :one",
			values:    item{":one": num(1)},
		})
	}
	return ws
}

// seatWrite takes the seat, if it is free and as drafted.
func (s *Store) seatWrite(d coupon.Draft) write {
	w := write{
		table: s.tables.Coupons, key: seatKey(d.Space, d.Seat), names: map[string]string{},
		update: "SET order_id = :order, fingerprint = :fingerprint, redemption = :redemption",
		values: item{
			":order": str(d.Order.ID), ":fingerprint": bin(d.Fingerprint), ":redemption": document(d.Redemption()),
			":attempts": num(d.Attempt),
		},
	}
	if d.Coupon.Shared {
		w.shared(d)
	} else {
		w.random(d)
	}
	if d.Replay != "" {
		w.set("replay_key", str(d.Replay))
		w.condition += " AND attribute_not_exists(past_keys.#replay)"
		w.names["#replay"] = d.Replay
	}
	if len(w.names) == 0 {
		w.names = nil
	}
	return w
}

// set adds an attribute to an update.
func (w *write) set(name string, v types.AttributeValue) {
	w.update += ", " + name + " = :" + name
	w.values[":"+name] = v
}

// random holds a coupon that is its own seat to everything that it knows of itself.
func (w *write) random(d coupon.Draft) {
	w.condition = "attribute_not_exists(order_id) AND attempts = :attempts AND disabled = :no" +
		" AND campaign_version BETWEEN :oldest AND :version" +
		" AND (attribute_not_exists(person) OR person = :person)" +
		" AND (attribute_not_exists(starts_at) OR starts_at <= :now)" +
		" AND (attribute_not_exists(expires_at) OR expires_at > :now)"
	w.values[":no"], w.values[":now"] = boolean(false), moment(d.Now)
	w.values[":oldest"], w.values[":version"] = num(d.Oldest), num(d.Version)
	w.values[":person"] = str(orNobody(d.Person))
}

// shared holds the seat of coupon and order; the first use makes its row.
func (w *write) shared(d coupon.Draft) {
	w.set("campaign_id", str(d.Campaign.ID))
	w.set("coupon_id", str(d.Coupon.ID))
	w.update += ", attempts = :attempts"
	w.condition = "attribute_not_exists(order_id) AND attempts = :attempts"
	if d.Attempt == 0 {
		w.condition = "attribute_not_exists(attempts)"
	}
}

// orNobody stands for an unnamed person in a comparison; no person's hash looks so.
func orNobody(person string) string {
	if person == "" {
		return "-"
	}
	return person
}

// outcome reads refusals in the order of the writes. It reports empty where
// nothing but the slot's emptiness stands in the way.
func (s *Store) outcome(d coupon.Draft, refused []refusal) (o coupon.Outcome, empty bool, err error) {
	if refused[0].failed {
		o, err = readOutcome(d, refused[0].old)
		return o, false, err
	}
	rest := refused[1:]
	if d.Campaign.MaxRedemptionsPerCustomer > 0 {
		o.LimitReached = rest[0].failed
		rest = rest[1:]
	}
	if d.Campaign.Slots > 0 && rest[0].failed {
		empty = !o.LimitReached
	}
	return o, empty, nil
}

func readOutcome(d coupon.Draft, row item) (coupon.Outcome, error) {
	seat, err := readSeat(d, row)
	return coupon.Outcome{Read: true, Seat: seat}, err
}

func (s *Store) readSeat(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	row, err := s.get(ctx, s.tables.Coupons, seatKey(d.Space, d.Seat))
	if err != nil {
		return coupon.Outcome{}, err
	}
	return readOutcome(d, row)
}

func readSeat(d coupon.Draft, row item) (coupon.Seat, error) {
	if row == nil {
		return coupon.Seat{}, nil
	}
	seat := coupon.Seat{
		Exists: true, Order: getStr(row, "order_id"), Fingerprint: getBin(row, "fingerprint"),
		Replay: getStr(row, "replay_key"), Attempt: int(getNum(row, "attempts")), Past: map[string]int{},
	}
	for key := range getMap(row, "past_keys") {
		seat.Past[key] = int(getNum(getMap(row, "past_keys"), key))
	}
	if err := getDocument(row, "redemption", &seat.Redemption); err != nil || d.Coupon.Shared {
		return seat, err
	}
	var err error
	seat.Coupon, err = readCoupon(d.Space, d.Coupon.ID, row)
	return seat, err
}
