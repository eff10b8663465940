package dynamo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/consent"
	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
)

// registered makes or changes a customer under any id.
func (s *side) registered(id string, p customer.Profile) customer.Customer {
	s.t.Helper()
	prev := s.named(id)
	c, err := s.SaveCustomer(s.t.Context(), s.space, prev, s.draftCustomer(id, prev, p))
	s.must(err)
	return c
}

// merge joins one customer in another as they are read now.
func (s *side) merge(store *Store, into, from string) error {
	ctx := s.t.Context()
	prev, err := store.Customer(ctx, s.space, into)
	if err != nil {
		return err
	}
	other, err := store.Customer(ctx, s.space, from)
	if err != nil {
		return err
	}
	_, err = store.MergeCustomers(ctx, s.space, prev, s.draftCustomer(prev.ID, prev, prev.Filled(other.Profile)), other)
	return err
}

func mailed(email string) customer.Profile { return customer.Profile{Email: email} }

// A merge is of what was read, in each of the rows that it hangs on.
func TestMergeConditions(t *testing.T) {
	for name, change := range map[string]func(s *side, into, from customer.Customer){
		"":                      func(*side, customer.Customer, customer.Customer) {},
		"the one has changed":   func(s *side, _, _ customer.Customer) { s.registered("c-1", mailed("new@example.org")) },
		"the other has changed": func(s *side, _, _ customer.Customer) { s.registered("c-2", mailed("new@example.org")) },
		"the one is erased":     func(s *side, into, _ customer.Customer) { s.erases(into) },
		"the other is erased":   func(s *side, _, from customer.Customer) { s.erases(from) },
		"the one is a third": func(s *side, into, _ customer.Customer) {
			s.must(s.merge(s.Store, s.registered("c-3", mailed("")).Person, into.Person))
		},
		"the other is a third": func(s *side, _, from customer.Customer) {
			s.must(s.merge(s.Store, s.registered("c-3", mailed("")).Person, from.Person))
		},
		"the other has joined a third": func(s *side, _, from customer.Customer) {
			s.must(s.merge(s.Store, from.Person, s.registered("c-3", mailed("")).Person))
		},
		"it was done": func(s *side, into, from customer.Customer) {
			s.clock.move(time.Second) // in the same moment it is the same merge
			s.must(s.merge(s.Store, into.Person, from.Person))
		},
		"the one's row is another's": func(s *side, into, _ customer.Customer) {
			s.setPerson(into.Person, "SET same_as = :o", item{":o": str("x")})
		},
		"the other's row is another's": func(s *side, _, from customer.Customer) {
			s.setPerson(from.Person, "SET same_as = :o", item{":o": str("x")})
		},
		"the one's row was erased": func(s *side, into, _ customer.Customer) {
			s.setPerson(into.Person, "SET erased_at = :o", item{":o": num(1)})
		},
		"the other's row was erased": func(s *side, _, from customer.Customer) {
			s.setPerson(from.Person, "SET erased_at = :o", item{":o": num(1)})
		},
		"the other has used a limit": func(s *side, _, from customer.Customer) {
			s.setPerson(from.Person, "SET counted = :o", item{":o": boolean(true)})
		},
		"the other has more to fold": func(s *side, _, from customer.Customer) {
			s.setPerson(from.Person, "ADD unfolded :o", item{":o": &types.AttributeValueMemberSS{Value: []string{"x"}}})
		},
		"the other's address is another's": func(s *side, _, from customer.Customer) {
			s.setPerson(from.Identities[0].Person, "SET same_as = :o", item{":o": str("x")})
		},
	} {
		s := newSide(t)
		into, from := s.registered("c-1", mailed("anna@example.org")), s.registered("c-2", mailed("anna@work.example"))
		next := s.draftCustomer("c-1", into, into.Profile).Absorbing(from, s.now())
		kept, lost := s.row(personKey(s.space, into.Person)), s.row(personKey(s.space, from.Person))
		change(s, into, from)
		refused, err := s.settle(t.Context(), "test", s.merging(s.space, into, next, from, kept, lost)...)
		s.must(err)
		if (refused == nil) != (name == "") {
			t.Errorf("%q: %v", name, refused)
		}
	}
}

func (s *side) erases(c customer.Customer) {
	s.t.Helper()
	_, err := s.EraseCustomer(s.t.Context(), s.space, c.Person)
	s.must(err)
}

