package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

// wholeSeat takes the seat of a joint redemption, which is of this order and
// these codes only.
func (p *plan) wholeSeat() write {
	d := p.draft
	w := p.take(seatKey(d.Space, d.Seat), d.Attempt)
	w.set("redemption", document(d.Redemption()))
	w.set("members", p.members())
	w.firstOrAgain(d.Attempt)
	p.replay(&w)
	return w
}

// members are the seats that belong to the whole's.
func (p *plan) members() *types.AttributeValueMemberL {
	d := p.draft
	members := make([]types.AttributeValue, 0, len(d.Parts))
	for i, part := range d.Parts {
		if !part.Refused() && !d.At(i) {
			members = append(members, str(rowID(seatKey(d.Space, part.Seat))))
		}
	}
	return &types.AttributeValueMemberL{Value: members}
}

// seat takes the seat of part i, if it is free and as drafted.
func (p *plan) seat(i int) write {
	d, part := p.draft, p.draft.Parts[i]
	w := p.take(seatKey(d.Space, part.Seat), part.Attempt)
	if d.At(i) {
		w.set("redemption", document(d.Redemption()))
		if members := p.members(); len(members.Value) > 0 {
			w.set("members", members)
		}
	} else {
		w.set("redemption_id", str(coupon.RedemptionID(d.Seat, d.Attempt)))
	}
	if part.Campaign.MaxRedemptionsPerCustomer > 0 {
		w.set("limited_person", str(d.Person))
	}
	if part.Terms.Rules.FirstOrder() {
		w.set("first_person", str(d.Person))
	}
	w.setTakes(p.takes[i])
	if part.Terms.OnCancel == coupon.Keep {
		w.set("kept", boolean(true))
	}
	switch {
	case part.Apart():
		w.set("campaign_id", str(part.Campaign.ID))
		w.set("coupon_id", str(part.Coupon.ID))
		w.firstOrAgain(part.Attempt)
	case part.Coupon.Batch != "":
		w.batched(d, part)
	default:
		w.random(d, part)
	}
	if d.At(i) {
		p.replay(&w)
	}
	return w
}

// usualValues is how many values most seats are written with, so that their map need not grow.
const usualValues = 12

// take is what all seats have in common.
func (p *plan) take(key item, attempt int) write {
	d := p.draft
	w := write{table: p.store.tables.Coupons, key: key, update: "SET order_id = :order, fingerprint = :fingerprint", values: make(item, usualValues)}
	w.values[":order"], w.values[":fingerprint"], w.values[":attempts"] = str(d.Order.ID), bin(d.Fingerprint), num(attempt)
	if !d.Until.IsZero() {
		w.set("held_until", moment(d.Until))
		if d.Person != "" {
			w.set("buyer", str(d.Person))
		}
	}
	return w
}

// replay keeps the Idempotency-Key, unless an earlier attempt was made under it.
func (p *plan) replay(w *write) {
	if key := p.draft.Replay; key != "" {
		w.set("replay_key", str(key))
		w.condition += " AND attribute_not_exists(past_keys.#replay)"
		w.names = map[string]string{"#replay": key}
	}
}

// set adds an attribute to an update.
func (w *write) set(name string, v types.AttributeValue) {
	w.update += ", " + name + " = :" + name
	w.values[":"+name] = v
}

// random holds a coupon that is its own seat to everything that it knows of itself.
func (w *write) random(d coupon.Draft, part coupon.Part) {
	w.condition = "attribute_not_exists(order_id) AND attempts = :attempts AND attribute_not_exists(balance_left)"
	w.usable(d, part)
}

// usable holds a coupon to its state, its version, its owner and its dates.
func (w *write) usable(d coupon.Draft, part coupon.Part) {
	w.condition += " AND disabled = :no" +
		" AND campaign_version BETWEEN :oldest AND :version" +
		" AND (attribute_not_exists(person) OR person = :person)" +
		" AND (attribute_not_exists(starts_at) OR starts_at <= :now)" +
		" AND (attribute_not_exists(expires_at) OR expires_at > :now)"
	w.values[":no"], w.values[":now"] = boolean(false), moment(d.Now)
	w.values[":oldest"], w.values[":version"] = num(part.Oldest), num(part.Version)
	w.values[":person"] = str(orNobody(d.Person))
}

// firstOrAgain holds a seat to its attempt; the first use makes its row.
func (w *write) firstOrAgain(attempt int) {
	w.update += ", attempts = :attempts"
	w.condition = "attribute_not_exists(order_id) AND attempts = :attempts"
	if attempt == 0 {
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
		return s.seatOutcome(d, map[string]item{rowID(keys[0]): row})
	}
	rows, err := s.batch(ctx, s.tables.Coupons, keys, true)
	if err != nil {
		return coupon.Outcome{}, err
	}
	return s.seatOutcome(d, rows)
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
