package dynamo

import (
	"context"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// erase removes what is left of a person who was erased. Each step removes what
// it finds, so it may stop anywhere and begin anew, and be done beside itself. What
// leads to the rest goes last.
func (s *Store) erase(ctx context.Context, sp shop.Space, person string) error {
	marked, err := s.get(ctx, s.tables.Coupons, personKey(sp, person))
	if err != nil || marked["erased_at"] == nil {
		return err
	}
	at := getTime(marked, "erased_at")
	if again := at.Add(lookAgain); again.After(s.now()) { // what is in the midst of something now is over by then
		if err := s.remind(ctx, again, eraseTask(sp, person)); err != nil {
			return err
		}
	}
	stone, err := s.get(ctx, s.tables.People, profileKey(sp, person))
	if err != nil {
		return err
	}
	c := customer.Customer{Person: person}
	if err := getDocument(stone, "joined", &c.Joined); err != nil {
		return err
	}
	persons := []string{person}
	if erasing(stone) {
		if persons, err = s.forgetNames(ctx, sp, c, at); err != nil {
			return err
		}
	}
	if err := s.forgetRest(ctx, sp, persons, c.Persons(), at); err != nil || !erasing(stone) {
		return err
	}
	return s.forgetProfile(ctx, sp, c, stone, at)
}

// forgetRest removes what hangs on each name of a person, and what on each id.
func (s *Store) forgetRest(ctx context.Context, sp shop.Space, names, ids []string, at time.Time) error {
	for _, p := range names {
		if err := s.forgetDeeds(ctx, sp, p, at); err != nil {
			return err
		}
	}
	for _, p := range ids {
		if err := s.forgetSegments(ctx, sp, p); err != nil {
			return err
		}
		if err := s.forgetEvents(ctx, sp, p); err != nil {
			return err
		}
	}
	return nil
}

// forgetNames parts the names of a customer, and gives them: what was used of limits
// stays used under each.
func (s *Store) forgetNames(ctx context.Context, sp shop.Space, c customer.Customer, at time.Time) ([]string, error) {
	held, err := s.Held(ctx, sp, c.Persons())
	if err != nil {
		return nil, err
	}
	for _, name := range namesOf(held) { // a backup may be from before it was theirs
		if _, err := s.settle(ctx, "dynamo.erase", s.journal(sp, name, at)); err != nil {
			return nil, err
		}
	}
	if err := s.parting(ctx, sp, c.Person); err != nil {
		return nil, err
	}
	if err := s.keepUses(ctx, sp, c.Person, append(c.Persons()[1:], namesOf(held)...)); err != nil {
		return nil, err
	}
	persons, err := s.forgetIdentities(ctx, sp, c, held, at)
	if err != nil {
		return nil, err
	}
	return persons, s.parted(ctx, sp, c.Person)
}

// forgetIdentities lets go of the addresses and numbers of a customer, and of the
// ids that were merged into it, and gives them with the customer's own hash. Who
// has one from now on is somebody new.
func (s *Store) forgetIdentities(ctx context.Context, sp shop.Space, c customer.Customer, held []customer.Held, at time.Time) ([]string, error) {
	persons := append(c.Persons(), namesOf(held)...)
	for _, p := range persons[1:] {
		w := s.erased(sp, p, at)
		w.update += ", same_as, same_since, unfolded"
		w.condition = w.isOneOf(c.Persons())
		if _, err := s.settle(ctx, "dynamo.erase", w); err != nil { // refused: it was let go of before
			return nil, err
		}
	}
	return persons, nil
}

// forgetDeeds removes what a person ordered, and the name from what was redeemed and issued.
func (s *Store) forgetDeeds(ctx context.Context, sp shop.Space, person string, at time.Time) error {
	err := s.eachUnder(ctx, figuresPK(sp, person), skOrders, func(row item) error {
		id := placedID(row)
		if err := s.forgetOrder(ctx, sp, id); err != nil {
			return err
		}
		return s.contribute(ctx, sp, id)
	})
	if err != nil {
		return err
	}
	err = s.eachUnder(ctx, figuresPK(sp, person), skRedeemed, func(row item) error { return s.stripRedemption(ctx, sp, row, at) })
	if err != nil {
		return err
	}
	issued := func(below string) ([]item, error) { return s.page(ctx, s.issuedTo(sp, person, below, maxBatch)) }
	return visit(attrIssued, issued, func(listed item) error {
		row, err := s.get(ctx, s.tables.Coupons, key(getStr(listed, attrPK), skCoupon))
		if err != nil {
			return err
		}
		return s.stripCoupon(ctx, sp, row, at)
	})
}

// forgetSegments lets an erased customer leave all segments. Somebody who came
// since under the same id is judged like anybody.
func (s *Store) forgetSegments(ctx context.Context, sp shop.Space, person string) error {
	if err := s.SettleSegments(ctx, sp, person); err != nil {
		return err
	}
	row, err := s.get(ctx, s.tables.People, profileKey(sp, person))
	if err != nil || row != nil && !erasing(row) && !merged(row) {
		return err
	}
	return s.drop(ctx, s.tables.People, notedKey(sp, person))
}

// forgetEvents removes the events that name the customer: of stages, and of what
// befell the profile and the consents.
func (s *Store) forgetEvents(ctx context.Context, sp shop.Space, person string) error {
	marked, err := s.get(ctx, s.tables.Coupons, personKey(sp, person))
	if err != nil {
		return err
	}
	for _, id := range getSet(marked, "erased_told") {
		if err := s.drop(ctx, s.tables.Events, eventKey(sp, id)); err != nil {
			return err
		}
	}
	return s.eachBeside(ctx, sp, person, skEvent, func(row item) error { return s.forgetEvent(ctx, sp, row, getTime(marked, "erased_at")) })
}

// forgetEvent removes an event, then the note of it, unless it is of somebody who came after.
func (s *Store) forgetEvent(ctx context.Context, sp shop.Space, note item, at time.Time) error {
	if getTime(note, "at").After(at) {
		return nil
	}
	if err := s.drop(ctx, s.tables.Events, eventKey(sp, getStr(note, attrSK)[len(skEvent):])); err != nil {
		return err
	}
	return s.drop(ctx, s.tables.People, keyOfRow(note))
}
