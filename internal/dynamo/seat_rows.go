package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

// readSeats reads all seats of a draft, for one code with the cheapest request.
func (s *Store) readSeats(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	keys := seatKeys(d)
	switch len(keys) {
	case 0:
		return s.seatOutcome(d, nil)
	case 1:
		row, err := s.get(ctx, s.tables.Coupons, keys[0])
		if err != nil {
			return coupon.Outcome{}, err
		}
		return s.foundAt(ctx, d, map[string]item{rowID(keys[0]): row}, true)
	}
	rows, err := s.batch(ctx, s.tables.Coupons, keys, true)
	if err != nil {
		return coupon.Outcome{}, err
	}
	return s.foundAt(ctx, d, rows, true)
}

// concerned tells parts whose rows matter: those of codes that name something,
// and of automatic campaigns that apply.
func concerned(p coupon.Part) bool { return p.Campaign.ID != "" && (!p.Automatic || !p.Refused()) }

// seatKeys are the seats of the parts that matter, and of the whole.
func seatKeys(d coupon.Draft) []item {
	var keys []item
	if d.Joint {
		keys = append(keys, seatKey(d.Space, d.Seat))
	}
	for _, part := range d.Parts {
		if concerned(part) {
			keys = append(keys, seatKey(d.Space, part.Seat))
		}
		if part.Campaign.Tender() {
			keys = append(keys, couponKey(d.Space, part.Coupon.ID))
		}
	}
	return keys
}

// foundAt reads what seats and cards say, and whose they are.
func (s *Store) foundAt(ctx context.Context, d coupon.Draft, rows map[string]item, consistent bool) (coupon.Outcome, error) {
	o, err := s.seatOutcome(d, rows)
	if err != nil {
		return o, err
	}
	return s.recognized(ctx, d, o, consistent)
}

func (s *Store) seatOutcome(d coupon.Draft, rows map[string]item) (o coupon.Outcome, err error) {
	o.Parts = make([]coupon.Found, len(d.Parts))
	if d.Joint {
		if o.Whole, err = readSeat(rows[rowID(seatKey(d.Space, d.Seat))]); err != nil {
			return o, err
		}
	}
	for i, part := range d.Parts {
		if !concerned(part) {
			continue
		}
		if o.Parts[i], err = readFound(d, i, rows[rowID(seatKey(d.Space, part.Seat))]); err != nil {
			return o, err
		}
		if !part.Campaign.Tender() {
			continue
		}
		if err := s.readCard(d.Space, part.Coupon.ID, rows[rowID(couponKey(d.Space, part.Coupon.ID))], &o.Parts[i]); err != nil {
			return o, err
		}
	}
	return o, nil
}

// readFound reads the seat of part i, with the coupon where that is the seat.
func readFound(d coupon.Draft, i int, row item) (coupon.Found, error) {
	part := d.Parts[i]
	if row == nil {
		return coupon.Found{Read: true, Seat: unmade(part)}, nil
	}
	seat, err := readSeat(row)
	if err == nil && !part.Apart() {
		seat.Coupon, err = readCoupon(d.Space, part.Coupon.ID, row)
	}
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		seat, err = coupon.Seat{}, nil // the seat of something else, whose hash this code hit
	}
	return coupon.Found{Read: true, Seat: seat}, err
}

func readSeat(row item) (coupon.Seat, error) {
	if row == nil {
		return coupon.Seat{}, nil
	}
	seat := coupon.Seat{
		Exists: true, Order: getStr(row, "order_id"), Fingerprint: getBin(row, "fingerprint"), Until: getTime(row, "held_until"),
		Replay: getStr(row, "replay_key"), Attempt: int(getNum(row, "attempts")), Past: map[string]int{},
	}
	for key := range getMap(row, "past_keys") {
		seat.Past[key] = int(getNum(getMap(row, "past_keys"), key))
	}
	seat.Redemption.ID = getStr(row, "redemption_id")
	if getStr(row, "redemption") == "" {
		return seat, nil
	}
	r, err := readRedemption(row)
	seat.Redemption = r
	return seat, err
}

// readRedemption reads the one that a row keeps. While its hold lasts it is no redemption yet.
func readRedemption(row item) (coupon.Redemption, error) {
	var r coupon.Redemption
	if err := getDocument(row, "redemption", &r); err != nil {
		return r, err
	}
	r.Fingerprint, r.Until, r.Person = getBin(row, "fingerprint"), getTime(row, "held_until"), getStr(row, "buyer")
	if !r.Until.IsZero() {
		r = r.As(coupon.Held)
	}
	return r, nil
}
