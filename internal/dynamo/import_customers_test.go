package dynamo

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/phone"
)

func (s *side) importOfCustomers(on customer.OnExisting) coupon.Import {
	s.t.Helper()
	i, err := s.CreateImport(s.t.Context(), s.space, coupon.ImportIssue{OnExisting: on, Now: s.now()}, idem.Key{})
	s.must(err)
	return i
}

// enrol imports a part with these customers, each by id.
func (s *side) enrol(store *Store, i coupon.Import, ids ...string) (coupon.ImportPart, error) {
	s.t.Helper()
	lines := make([]customer.Line, len(ids))
	for n, id := range ids {
		p := customer.Profile{GivenName: "Anna", Email: id + "@example.org"}
		lines[n] = customer.Line{Number: n + 2, Customer: s.draftCustomer(id, customer.Customer{}, p)}
	}
	p := i.Part(s.caller, 1, "text/csv", fmt.Append(nil, ids), len(ids))
	return store.ImportCustomers(s.t.Context(), s.space, i, p, lines, func(ctx context.Context, prev, line customer.Customer) (customer.Customer, error) {
		return prev.With(ctx, s.caller, line.Profile, phone.Read, s.now())
	})
}

// named reads who has an id now; the zero customer: nobody.
func (s *side) named(id string) customer.Customer {
	s.t.Helper()
	c, err := s.Customer(s.t.Context(), s.space, s.draftCustomer(id, customer.Customer{}, customer.Profile{}).Person)
	if !errors.Is(err, fault.ErrNotFound) && !errors.Is(err, customer.ErrMerged) {
		s.must(err)
	}
	return c
}

// A part of customers that dies goes on where it stopped: what it did it does no
// second time, though it was changed or erased since.
func TestImportOfCustomersGoesOnAfterItDied(t *testing.T) {
	ids := []string{"c-1", "c-2", "c-3", "c-4"}
	for dies := range 8 { // with the claim, among the customers, with the report
		t.Run(fmt.Sprint(dies), func(t *testing.T) {
			s := newSide(t)
			s.saveCustomer(customer.Customer{}, customer.Profile{GivenName: "Before"}) // c-1
			_, err := s.SaveCustomer(t.Context(), s.space, customer.Customer{}, s.draftCustomer("c-0", customer.Customer{}, profile("c-2@example.org")))
			s.must(err)
			i := s.importOfCustomers(customer.Replace)
			dead, writes := errors.New("dead"), 0
			s.wire.fail = func(any) error {
				if writes++; writes > dies {
					return dead
				}
				return nil
			}
			if _, err := s.enrol(s.Store, i, ids...); err == nil && dies < 6 {
				t.Fatal("it did not die")
			}
			s.wire.fail = nil
			s.clock.move(time.Second)
			changed, erased := s.named("c-1"), s.named("c-4")
			if changed.GivenName == "Anna" {
				changed = s.saveCustomer(changed, customer.Profile{GivenName: "Anne"})
			}
			if erased.Exists() {
				_, err := s.EraseCustomer(t.Context(), s.space, erased.Person)
				s.must(err)
				s.must(s.Store.erase(t.Context(), s.space, erased.Person))
				s.clock.move(time.Second)
			}
			p, err := s.enrol(s.another(), i, ids...)
			s.must(err)
			again, err := s.enrol(s.Store, i, ids...)
			s.must(err)
			if fmt.Sprint(p) != fmt.Sprint(again) || p.Refused[0].Line != 3 || p.Refused[0].Code != "identity_taken" {
				t.Errorf("%+v\n%+v", p, again)
			}
			if now := s.named("c-1"); changed.GivenName == "Anne" && now.GivenName != "Anne" || now.GivenName == "Before" {
				t.Errorf("%+v", now)
			}
			if erased.Exists() && dies < 6 && (s.named("c-4").Exists() || len(p.Refused) != 2 || p.Refused[1].Code != "customer_erased_since") {
				t.Errorf("who was erased is back: %+v", p)
			}
			if sums, err := s.Import(t.Context(), s.space, i.ID); err != nil || sums.Parts != 1 || sums.Accepted+sums.Refused != 4 || sums.Refused != int64(len(p.Refused)) {
				t.Errorf("%+v %v", sums, err)
			}
		})
	}
}

