package dynamo

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Become gives what a customer who exists becomes by a line of an import.
type Become = func(ctx context.Context, prev, line customer.Customer) (customer.Customer, error)

// ImportCustomers makes customers of a part's lines, each by the transaction that
// PUT makes, and then closes the part with its report. If it dies in between, the
// same part again goes on. A profile says which part has told it last: that one
// tells it no second time, whatever was changed since.
func (s *Store) ImportCustomers(ctx context.Context, sp shop.Space, imp coupon.Import, p coupon.ImportPartIssue, lines []customer.Line, become Become) (coupon.ImportPart, error) {
	began := s.now()
	begun, err := s.beginPart(ctx, sp, p)
	if err != nil {
		return coupon.ImportPart{}, err
	}
	if getNum(begun, "finished_at") > 0 {
		return readPart(p.Import, p.Number, begun)
	}
	if begun != nil {
		began = getTime(begun, "began_at")
	}
	e := enrolling{
		Store: s, space: sp, skip: imp.OnExisting == customer.Skip, again: begun != nil, become: become,
		told: customer.Told{By: fmt.Sprintf("%s#%d", imp.ID, p.Number), At: began},
	}
	if err := e.all(ctx, lines, &p.ImportPart); err != nil {
		return coupon.ImportPart{}, err
	}
	return s.finishPart(ctx, sp, p.Sorted())
}

// enrolling is one part whose lines are becoming customers.
type enrolling struct {
	*Store
	space  shop.Space
	skip   bool // who is there already
	again  bool // the part came before
	told   customer.Told
	become Become
}

// customersAtOnce bounds the transactions of a part: each has some ten rows, and a
// table that has had no load before takes some thousand a second. A thousand
// lines are done within a few seconds.
const customersAtOnce = 16

var errSkipped = errors.New("the customer is there already")

// all makes the customers, and notes who was refused and who skipped.
func (e enrolling) all(ctx context.Context, lines []customer.Line, p *coupon.ImportPart) error {
	there, err := e.present(ctx, lines)
	if err != nil {
		return err
	}
	outcomes := make([]error, len(lines))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(customersAtOnce)
	for i, l := range lines {
		g.Go(func() error {
			outcomes[i] = e.one(ctx, there[l.Customer.Person], l.Customer)
			if !errors.Is(outcomes[i], errSkipped) && fault.IsOutage(outcomes[i]) {
				return outcomes[i] // the part is not done
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, outcome := range outcomes {
		if errors.Is(outcome, errSkipped) {
			p.Skipped++
		} else if f, refused := fault.As(outcome); refused {
			p.Refused = append(p.Refused, coupon.Line{Number: lines[i].Number}.Refused(customer.Impersonal(f)))
		}
	}
	return nil
}

// present reads those who are there already.
func (e enrolling) present(ctx context.Context, lines []customer.Line) (map[string]customer.Customer, error) {
	persons := make([]string, len(lines))
	for i, l := range lines {
		persons[i] = l.Customer.Person
	}
	found, err := e.customersOf(ctx, e.space, persons)
	there := make(map[string]customer.Customer, len(found))
	for _, c := range found {
		there[c.Person] = c
	}
	return there, err
}

// one makes a line's customer, or changes the one who is there.
func (e enrolling) one(ctx context.Context, prev, line customer.Customer) error {
	for n := range maxTries {
		if n > 0 { // somebody came in between
			if err := wait(ctx, n); err != nil {
				return failed("dynamo.ImportCustomers", err)
			}
			var err error
			if prev, err = e.Customer(ctx, e.space, line.Person); err != nil && !errors.Is(err, fault.ErrNotFound) {
				return err
			}
		}
		if prev.Told.By == e.told.By {
			return nil
		}
		if n > 0 || e.again {
			if err := e.lasting(ctx, line.Person); err != nil {
				return err
			}
		}
		err := e.tellOnce(ctx, prev, line)
		if !errors.Is(err, fault.ErrStale) {
			return err
		}
	}
	return fault.ErrUnavailable.In("dynamo.ImportCustomers")
}

// lasting refuses who was erased after the part first came: what was told up to
// then is to go, and stays gone.
func (e enrolling) lasting(ctx context.Context, person string) error {
	row, err := e.get(ctx, e.tables.Coupons, personKey(e.space, person))
	if at := getTime(row, "erased_at"); err == nil && !at.IsZero() && !at.Before(e.told.At) {
		return customer.ErrErasedSince.At("id")
	}
	return err
}

func (e enrolling) tellOnce(ctx context.Context, prev, next customer.Customer) (err error) {
	if prev.Exists() {
		if e.skip {
			return errSkipped
		}
		if next, err = e.become(ctx, prev, next); err != nil || next.Same(prev.Profile) {
			return err
		}
	}
	next.Told = e.told
	_, err = e.SaveCustomer(ctx, e.space, prev, next)
	return err
}
