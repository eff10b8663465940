package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// A coupon belongs to the address or the customer's id that it was issued to. Who
// is named may be the same person under another: that is looked up only where the
// two differ, and held in the transaction.

// samePerson reports whether two hashes mean the same person by now, with what leads there.
func (s *Store) samePerson(ctx context.Context, sp shop.Space, a, b string, consistent bool) ([]write, bool, error) {
	ends, ways := [...]string{a, b}, []write(nil)
	for range maxHops {
		if ends[0] == ends[1] {
			return ways, true, nil
		}
		rows, err := s.batch(ctx, s.tables.Coupons, []item{personKey(sp, ends[0]), personKey(sp, ends[1])}, consistent)
		if err != nil {
			return nil, false, err
		}
		moved := false
		for i, person := range ends {
			if next := getStr(rows[rowID(personKey(sp, person))], "same_as"); next != "" {
				ways, ends[i], moved = append(ways, s.leads(sp, person, next)), next, true
			}
		}
		if !moved {
			return nil, false, nil
		}
	}
	return nil, false, fault.ErrInternal.In("dynamo.samePerson").Because(errTooManyHops)
}

// stranger is whose coupon was found, if it is not the draft's customer's by name.
func stranger(d coupon.Draft, f coupon.Found) *coupon.Coupon {
	c := &f.Seat.Coupon
	if f.Card != nil {
		c = f.Card
	}
	if c.Person == "" || d.Person == "" || c.Person == d.Person {
		return nil
	}
	return c
}

// recognized lets coupons of the draft's customer under another name be theirs in what was found.
func (s *Store) recognized(ctx context.Context, d coupon.Draft, o coupon.Outcome, consistent bool) (coupon.Outcome, error) {
	known := map[string]bool{}
	for i := range o.Parts {
		c := stranger(d, o.Parts[i])
		if c == nil {
			continue
		}
		same, ok := known[c.Person]
		if !ok {
			var err error
			if _, same, err = s.samePerson(ctx, d.Space, c.Person, d.Person, consistent); err != nil {
				return o, err
			}
			known[c.Person] = same
		}
		if same && c == o.Parts[i].Card {
			c.Person = d.Person
		} else if same {
			o.Parts[i].Seat.Coupon.Person = d.Person
		}
	}
	return o, nil
}

// recognize finds out whether coupons that refused belong to the draft's customer
// after all. It reports whether to write again.
func (p *plan) recognize(ctx context.Context, o coupon.Outcome) (bool, error) {
	again := false
	for i, f := range o.Parts {
		c := stranger(p.draft, f)
		if c == nil || f.Card == nil && f.Seat.Order != "" { // it is spent, whosever it is
			continue
		}
		ways, same, err := p.store.samePerson(ctx, p.draft.Space, c.Person, p.draft.Person, true)
		if err != nil {
			return false, err
		}
		if !same {
			continue
		}
		if p.owners == nil {
			p.owners = map[int]string{}
		}
		p.owners[i], p.kin, again = c.Person, append(p.kin, ways...), true
	}
	return again, nil
}

// owner is who has to own the coupon of part i.
func (p *plan) owner(i int) string {
	if owner, ok := p.owners[i]; ok {
		return owner
	}
	return p.draft.Person
}

// own lets a coupon that was recognized be the customer's in what was found.
func (p *plan) own(c *coupon.Coupon, i int) {
	if owner, ok := p.owners[i]; ok && c.Person == owner {
		c.Person = p.draft.Person
	}
}

// addKin adds what leads from owners, and to them, each once: a person's row that
// is written already says as much.
func (p *plan) addKin() {
	if len(p.kin) == 0 {
		return
	}
	seen := map[string]bool{}
	for _, m := range p.made {
		if m.key != nil {
			seen[rowID(m.key)] = true
		}
	}
	for _, check := range p.kin {
		if id := rowID(check.key); !seen[id] {
			seen[id] = true
			p.add(personCheck, 0, check)
		}
	}
}
