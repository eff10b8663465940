package dynamo

import (
	"sync"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
)

var marketing = consent.Subject{Purpose: "marketing", Channel: consent.Email}

// says is a fact about marketing by e-mail that occurred so many seconds from now.
func (s *side) says(c customer.Customer, status consent.Status, seconds int) consent.Told {
	s.t.Helper()
	in, err := consent.NewTold(s.caller, c, consent.Wish{
		Subject: marketing, Status: status, Evidence: consent.Evidence{Source: "checkout", TextVersion: "v1"},
		OccurredAt: s.now().Add(time.Duration(seconds) * time.Second),
	}, "", nil, s.now())
	s.must(err)
	return in
}

func (s *side) may(c customer.Customer, want bool, reason consent.Reason) {
	s.t.Helper()
	may, why, err := s.MayContact(s.t.Context(), s.space, c.Person, marketing)
	if err != nil || may != want || why != reason {
		s.t.Errorf("%v %s %v, want %v %s", may, why, err, want, reason)
	}
}

func (s *side) facts(c customer.Customer) int {
	s.t.Helper()
	facts, _, err := s.ConsentFacts(s.t.Context(), s.space, c, "", 100)
	s.must(err)
	return len(facts)
}

func (s *side) erase(c customer.Customer) {
	s.t.Helper()
	_, err := s.settle(s.t.Context(), "test", write{table: s.tables.People, item: key("x", "x")}, write{table: s.tables.People, remove: true, key: profileKey(s.space, c.Person)})
	s.must(err)
}

func TestConsentConditions(t *testing.T) {
	s := newSide(t)
	ctx := t.Context()
	anna := s.saveCustomer(customer.Customer{}, profile("anna@example.org"))
	s.may(customer.Customer{Person: "nobody"}, false, consent.CustomerUnknown)
	s.may(anna, false, consent.ConsentMissing)
	granted := s.says(anna, consent.Granted, -10)
	for i, again := range []bool{false, true} {
		if f, got, err := s.Consent(ctx, s.space, anna, granted); err != nil || got != again || f.ID != granted.Consent.ID {
			t.Errorf("%d: %v %v", i, got, err)
		}
	}
	s.may(anna, true, "")
	for _, earlier := range []consent.Status{consent.Denied, consent.Withdrawn} { // told late, it no longer counts
		_, _, err := s.Consent(ctx, s.space, anna, s.says(anna, earlier, -20))
		s.must(err)
	}
	s.may(anna, true, "")
	_, _, err := s.Consent(ctx, s.space, anna, s.says(anna, consent.Withdrawn, -10)) // at the same instant
	s.must(err)
	s.may(anna, false, consent.ConsentWithdrawn)
	if n := s.facts(anna); n != 4 {
		t.Errorf("%d facts", n)
	}
	s.erase(anna)
	_, _, err = s.Consent(ctx, s.space, anna, s.says(anna, consent.Granted, -5))
	s.wants("of somebody erased", err, fault.ErrNotFound)
	s.wants("leaving nobody", s.WithdrawConsent(ctx, s.space, anna.Person, consent.Subject{Purpose: "surveys", Channel: consent.SMS}), nil)
	if n := s.facts(anna); n != 4 {
		t.Errorf("%d facts of somebody erased", n)
	}
}

// asks for a consent that is to be confirmed.
func (s *side) asks(c customer.Customer, hash string) {
	s.t.Helper()
	in, err := consent.NewTold(s.caller, c, consent.Wish{
		Subject: marketing, Status: consent.Granted, Evidence: consent.Evidence{Source: "checkout", TextVersion: "v1"}, DoubleOptIn: true,
	}, "", nil, s.now())
	s.must(err)
	in.Pending = hash
	_, _, err = s.Consent(s.t.Context(), s.space, c, in)
	s.must(err)
}

func TestConfirmConditions(t *testing.T) {
	s := newSide(t)
	anna := s.saveCustomer(customer.Customer{}, profile("anna@example.org"))
	confirm := func(hash string, want error) {
		t.Helper()
		_, err := s.ConfirmConsent(t.Context(), s.space, anna.Person, hash)
		s.wants(hash, err, want)
	}
	confirm("unknownunknownunknown", consent.ErrTokenInvalid)
	s.asks(anna, "onetimeonetimeonetime")
	s.clock.move(consent.ConfirmWithin - time.Millisecond)
	s.asks(anna, "latelatelatelatelatel")
	confirm("onetimeonetimeonetime", nil)
	s.clock.move(time.Minute)
	confirm("onetimeonetimeonetime", nil)
	s.may(anna, true, "")
	if n := s.facts(anna); n != 3 {
		t.Errorf("%d facts", n)
	}
	// What was withdrawn later than it is confirmed stays so.
	_, _, err := s.Consent(t.Context(), s.space, anna, s.says(anna, consent.Withdrawn, 60))
	s.must(err)
	s.asks(anna, "overtakenovertakenove")
	confirm("overtakenovertakenove", nil)
	s.may(anna, false, consent.ConsentWithdrawn)
	s.asks(anna, "erasederasederaserase")
	s.clock.move(consent.ConfirmWithin - time.Minute)
	confirm("latelatelatelatelatel", consent.ErrTokenExpired)
	s.clock.move(30 * time.Second)
	confirm("latelatelatelatelatel", consent.ErrTokenExpired)
	s.erase(anna)
	before := s.facts(anna)
	confirm("erasederasederaserase", consent.ErrTokenInvalid)
	if n := s.facts(anna); n != before {
		t.Errorf("%d facts of somebody erased", n-before)
	}
}

// Of two who leave from the same state one does, and a fact in between is not lost.
func TestLeaveConditions(t *testing.T) {
	s := newSide(t)
	anna := s.saveCustomer(customer.Customer{}, profile("anna@example.org"))
	_, _, err := s.Consent(t.Context(), s.space, anna, s.says(anna, consent.Granted, 200))
	s.must(err)
	_, said, err := s.standing(t.Context(), s.space, anna.Person, marketing)
	s.must(err)
	counts := said[0]
	put := func(id string) bool {
		t.Helper()
		refused, err := s.settle(t.Context(), "test", s.instead(s.space, anna.Person, counts, consent.Leave(id, anna, marketing, counts, s.now())))
		s.must(err)
		return refused == nil
	}
	if !put("con_1") || put("con_2") {
		t.Error("two left from one state")
	}
	s.may(anna, false, consent.ConsentWithdrawn)
	counts = consent.Consent{}
	if put("con_3") {
		t.Error("a first consent in the place of another")
	}
	s.must(s.WithdrawConsent(t.Context(), s.space, anna.Person, marketing))
	if n := s.facts(anna); n != 1 {
		t.Errorf("%d facts", n)
	}
}

// Who is erased between the read and the write has nothing written about him.
func TestLeaveMeetsErasure(t *testing.T) {
	s := newSide(t)
	anna := s.saveCustomer(customer.Customer{}, profile("anna@example.org"))
	_, _, err := s.Consent(t.Context(), s.space, anna, s.says(anna, consent.Granted, -5))
	s.must(err)
	eraser := *s
	eraser.Store = New(newClient(), testTables, s.clock.now)
	var once sync.Once
	s.wire.fail = func(any) error {
		once.Do(func() { eraser.erase(anna) })
		return nil
	}
	s.must(s.WithdrawConsent(t.Context(), s.space, anna.Person, marketing))
	if n := s.facts(anna); n != 1 {
		t.Errorf("%d facts", n)
	}
}
