package dynamo

import (
	"slices"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// outcome reads what the refused rows say of the parts.
func (p *plan) outcome(refused []refusal) (coupon.Outcome, error) {
	o := coupon.Outcome{Parts: make([]coupon.Found, len(p.draft.Parts))}
	for n, m := range p.made {
		if !refused[n].failed {
			continue
		}
		if err := p.learn(&o, m, refused[n].old); err != nil {
			return o, err
		}
	}
	return o, nil
}

// learn adds what one refused write's row says. An empty slot says nothing of
// its parts: others may have what they want.
func (p *plan) learn(o *coupon.Outcome, m planned, row item) (err error) {
	first := m.parts[0]
	switch m.kind {
	case wholeSeat:
		o.Whole, err = readSeat(row)
	case partSeat:
		if o.Parts[first], err = readFound(p.draft, first, row); err == nil {
			p.own(&o.Parts[first].Seat.Coupon, first)
		}
	case cardRow:
		err = p.store.readCard(p.draft.Space, p.draft.Parts[first].Coupon.ID, row, &o.Parts[first])
		p.own(o.Parts[first].Card, first)
		o.Parts[first].Lapses = false // what lapsed is taken back before this is asked
	case limitRow:
		left := p.draft.Parts[first].Campaign.MaxRedemptionsPerCustomer - getNum(row, "uses") - p.who.at[rowID(m.key)].brought()
		for k, i := range m.parts {
			o.Parts[i].LimitReached = int64(k) >= left
		}
	case firstRow:
		another := counts{own: row, others: p.who.at[rowID(m.key)].others}.taken(p.draft.Order.ID)
		for _, i := range m.parts {
			o.Parts[i].FirstTaken = another
		}
	}
	return err
}

// onlySlots gives the parts whose slot is empty, where nothing else stands in
// the way: each once, also where that of the day is empty, too.
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
	slices.Sort(empty)
	return slices.Compact(empty)
}
