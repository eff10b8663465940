package dynamo

import (
	"testing"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/phone"
)

func profile(email string) customer.Profile {
	return customer.Profile{GivenName: "Anna", FamilyName: "Müller", Birthday: "1990-05-17", Email: email}
}

// draftCustomer is what a customer would become, unsaved.
func (s *side) draftCustomer(id string, prev customer.Customer, p customer.Profile) customer.Customer {
	s.t.Helper()
	become := func() (customer.Customer, error) {
		return customer.New(s.t.Context(), s.caller, id, p, phone.Read, s.now())
	}
	if prev.Exists() {
		become = func() (customer.Customer, error) { return prev.With(s.t.Context(), s.caller, p, phone.Read, s.now()) }
	}
	next, err := become()
	s.must(err)
	return next
}

func (s *side) saveCustomer(prev customer.Customer, p customer.Profile) customer.Customer {
	s.t.Helper()
	c, err := s.SaveCustomer(s.t.Context(), s.space, prev, s.draftCustomer("c-1", prev, p))
	s.must(err)
	return c
}

// try saves what may be refused, and wants what was there to be left alone.
func (s *side) try(what, id string, prev customer.Customer, p customer.Profile, want error) {
	s.t.Helper()
	next := s.draftCustomer(id, prev, p)
	before, _ := s.get(s.t.Context(), s.tables.People, profileKey(s.space, next.Person))
	_, err := s.SaveCustomer(s.t.Context(), s.space, prev, next)
	s.wants(what, err, want)
	after, _ := s.get(s.t.Context(), s.tables.People, profileKey(s.space, next.Person))
	if getNum(before, "version") != getNum(after, "version") || getStr(before, "doc") != getStr(after, "doc") {
		s.t.Errorf("%s changed %v to %v", what, before, after)
	}
}

func (s *side) setPerson(person, update string, values item) {
	s.t.Helper()
	_, err := s.settle(s.t.Context(), "test", write{table: s.tables.Coupons, key: personKey(s.space, person), update: update, values: values})
	s.must(err)
}

func TestSaveCustomerConditions(t *testing.T) {
	s := newSide(t)
	email := func(c customer.Customer) string { return c.Identities[0].Person }
	anna := s.saveCustomer(customer.Customer{}, profile("anna@example.org"))
	s.try("made twice", "c-1", customer.Customer{}, profile("anne@example.org"), fault.ErrStale)
	s.try("an address that is another's", "c-2", customer.Customer{}, profile("anna@example.org"), customer.ErrIdentityTaken)

	anne := s.saveCustomer(anna, profile("anne@example.org"))
	s.try("of a state that is past", "c-1", anna, profile("anni@example.org"), fault.ErrStale)
	s.try("an address that was another's", "c-2", customer.Customer{}, profile("anna@example.org"), customer.ErrIdentityTaken)
	for person, former := range map[string]bool{email(anna): true, email(anne): false} {
		row := s.row(personKey(s.space, person))
		if leads, _, err := s.canonical(t.Context(), s.space, person); err != nil || leads != anna.Person || getStr(row, "customer") != "c-1" || getBool(row, "former") != former {
			t.Errorf("%v leads to %s %v", row, leads, err)
		}
	}

	// What is merged away meanwhile belongs to another, whatever the profile says.
	s.setPerson(email(anne), "SET same_as = :o", item{":o": str("somebody")})
	s.try("giving up what is another's by now", "c-1", anne, customer.Profile{}, fault.ErrStale)
	merged := s.draftCustomer("c-3", customer.Customer{}, customer.Profile{})
	s.setPerson(merged.Person, "SET same_as = :o", item{":o": str(anna.Person)})
	s.try("made anew after a merge", "c-3", customer.Customer{}, customer.Profile{}, customer.ErrMerged)
}

// What is known of a guest stays when he becomes a customer.
func TestClaimKeepsFacts(t *testing.T) {
	s := newSide(t)
	draft := s.draftCustomer("c-1", customer.Customer{}, profile("anna@example.org"))
	for _, person := range []string{draft.Person, draft.Identities[0].Person} {
		s.setPerson(person, "SET orders_count = :n", item{":n": num(3)})
	}
	c := s.saveCustomer(customer.Customer{}, profile("anna@example.org"))
	for _, person := range []string{c.Person, c.Identities[0].Person} {
		if row := s.row(personKey(s.space, person)); getNum(row, "orders_count") != 3 || getStr(row, "customer") != "c-1" {
			t.Errorf("%v", row)
		}
	}
}
