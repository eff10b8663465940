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
	takes [][]coupon.Take // of each part
	turn  int             // how often other slots were tried
	made  []planned
}

// planned is a write with what it is for.
type planned struct {
	write
	kind  string
	parts []int        // of the draft
	take  *coupon.Take // of a slot
}

// The kinds of planned writes.
const (
	wholeSeat = "whole"
	partSeat  = "seat"
	limitRow  = "limit"
	firstRow  = "first"
	slotRow   = "slot"
	holdEntry = "hold"
	cardRow   = "card"
	entryRow  = "entry"
)

func (s *Store) plan(d coupon.Draft) *plan {
	p := &plan{store: s, draft: d, takes: make([][]coupon.Take, len(d.Parts))}
	for i := range d.Parts {
		p.takes[i] = firstTakes(d, i, 0)
	}
	return p
}

// rotate takes other slots, where others are in the way at these; but what was
// gathered in pieces lies there and nowhere else.
func (p *plan) rotate() {
	p.turn++
	for i := range p.draft.Parts {
		if next := firstTakes(p.draft, i, p.turn); len(next) == len(p.takes[i]) {
			p.takes[i] = next
		}
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
			p.counts(i)
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

// counts adds what part i uses up of limits. What two parts take of one row is one write.
func (p *plan) counts(i int) {
	d, campaign := p.draft, p.draft.Parts[i].Campaign
	if campaign.Tender() {
		p.pay(i)
	}
	if most := campaign.MaxRedemptionsPerCustomer; most > 0 {
		p.count(limitRow, i, p.store.limitWrite(limitKey(d.Space, campaign.ID, d.Person), most))
	}
	if p.draft.Parts[i].Terms.Rules.FirstOrder() {
		p.count(firstRow, i, p.store.firstWrite(d))
	}
	for _, t := range p.takes[i] {
		p.spend(i, t)
	}
}

// spend adds a take of part i, or adds it to the one of the same row.
func (p *plan) spend(i int, t coupon.Take) {
	campaign := p.draft.Parts[i].Campaign.ID
	for n := range p.made {
		m := &p.made[n]
		if m.take != nil && p.draft.Parts[m.parts[0]].Campaign.ID == campaign && m.take.Slot == t.Slot && m.take.Day == t.Day {
			t.Took = t.Took.Plus(m.take.Took)
			m.write, m.take, m.parts = p.takeWrite(campaign, t), &t, append(m.parts, i)
			return
		}
	}
	p.add(slotRow, i, p.takeWrite(campaign, t))
	p.made[len(p.made)-1].take = &t
	p.enter(i, takeKey(p.draft.Space, campaign, t))
}

func (p *plan) takeWrite(campaign string, t coupon.Take) write {
	w := p.store.takeWrite(p.draft.Space, campaign, t)
	if !p.draft.Until.IsZero() {
		w.markHeld(p.draft.Now)
	}
	return w
}

// enter notes a hold beside a counter that it takes from.
func (p *plan) enter(i int, counter item) {
	if d := p.draft; !d.Until.IsZero() {
		p.add(holdEntry, i, write{
			table: p.store.tables.Coupons, item: holdEntryRow(counter, d.Until, coupon.RedemptionID(d.Seat, d.Attempt)),
		})
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
	p.enter(i, w.key)
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

// firstWrite makes the order the person's first, of those that take what is for
// first orders only. Whoever sends two orders at once has one first order.
func (s *Store) firstWrite(d coupon.Draft) write {
	return write{
		table: s.tables.Coupons, key: firstKey(d.Space, d.Person),
		update:    "SET uses = if_not_exists(uses, :zero) + :n, first_order = :order",
		condition: "attribute_not_exists(uses) OR uses = :zero OR first_order = :order",
		values:    item{":zero": num(0), ":n": num(1), ":order": str(d.Order.ID)},
	}
}

// more makes a counter's write take another use.
func (w *write) more() {
	w.values[":n"] = num(getNum(w.values, ":n") + 1)
	if w.values[":most"] == nil {
		return
	}
	most := getNum(w.values, ":most") - 1
	if w.values[":most"] = num(most); most < 0 { // who has no row yet has too few left, too
		w.condition = "uses <= :most"
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
		case cardRow:
			i := m.parts[0]
			if err := p.store.readCard(p.draft.Space, p.draft.Parts[i].Coupon.ID, refused[n].old, &o.Parts[i]); err != nil {
				return o, err
			}
			o.Parts[i].Lapses = false // what lapsed is taken back before this is asked
		case limitRow:
			left := p.draft.Parts[m.parts[0]].Campaign.MaxRedemptionsPerCustomer - getNum(refused[n].old, "uses")
			for k, i := range m.parts {
				o.Parts[i].LimitReached = int64(k) >= left
			}
		case firstRow:
			for _, i := range m.parts {
				o.Parts[i].FirstTaken = true
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
