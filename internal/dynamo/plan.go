package dynamo

import (
	"github.com/lagniappe/lagniappe/internal/coupon"
)

// plan is how a draft is written: which rows, in which order, and for whom.
// The first write is of the row that names the effect: a joint redemption's own
// seat, or the one code's.
type plan struct {
	store *Store
	draft coupon.Draft
	slot  []int // of each part's campaign
	made  []planned
}

// planned is a write with what it is for.
type planned struct {
	write
	kind  string
	parts []int // of the draft
}

// The kinds of planned writes.
const (
	wholeSeat = "whole"
	partSeat  = "seat"
	limitRow  = "limit"
	slotRow   = "slot"
	holdEntry = "hold"
)

func (s *Store) plan(d coupon.Draft) *plan {
	p := &plan{store: s, draft: d, slot: make([]int, len(d.Parts))}
	for i, part := range d.Parts {
		p.slot[i] = firstSlot(d.Order.ID, part.Campaign)
	}
	return p
}

// rotate takes other slots, where others are in the way at these.
func (p *plan) rotate() {
	for i, part := range p.draft.Parts {
		p.slot[i] = nextSlot(part.Campaign, p.slot[i])
	}
}

// writes lists the writes of a draft.
func (p *plan) writes() []write {
	p.made = p.made[:0]
	if p.draft.Joint {
		p.add(wholeSeat, -1, p.wholeSeat())
	}
	for i, part := range p.draft.Parts {
		if !part.Refused() {
			p.add(partSeat, i, p.seat(i))
		}
	}
	for i, part := range p.draft.Parts {
		if !part.Refused() {
			p.takes(i)
		}
	}
	out := make([]write, len(p.made))
	for n, m := range p.made {
		out[n] = m.write
	}
	return out
}

func (p *plan) add(kind string, part int, w write) {
	p.made = append(p.made, planned{write: w, kind: kind, parts: []int{part}})
}

// takes adds what part i uses up of limits. What two parts take of one row is one write.
func (p *plan) takes(i int) {
	d, campaign := p.draft, p.draft.Parts[i].Campaign
	if most := campaign.MaxRedemptionsPerCustomer; most > 0 {
		p.count(limitRow, i, p.store.limitWrite(limitKey(d.Space, campaign.ID, d.Person), most))
	}
	if campaign.Slots > 0 {
		p.count(slotRow, i, p.store.slotWrite(slotKey(d.Space, campaign.ID, p.slot[i])))
	}
}

// count adds a counter's write, or one more use to the one that is there.
func (p *plan) count(kind string, i int, w write) {
	if !p.draft.Until.IsZero() {
		w.markHeld(p.draft.Now)
	}
	for n := range p.made {
		if m := &p.made[n]; m.key != nil && rowID(m.key) == rowID(w.key) {
			m.parts = append(m.parts, i)
			m.more()
			return
		}
	}
	p.add(kind, i, w)
	if !p.draft.Until.IsZero() {
		p.add(holdEntry, i, write{table: w.table, item: holdEntryRow(w.key, p.draft.Until, coupon.RedemptionID(p.draft.Seat, p.draft.Attempt))})
	}
}

// limitWrite counts one use of a customer's.
func (s *Store) limitWrite(key item, most int64) write {
	return write{
		table: s.tables.Coupons, key: key,
		update:    "SET uses = if_not_exists(uses, :zero) + :n",
		condition: "attribute_not_exists(uses) OR uses <= :most",
		values:    item{":zero": num(0), ":n": num(1), ":most": num(most - 1)},
	}
}

// slotWrite takes one use of a slot.
func (s *Store) slotWrite(key item) write {
	return write{
		table: s.tables.Coupons, key: key,
		update:    "SET uses_left = uses_left - :n, uses = uses + :n",
		condition: "uses_left >= :n",
		values:    item{":n": num(1)},
	}
}

// more makes a counter's write take another use.
func (w *write) more() {
	w.values[":n"] = num(getNum(w.values, ":n") + 1)
	if w.values[":most"] != nil {
		w.values[":most"] = num(getNum(w.values, ":most") - 1)
	}
}

// outcome reads what the refused rows say of the parts.
func (p *plan) outcome(refused []refusal) (coupon.Outcome, error) {
	o := coupon.Outcome{Parts: make([]coupon.Found, len(p.draft.Parts))}
	for n, m := range p.made {
		if !refused[n].failed {
			continue
		}
		switch m.kind {
		case wholeSeat:
			seat, err := readSeat(refused[n].old)
			if err != nil {
				return o, err
			}
			o.Whole = seat
		case partSeat:
			found, err := readFound(p.draft, m.parts[0], refused[n].old)
			if err != nil {
				return o, err
			}
			o.Parts[m.parts[0]] = found
		case limitRow:
			for _, i := range m.parts {
				o.Parts[i].LimitReached = true
			}
		}
	}
	return o, nil
}

// onlySlots gives the parts whose slot is empty, where nothing else stands in the way.
func (p *plan) onlySlots(refused []refusal) []int {
	var empty []int
	for n, m := range p.made {
		switch {
		case !refused[n].failed:
		case m.kind == slotRow:
			empty = append(empty, m.parts...)
		default:
			return nil
		}
	}
	return empty
}
