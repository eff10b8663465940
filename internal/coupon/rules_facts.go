package coupon

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// FactsSource tells what is known of the customer of a request.
type FactsSource interface {
	// FactsAbout gives the facts about a person; those that are unknown are left out.
	FactsAbout(ctx context.Context, space shop.Space, person string) (customer.Facts, error)
}

// FactsFromCall are what the caller says of the customer it names.
type FactsFromCall customer.Facts

// FactsAbout implements FactsSource.
func (f FactsFromCall) FactsAbout(context.Context, shop.Space, string) (customer.Facts, error) {
	return customer.Facts(f), nil
}

// CheckFacts refuses facts that cannot be, that are about nobody, or that a
// browser sends: anybody could say anything of themselves there.
func CheckFacts(c shop.Caller, who customer.Ref, f customer.Facts) error {
	switch {
	case f.IsZero():
		return nil
	case c.Publishable():
		return customer.ErrTokenRequired.At("customer_facts")
	case who.IsZero():
		return ErrFieldMissing.At("customer")
	}
	return f.Check("customer_facts")
}

// Knowing gives the request with what the source knows of its customer.
func (r Request) Knowing(ctx context.Context, s FactsSource) (Request, error) {
	if r.Customer.IsZero() {
		return r, nil
	}
	var err error
	r.Facts, err = s.FactsAbout(ctx, r.Space, r.Person)
	return r, err
}
