package dynamo

import (
	"strings"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// counts adds what part i uses up of limits. What two parts take of one row is one write.
func (p *plan) counts(i int) {
	d, campaign := p.draft, p.draft.Parts[i].Campaign
	if campaign.Tender() {
		p.pay(i)
	}
	if most := campaign.MaxRedemptionsPerCustomer; most > 0 {
		p.count(limitRow, i, p.store.limitWrite(limitKey(d.Space, campaign.ID, p.who.person), most, p.who.limit(d.Space, campaign.ID)))
	}
	if p.draft.Parts[i].Terms.Rules.FirstOrder() {
		p.count(firstRow, i, p.store.firstWrite(d, p.who))
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

// limitWrite counts one use of a customer's, beside what others brought along.
func (s *Store) limitWrite(key item, most int64, seen counts) write {
	w := write{
		table: s.tables.Coupons, key: key,
		update:    "SET uses = if_not_exists(uses, :zero) + :n",
		condition: anyUses,
		values:    item{":zero": num(0), ":n": num(1)},
	}
	seen.since(&w)
	w.atMost(most - seen.brought() - 1)
	return w
}

// Who has no row yet may have too few uses left, too.
const (
	anyUses  = "(attribute_not_exists(uses) OR uses <= :most)"
	someUses = "uses <= :most"
)

func (w *write) atMost(most int64) {
	if w.values[":most"] = num(most); most < 0 {
		w.condition = strings.Replace(w.condition, anyUses, someUses, 1)
	}
}

// firstWrite makes the order the person's first, of those that take what is for
// first orders only. Whoever sends two orders at once has one first order.
func (s *Store) firstWrite(d coupon.Draft, who counting) write {
	w := write{
		table: s.tables.Coupons, key: firstKey(d.Space, who.person),
		update:    "SET uses = if_not_exists(uses, :zero) + :n, first_order = :order",
		condition: "(attribute_not_exists(uses) OR uses = :zero OR first_order = :order)",
		values:    item{":zero": num(0), ":n": num(1), ":order": str(d.Order.ID)},
	}
	seen := who.first(d.Space)
	seen.since(&w)
	if seen.taken(d.Order.ID) {
		w.condition += " AND uses < :zero" // never: what was brought along is another order's
	}
	return w
}

// more makes a counter's write take another use.
func (w *write) more() {
	w.values[":n"] = num(getNum(w.values, ":n") + 1)
	if w.values[":most"] != nil {
		w.atMost(getNum(w.values, ":most") - 1)
	}
}
