package dynamo

import (
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// lives lets a customer come into being, with something of each kind.
func (s *side) lives() customer.Customer {
	s.t.Helper()
	anna := s.saveCustomer(customer.Customer{}, profile("anna@example.org"))
	_, _, err := s.Consent(s.t.Context(), s.space, anna, s.says(anna, consent.Granted, 1))
	s.must(err)
	s.put(s.told("o-1", 1, func(t *order.Told) { t.Person = anna.Person }))
	s.must(s.SettleOrder(s.t.Context(), s.space, "o-1"))
	s.must(s.followPeople(s.t.Context(), s.space, "customer", anna.Person, skProfile))
	s.clock.ms.Add(1000)
	return anna
}

// gone checks that nothing is left of her.
func (s *side) gone(what string, c customer.Customer) {
	s.t.Helper()
	ctx := s.t.Context()
	rows, err := s.ofCustomer(ctx, s.space, c.Person, "", "", 100)
	s.must(err)
	_, orderErr := s.Order(ctx, s.space, "o-1")
	f, err := s.Figures(ctx, s.space, c.Person)
	s.must(err)
	listed, _, err := s.Customers(ctx, s.space, "", 100)
	s.must(err)
	_, eventErr := s.Event(ctx, s.space, c.Events(s.space)[0].ID)
	identity := s.row(personKey(s.space, c.Identities[0].Person))
	signal, err := s.get(ctx, s.tables.People, key(signalPK(s.space, c.Signals[0].Hash), c.Person))
	s.must(err)
	s.wants(what+": the order", orderErr, fault.ErrNotFound)
	s.wants(what+": the event", eventErr, fault.ErrNotFound)
	if len(rows) != 0 || f.OrdersCount != 0 || len(listed) != 0 || identity["same_as"] != nil || signal != nil || len(s.placedRows("o-1")) != 0 {
		s.t.Errorf("%s: %v, %v, %v, %v, %v, %v", what, rows, f, listed, identity, signal, s.placedRows("o-1"))
	}
}

// Whoever erases may die after any write: somebody else goes on, and it ends the same.
func TestErasureSurvivesItsMaker(t *testing.T) {
	s := newSide(t)
	for n, died := int64(0), true; died; n++ {
		if n > 100 {
			t.Fatal("no end")
		}
		anna := s.lives()
		e, err := s.EraseCustomer(t.Context(), s.space, anna.Person)
		s.must(err)
		again, err := s.EraseCustomer(t.Context(), s.space, anna.Person)
		s.must(err)
		if again != e {
			t.Errorf("%v, again %v", e, again)
		}
		died = s.dying(n).erase(t.Context(), s.space, anna.Person) != nil
		s.must(s.Store.erase(t.Context(), s.space, anna.Person))
		s.gone("after a death", anna)
		if _, err := s.Event(t.Context(), s.space, e.Event(s.space).ID); err != nil {
			t.Errorf("the erasure was not told: %v", err)
		}
		s.clock.ms.Add(1000)
	}
}

// A restored backup has her again; the journal says that she was erased. Who came after stays.
func TestReplayedErasures(t *testing.T) {
	s := newSide(t)
	anna := s.lives()
	var mine []Erasure
	_, err := s.EraseCustomer(t.Context(), s.space, anna.Person)
	s.must(err)
	s.must(s.Store.erase(t.Context(), s.space, anna.Person))
	s.must(s.Erasures(t.Context(), func(e Erasure) error {
		if e.Space == s.space && e.Person != anna.Identities[0].Person {
			mine = append(mine, e)
		}
		return nil
	}))
	if len(mine) != 1 || mine[0].Person != anna.Person || !mine[0].At.Equal(s.now()) {
		t.Fatalf("%v", mine)
	}
	s.clock.ms.Add(-1000 - 1000) // as the backup has it
	anna = s.lives()
	s.clock.ms.Add(1000)
	s.must(s.EraseAgain(t.Context(), mine[0]))
	s.must(s.Store.erase(t.Context(), s.space, anna.Person))
	s.gone("replayed", anna)

	s.clock.ms.Add(int64(time.Minute / time.Millisecond))
	anna = s.lives()
	s.must(s.EraseAgain(t.Context(), mine[0]))
	s.must(s.Store.erase(t.Context(), s.space, anna.Person))
	if _, err := s.Customer(t.Context(), s.space, anna.Person); err != nil {
		t.Errorf("who came after: %v", err)
	}
	if r, err := s.Order(t.Context(), s.space, "o-1"); err != nil || r.Person != anna.Person {
		t.Errorf("her order: %v", err)
	}
	if row := s.row(personKey(s.space, anna.Person)); getStr(row, "customer") != "c-1" {
		t.Errorf("%v", row)
	}
}

// A backup from before an address was theirs has what a guest ordered by it. Who has the
// address after the erasure stays, with all that the row says, also in a second replay.
func TestReplayedErasureOfWhoWasAGuest(t *testing.T) {
	s := newSide(t)
	ctx := t.Context()
	guest := s.draftCustomer("c-1", customer.Customer{}, mailed("guest@example.org")).Identities[0].Person
	orders := func(id string) {
		s.put(s.told(id, 1, func(t *order.Told) { t.Person = guest })) //nolint:contextcheck // the test's
		s.must(s.SettleOrder(ctx, s.space, id))
		s.must(s.SettleFigures(ctx, s.space, guest))
	}
	replay := func() {
		s.must(s.Erasures(ctx, func(e Erasure) error {
			if e.Space != s.space {
				return nil
			}
			s.must(s.EraseAgain(ctx, e))
			return s.Store.erase(ctx, s.space, e.Person)
		}))
	}
	orders("o-1")
	s.clock.move(time.Minute)
	is := s.registered("c-1", mailed("guest@example.org"))
	s.erases(is)
	s.must(s.Store.erase(ctx, s.space, is.Person))
	s.clock.move(-time.Minute) // as the backup has it
	for _, p := range []string{guest, is.Person} {
		s.setPerson(p, "REMOVE erased_at, erased_told, counted", nil)
	}
	orders("o-1")
	s.clock.move(2 * time.Minute)
	replay()
	_, err := s.Order(ctx, s.space, "o-1")
	s.wants("the order of a guest who was erased", err, fault.ErrNotFound)
	orders("o-2")
	replay()
	if f, err := readFigures(s.row(personKey(s.space, guest))); err != nil || f.OrdersCount != 1 {
		t.Errorf("of a guest who came after: %+v %v", f, err)
	}
	next := s.registered("c-2", mailed("guest@example.org"))
	s.setPerson(guest, "REMOVE erased_at", nil) // as a backup from that very moment may have it
	replay()
	if row := s.row(personKey(s.space, guest)); getStr(row, "same_as") != next.Person || getStr(row, "customer") != "c-2" || row["erased_at"] == nil {
		t.Errorf("of who has the address by now: %v", row)
	}
}

// What was read of a person no longer holds once that one was erased.
func TestErasureConditions(t *testing.T) {
	s := newSide(t)
	anna := s.lives()
	s.put(s.told("o-2", 1, func(t *order.Told) { t.Person = anna.Person }))
	settling := s.settling("o-2") // read before the erasure
	s.clock.ms.Add(1000)
	_, err := s.EraseCustomer(t.Context(), s.space, anna.Person)
	s.must(err)
	s.refuses("an order settled behind the erasure's back", settling...)
	s.try("made while she is erased", "c-1", customer.Customer{}, profile("anni@example.org"), customer.ErrErasing)
	s.try("changed while she is erased", "c-1", anna, profile("anni@example.org"), customer.ErrErasing)
	_, _, err = s.Consent(t.Context(), s.space, anna, s.says(anna, consent.Granted, 2))
	s.wants("a consent of who is erased", err, fault.ErrNotFound)
	_, err = s.Customer(t.Context(), shop.Space{Shop: s.space.Shop, Live: !s.space.Live}, anna.Person)
	s.wants("on the other side", err, fault.ErrNotFound)
	s.must(s.followPeople(t.Context(), s.space, "customer", anna.Person, skProfile)) // parks nothing
}