// Who was merged brings along uses of limits: their own, and those they have not folded.
func TestMergeBringsUses(t *testing.T) {
	for _, counted := range []bool{false, true} {
		s := newSide(t)
		into, from := s.registered("c-1", mailed("anna@example.org")), s.registered("c-2", mailed("anna@work.example"))
		var want []string
		if counted {
			s.setPerson(from.Person, "SET counted = :yes ADD unfolded :o", item{":yes": boolean(true), ":o": &types.AttributeValueMemberSS{Value: []string{"x"}}})
			want = []string{from.Person, "x"}
		}
		s.must(s.merge(s.Store, into.Person, from.Person))
		got := getSet(s.row(personKey(s.space, into.Person)), "unfolded")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// However long the chain, addresses stay a hop or two away, and one once the relay was there.
func TestChainOfMerges(t *testing.T) {
	s := newSide(t)
	ctx := t.Context()
	var all []customer.Customer
	for n := range 12 {
		s.registered(fmt.Sprint("c-", n), mailed(fmt.Sprintf("old%d@example.org", n)))
		all = append(all, s.registered(fmt.Sprint("c-", n), mailed(fmt.Sprintf("now%d@example.org", n))))
		if n > 0 {
			s.must(s.merge(s.Store, all[n].Person, all[n-1].Person))
		}
	}
	end := all[11].Person
	hops := func(most int) {
		t.Helper()
		also := getSet(s.row(personKey(s.space, end)), "also") //nolint:contextcheck // the test's
		if len(also) != 12*2+11 {
			t.Errorf("%d lead there", len(also))
		}
		for _, p := range also {
			if leads, checks, err := s.canonical(ctx, s.space, p); err != nil || leads != end || len(checks) > 1+most {
				t.Errorf("%s leads to %s in %d hops: %v", p, leads, len(checks)-1, err)
			}
		}
	}
	hops(2)
	for _, c := range all {
		s.must(s.settlePerson(ctx, s.space, c.Person))
	}
	hops(1)
	held, err := s.Held(ctx, s.space, mustRead(s, end).Persons())
	if s.must(err); len(held) != 24 {
		t.Errorf("%d addresses", len(held))
	}
	if err := s.merge(s.Store, end, s.registered("c-x", mailed("")).Person); err != nil || len(mustRead(s, end).Joined) != 12 {
		t.Errorf("%v", err)
	}
}

func mustRead(s *side, person string) customer.Customer {
	s.t.Helper()
	c, err := s.Customer(s.t.Context(), s.space, person)
	s.must(err)
	return c
}

// Nobody is made to lead to somebody who does not know of it, or is somebody else by now.
func TestStraightenConditions(t *testing.T) {
	s := newSide(t)
	into := s.registered("c-1", mailed(""))
	s.registered("c-2", mailed("old@example.org"))
	from := s.registered("c-2", mailed("anna@work.example"))
	old := s.draftCustomer("c-9", customer.Customer{}, mailed("old@example.org")).Identities[0].Person
	s.must(s.merge(s.Store, into.Person, from.Person))
	ws := func() []write { return s.straightened(s.space, old, into.Person, s.row(personKey(s.space, old))) }
	stale := ws()
	s.setPerson(old, "SET same_as = :o", item{":o": str("x")})
	s.refuses("what leads elsewhere by now", stale...)
	s.setPerson(old, "SET same_as = :o", item{":o": str(from.Person)})
	s.setPerson(into.Person, "SET same_as = :o", item{":o": str("x")})
	s.refuses("to lead to who is somebody else", ws()...)
	s.setPerson(into.Person, "REMOVE same_as", nil)
	s.setPerson(into.Person, "DELETE also :o", item{":o": &types.AttributeValueMemberSS{Value: []string{old}}})
	s.refuses("to lead to who does not know", ws()...)
	s.setPerson(into.Person, "ADD also :o", item{":o": &types.AttributeValueMemberSS{Value: []string{old}}})
	if refused, err := s.settle(t.Context(), "test", ws()...); err != nil || refused != nil {
		t.Errorf("%v %v", refused, err)
	}
}

// No more than so many can be joined: each is read with the one.
func TestTooManyMerged(t *testing.T) {
	s := newSide(t)
	into, from := s.registered("c-1", mailed("")), s.registered("c-2", mailed(""))
	into.Joined = make([]customer.Joined, customer.MaxJoined)
	_, err := s.MergeCustomers(t.Context(), s.space, into, into, from)
	s.wants("one too many", err, customer.ErrTooManyMerged)
}

// The id of the one was somebody's who was erased; what the other ordered before that stays.
func TestMergeIntoAnIDOfOld(t *testing.T) {
	s := newSide(t)
	ctx := t.Context()
	from := s.registered("c-2", mailed("anna@work.example"))
	s.put(s.told("o-1", 1, func(t *order.Told) { t.Person = from.Person }))
	s.must(s.SettleOrder(ctx, s.space, "o-1"))
	s.clock.move(time.Minute)
	old := s.registered("c-1", mailed("anna@example.org"))
	s.erases(old)
	s.must(s.Store.erase(ctx, s.space, old.Person))
	into := s.registered("c-1", mailed("anna@example.org")) // in the same millisecond
	s.must(s.merge(s.Store, into.Person, from.Person))
	s.ordersGoWith(from.Person, into)
}

// ordersGoWith wants the order o-1 of who became a customer to count for that one, and to
// be gone once that one is erased.
func (s *side) ordersGoWith(person string, is customer.Customer) {
	s.t.Helper()
	ctx := s.t.Context()
	s.must(s.settlePerson(ctx, s.space, person))
	s.must(s.SettleOrder(ctx, s.space, "o-1"))
	if f, err := s.Figures(ctx, s.space, is.Person); err != nil || f.OrdersCount != 1 {
		s.t.Errorf("%+v %v", f, err)
	}
	s.clock.move(time.Minute)
	s.erases(is)
	s.must(s.Store.erase(ctx, s.space, is.Person))
	_, err := s.Order(ctx, s.space, "o-1")
	s.wants("an order of who was erased", err, fault.ErrNotFound)
}

// So it is with a guest's orders, once somebody has the id anew and claims the address.
func TestClaimByAnIDOfOld(t *testing.T) {
	s := newSide(t)
	ctx := t.Context()
	guest := s.draftCustomer("c-1", customer.Customer{}, mailed("guest@example.org")).Identities[0].Person
	s.put(s.told("o-1", 1, func(t *order.Told) { t.Person = guest }))
	s.must(s.SettleOrder(ctx, s.space, "o-1"))
	s.clock.move(time.Minute)
	old := s.registered("c-1", mailed("anna@example.org"))
	s.erases(old)
	s.must(s.Store.erase(ctx, s.space, old.Person))
	s.clock.move(time.Minute)
	is := s.registered("c-1", mailed("guest@example.org"))
	s.ordersGoWith(guest, is)
}

// What is said while somebody is merged is said before, or under the other's id, or refused.
func TestConsentsOfMerged(t *testing.T) {
	s := newSide(t)
	ctx := t.Context()
	into, from := s.registered("c-1", mailed("anna@example.org")), s.registered("c-2", mailed("anna@work.example"))
	asked := s.says(from, consent.Granted, 0)
	asked.Pending, asked.Consent.Status, asked.Consent.Address = "hash0000000000000", consent.Requested, from.Identities[0].Person
	asked.Consent.ConfirmUntil = s.now().Add(time.Hour)
	_, _, err := s.Consent(ctx, s.space, from, asked)
	s.must(err)
	_, _, err = s.Consent(ctx, s.space, into, s.says(into, consent.Granted, 1))
	s.must(err)
	_, said, err := s.standing(ctx, s.space, from.Person, marketing)
	s.must(err)
	s.must(s.merge(s.Store, into.Person, from.Person))
	_, _, err = s.Consent(ctx, s.space, from, s.says(from, consent.Granted, 2))
	s.wants("a consent of who was merged", err, fault.ErrNotFound)
	s.refuses("leaving by who was merged", s.instead(s.space, from.Person, said[0], consent.Leave("con_x", from, marketing, said[0], s.now())),
		write{table: s.tables.People, key: profileKey(s.space, from.Person), check: true, condition: isCustomer})
	s.may(into, true, "")
	s.clock.move(time.Minute)
	if _, err := s.ConfirmConsent(ctx, s.space, from.Person, "hash0000000000000"); err != nil {
		t.Errorf("confirming: %v", err)
	}
	s.may(into, false, consent.AddressNotConfirmed) // what was confirmed was another address
	into = s.registered("c-1", mailed("anna@work.example"))
	s.may(into, true, "")
	s.may(from, true, "") // asked by the former id
	s.must(s.WithdrawConsent(ctx, s.space, from.Person, marketing))
	s.may(into, false, consent.ConsentWithdrawn)
	s.may(from, false, consent.ConsentWithdrawn)
	if n := s.facts(mustRead(s, into.Person)); n != 4 {
		t.Errorf("%d facts", n)
	}
	s.must(s.WithdrawConsent(ctx, s.space, into.Person, marketing))
	if n := s.facts(mustRead(s, into.Person)); n != 4 {
		t.Errorf("left twice")
	}
}

// Two who merge in a ring, in both directions, twice, among orders, coupons, changes
// and erasures: in the end each order counts for who its customer is, once, or went with them.
func TestMergesRace(t *testing.T) {
	for round := range 6 {
		s := newSide(t)
		ctx, r := t.Context(), rand.New(rand.NewPCG(uint64(round), 7))
		ids, persons := []string{"c-0", "c-1", "c-2"}, []string{}
		for i, id := range ids {
			persons = append(persons, s.registered(id, mailed(fmt.Sprintf("a%d@example.org", i))).Person)
		}
		camp := s.campaign(0, 0)
		var wg sync.WaitGroup
		tries := func(call func(*Store) error) {
			store, pause := s.another(), time.Duration(r.IntN(20))*time.Millisecond
			wg.Go(func() {
				time.Sleep(pause)
				for range 20 {
					if err := call(store); !errors.Is(err, fault.ErrStale) && !errors.Is(err, fault.ErrUnavailable) {
						return
					}
				}
			})
		}
		for i, p := range persons {
			for range 2 {
				tries(func(st *Store) error { return s.merge(st, p, persons[(i+1)%3]) })
				tries(func(st *Store) error { return s.merge(st, p, persons[(i+2)%3]) })
			}
			for k := range 3 {
				id := fmt.Sprintf("o-%d-%d", i, k)
				s.issue(camp, "", func(is *coupon.Issue) { is.Person, is.Customer = p, ids[i] })
				told := s.told(id, 1, func(t *order.Told) { t.Person = p })
				tries(func(st *Store) error {
					if _, _, err := st.PutOrder(ctx, s.space, told); err != nil {
						return err
					}
					return st.SettleOrder(ctx, s.space, id)
				})
			}
			tries(func(st *Store) error {
				prev, err := st.Customer(ctx, s.space, p)
				if err != nil {
					return err
				}
				_, err = st.SaveCustomer(ctx, s.space, prev, s.draftCustomer(ids[i], prev, mailed(fmt.Sprintf("b%d@example.org", i)))) //nolint:contextcheck // the test's
				return err
			})
			tries(func(st *Store) error {
				c, err := st.Customer(ctx, s.space, p)
				if err == nil {
					_, _, err = st.Consent(ctx, s.space, c, s.says(c, consent.Granted, -10))
				}
				return err
			})
			tries(func(st *Store) error { return st.settlePerson(ctx, s.space, p) })
		}
		if erase := round % 2; erase == 1 {
			tries(func(st *Store) error { _, err := st.EraseCustomer(ctx, s.space, persons[0]); return err })
		}
		wg.Wait()
		s.clock.move(time.Second)
		for range 2 { // the relay comes late, twice, in any sequence
			for _, i := range r.Perm(3) {
				s.must(s.settlePerson(ctx, s.space, persons[i]))
				s.must(s.followPeople(ctx, s.space, "customer", persons[i], skProfile))
				s.must(s.Store.erase(ctx, s.space, persons[i]))
			}
		}
		s.homes(round, persons)
	}
}

// homes checks that each order counts for a living customer, or is gone, and that
// each coupon, address and consent is found from one.
func (s *side) homes(round int, persons []string) {
	s.t.Helper()
	ctx := s.t.Context()
	living, _, err := s.Customers(ctx, s.space, "", 10)
	s.must(err)
	orders, coupons, counted := 0, 0, int64(0)
	named, lead := map[string]int{}, map[string]int{}
	for _, c := range living {
		listed, _, err := s.Orders(ctx, s.space, order.Filter{Person: c.Person}, "", 100)
		s.must(err)
		f, err := s.Figures(ctx, s.space, c.Person)
		s.must(err)
		if f.OrdersCount != int64(len(listed)) {
			s.t.Errorf("%d: %s has %d orders, figures say %d", round, c.ID, len(listed), f.OrdersCount)
		}
		orders, counted = orders+len(listed), counted+f.OrdersCount
		has, _, err := s.Coupons(ctx, s.space, coupon.Filter{Person: c.Person}, "", 100)
		s.must(err)
		coupons += len(has)
		for _, p := range c.Persons() {
			named[p]++
		}
		held, err := s.Held(ctx, s.space, c.Persons())
		s.must(err)
		for _, h := range held {
			lead[h.Person]++
			if end, _, err := s.canonical(ctx, s.space, h.Person); err != nil || end != c.Person {
				s.t.Errorf("%d: an address of %s leads to %s", round, c.ID, end)
			}
		}
	}
	alive := 0
	for _, p := range persons {
		if named[p] > 1 {
			s.t.Errorf("%d: %s is %d customers", round, p, named[p])
		}
		if named[p] == 1 {
			alive++
		} else if row := s.row(personKey(s.space, p)); row["erased_at"] == nil || row["same_as"] != nil {
			s.t.Errorf("%d: %s is nobody: %v", round, p, row)
		}
	}
	if orders != 3*alive || counted != int64(3*alive) || coupons != 3*alive {
		s.t.Errorf("%d: of %d, %d orders, %d counted, %d coupons", round, alive, orders, counted, coupons)
	}
	for p, n := range lead {
		if n != 1 {
			s.t.Errorf("%d: %s is held by %d", round, p, n)
		}
	}
}

// Whoever erases somebody with whom others were merged may die after any write.
func TestErasureOfMergedSurvivesItsMaker(t *testing.T) {
	s := newSide(t)
	ctx := t.Context()
	for n, died := int64(0), true; died; n++ {
		if n > 150 {
			t.Fatal("no end")
		}
		anna := s.lives()
		middle, end := s.registered("c-2", mailed("")), s.registered("c-3", mailed("main@example.org"))
		s.must(s.merge(s.Store, middle.Person, anna.Person))
		s.must(s.followPeople(ctx, s.space, "customer", anna.Person, skProfile))
		s.must(s.merge(s.Store, end.Person, middle.Person))
		s.clock.ms.Add(1000)
		s.erases(end)
		died = s.dying(n).erase(ctx, s.space, end.Person) != nil
		s.must(s.Store.erase(ctx, s.space, end.Person))
		s.gone("after a death", anna)
		for _, c := range []customer.Customer{anna, middle, end} {
			if rows, err := s.ofCustomer(ctx, s.space, c.Person, "", "", 100); err != nil || len(rows) != 0 {
				t.Errorf("%v %v", rows, err)
			}
			if row := s.row(personKey(s.space, c.Person)); row["erased_at"] == nil || row["same_as"] != nil || row["also"] != nil || row["customer"] != nil {
				t.Errorf("%v", row)
			}
		}
		s.clock.ms.Add(1000)
	}
}

// A backup from before the merge has the two apart; the journal erases both, one
// from after it has them as they were.
func TestReplayedErasuresOfMerged(t *testing.T) {
	for _, apart := range []bool{true, false} {
		s := newSide(t)
		ctx := t.Context()
		live := func() (anna, end customer.Customer) {
			anna, end = s.lives(), s.registered("c-3", mailed("main@example.org"))
			if !apart {
				s.must(s.merge(s.Store, end.Person, anna.Person))
			}
			return anna, end
		}
		anna, end := live()
		if apart {
			s.must(s.merge(s.Store, end.Person, anna.Person))
		}
		s.clock.ms.Add(5000)
		s.erases(end)
		s.must(s.Store.erase(ctx, s.space, end.Person))
		s.clock.ms.Add(-5000)
		anna, end = live() // as the backup has it
		s.clock.ms.Add(5000)
		n := 0
		s.must(s.Erasures(ctx, func(e Erasure) error {
			if e.Space == s.space {
				n++
				return s.EraseAgain(ctx, e)
			}
			return nil
		}))
		for range 2 {
			for _, c := range []customer.Customer{anna, end} {
				s.must(s.Store.erase(ctx, s.space, c.Person))
			}
		}
		if s.gone("replayed", anna); n != 4 { // two ids, two addresses
			t.Errorf("%d entries", n)
		}
	}
}