// Between reading and writing anything may happen to a line's customer.
func TestImportOfCustomersIsOvertaken(t *testing.T) {
	for what, c := range map[string]struct {
		on       customer.OnExisting
		happens  func(s *side)
		refused  string
		skipped  int64
		survivor string
	}{
		"made meanwhile, replaced": {on: customer.Replace, survivor: "Anna", happens: func(s *side) {
			s.saveCustomer(customer.Customer{}, customer.Profile{GivenName: "Rival"})
		}},
		"made meanwhile, skipped": {on: customer.Skip, survivor: "Rival", skipped: 1, happens: func(s *side) {
			s.saveCustomer(customer.Customer{}, customer.Profile{GivenName: "Rival"})
		}},
		"made and erased meanwhile": {on: customer.Replace, refused: "customer_erased_since", happens: func(s *side) {
			rival := s.saveCustomer(customer.Customer{}, customer.Profile{GivenName: "Rival"})
			_, err := s.EraseCustomer(s.t.Context(), s.space, rival.Person)
			s.must(err)
			s.must(s.Store.erase(s.t.Context(), s.space, rival.Person))
		}},
		"made and merged meanwhile": {on: customer.Replace, refused: "customer_merged", happens: func(s *side) {
			former := s.saveCustomer(customer.Customer{}, customer.Profile{GivenName: "Rival"})
			stays, err := s.SaveCustomer(s.t.Context(), s.space, customer.Customer{}, s.draftCustomer("c-2", customer.Customer{}, customer.Profile{}))
			s.must(err)
			_, err = s.MergeCustomers(s.t.Context(), s.space, stays, stays, former)
			s.must(err)
		}},
	} {
		t.Run(what, func(t *testing.T) {
			s := newSide(t)
			i, done := s.importOfCustomers(c.on), false
			rival := *s
			rival.Store = New(newClient(), testTables, s.clock.now)
			s.wire.fail = func(input any) error {
				if _, ok := input.(*dynamodb.TransactWriteItemsInput); ok && !done {
					done = true
					c.happens(&rival)
				}
				return nil
			}
			p, err := s.enrol(s.Store, i, "c-1")
			s.must(err)
			refused := ""
			for _, r := range p.Refused {
				refused = r.Code
			}
			if refused != c.refused || p.Skipped != c.skipped || s.named("c-1").GivenName != c.survivor || p.Accepted()+p.Skipped+int64(len(p.Refused)) != 1 {
				t.Errorf("%+v, %+v", p, s.named("c-1"))
			}
		})
	}
}

// The same part many times at once, and the same customers in two imports: each
// customer is made once, and the sums are those of one try.
func TestImportsOfCustomersInARace(t *testing.T) {
	s := newSide(t)
	imports := []coupon.Import{s.importOfCustomers(customer.Skip), s.importOfCustomers(customer.Skip)}
	stores := []*Store{s.Store, s.another(), s.another()}
	ids := make([]string, 12)
	for n := range ids {
		ids[n] = fmt.Sprint("c-", n)
	}
	var g errgroup.Group
	for n := range 8 {
		g.Go(func() error {
			for {
				_, err := s.enrol(stores[n%3], imports[n%2], ids...)
				if !errors.Is(err, fault.ErrUnavailable) {
					return err
				}
			}
		})
	}
	s.must(g.Wait())
	var accepted int64
	for _, i := range imports {
		sums, err := s.Import(t.Context(), s.space, i.ID)
		s.must(err)
		if accepted += sums.Accepted; sums.Parts != 1 || sums.Accepted+sums.Skipped != 12 {
			t.Errorf("%+v", sums)
		}
	}
	listed, _, err := s.Customers(t.Context(), s.space, "", 100)
	if err != nil || len(listed) != 12 || accepted != 12 {
		t.Errorf("%d customers, %d accepted: %v", len(listed), accepted, err)
	}
	for _, c := range listed {
		if c.Version != 1 {
			t.Errorf("%+v", c)
		}
	}
}

// An outage refuses no line: the part is not done.
func TestOutageIsNoRefusal(t *testing.T) {
	s := newSide(t)
	i := s.importOfCustomers(customer.Replace)
	s.wire.fail = func(input any) error {
		if in, ok := input.(*dynamodb.TransactWriteItemsInput); ok && len(in.TransactItems) > 2 {
			return errors.New("out")
		}
		return nil
	}
	_, err := s.enrol(s.Store, i, "c-1", "c-2")
	s.wants("a part in an outage", err, fault.ErrUnavailable)
	_, err = s.ImportedPart(t.Context(), s.space, i.ID, 1)
	s.wants("its report", err, fault.ErrNotFound)
}
