package dynamo

import "github.com/lagniappe/lagniappe/internal/coupon"

// plan is how a draft is written: which rows, in which order, and for whom.
// The first write is of the row that names the effect: a joint redemption's own
// seat, or the one code's.
type plan struct {
	store  *Store
	draft  coupon.Draft
	takes  [][]coupon.Take // of each part
	who    counting
	owners map[int]string // of coupons, by part, where that is the customer under another name
	kin    []write        // what leads from these to the customer
	turn   int            // how often other slots were tried
	made   []planned
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
	wholeSeat   = "whole"
	partSeat    = "seat"
	limitRow    = "limit"
	firstRow    = "first"
	slotRow     = "slot"
	personRow   = "person"
	personCheck = "who"
	holdEntry   = "hold"
	cardRow     = "card"
	entryRow    = "entry"
)

func (s *Store) plan(d coupon.Draft) *plan {
	p := &plan{store: s, draft: d, takes: make([][]coupon.Take, len(d.Parts)), who: counting{person: d.Person}}
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
	p.addPerson()
	p.addKin()
	out := make([]write, len(p.made))
	for n, m := range p.made {
		out[n] = m.write
	}
	return out
}

func (p *plan) add(kind string, part int, w write) {
	p.made = append(p.made, planned{write: w, kind: kind, parts: []int{part}})
}
