package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/coupon"
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
	p.counted(&w, i)
	switch {
	case part.Apart():
		w.set("campaign_id", str(part.Campaign.ID))
		w.set("coupon_id", str(part.Coupon.ID))
		w.firstOrAgain(part.Attempt)
	case part.Coupon.Batch != "":
		w.batched(d, part)
	default:
		w.random(d, part, p.owner(i))
	}
	if d.At(i) {
		p.replay(&w)
	}
	return w
}

// counted notes at the seat of part i what its redemption counts against, by whom, and
// whether an order's cancellation gives that back.
func (p *plan) counted(w *write, i int) {
	part, person := p.draft.Parts[i], p.who.person
	if part.Campaign.MaxRedemptionsPerCustomer > 0 {
		w.set("limited_person", str(person))
	}
	if part.Terms.Rules.FirstOrder() {
		w.set("first_person", str(person))
	}
	w.setTakes(p.takes[i])
	if part.Terms.OnCancel == coupon.Keep {
		w.set("kept", boolean(true))
	}
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
	}
	if d.Person != "" { // for a hold that is committed, and for an erasure
		w.set("buyer", str(d.Person))
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
func (w *write) random(d coupon.Draft, part coupon.Part, owner string) {
	w.condition = "attribute_not_exists(order_id) AND attempts = :attempts AND attribute_not_exists(balance_left)"
	w.usable(d, part, owner)
}

// usable holds a coupon to its state, its version, its owner and its dates.
func (w *write) usable(d coupon.Draft, part coupon.Part, owner string) {
	w.condition += " AND disabled = :no" +
		" AND campaign_version BETWEEN :oldest AND :version" +
		" AND (attribute_not_exists(person) OR person = :person)" +
		" AND (attribute_not_exists(starts_at) OR starts_at <= :now)" +
		" AND (attribute_not_exists(expires_at) OR expires_at > :now)"
	w.values[":no"], w.values[":now"] = boolean(false), moment(d.Now)
	w.values[":oldest"], w.values[":version"] = num(part.Oldest), num(part.Version)
	w.values[":person"] = str(orNobody(owner))
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
