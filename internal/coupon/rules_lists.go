package coupon

import (
	"slices"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
)

// What fields of rules are held to when they are saved.

// firstOf gives the first that is wrong.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// bounds wants the lower bound, where there are both, not to lie above the upper.
func bounds(upper string, low, high int64) error {
	if low < 0 || high < 0 || high > 0 && low > high {
		return ErrBoundsReversed.At(upper)
	}
	return nil
}

// apart refuses what is wanted and excluded at once.
func apart[T comparable](at string, wanted, excluded []T) error {
	for i, v := range excluded {
		if slices.Contains(wanted, v) {
			return ErrContradiction.At(fieldAt(at, i))
		}
	}
	return nil
}

func oneOf(at, value string, allowed ...string) error {
	if !slices.Contains(allowed, value) {
		return fault.ErrInvalid.At(at)
	}
	return nil
}

// each holds every element of a list to a check, which names the field.
func each[T any](at string, list []T, check func(T, string) error) error {
	for i, v := range list {
		if err := check(v, fieldAt(at, i)); err != nil {
			return err
		}
	}
	return nil
}

func country(code, at string) error {
	if !order.Country(code) {
		return order.ErrCountryUnknown.At(at).Arg("country", code)
	}
	return nil
}

func customerID(id, at string) error { return customer.Ref{ID: id}.Check(at) }

func stage(s customer.Stage, at string) error {
	if !s.Valid() {
		return fault.ErrInvalid.At(at)
	}
	return nil
}

// contradiction refuses what is chosen and excepted at once, and names that are none.
func (s Selection) contradiction(at string) error {
	return firstOf(
		each(at+".skus", s.SKUs, notEmpty), each(at+".categories", s.Categories, notEmpty),
		each(at+".except_skus", s.ExceptSKUs, notEmpty), each(at+".except_categories", s.ExceptCategories, notEmpty),
		apart(at+".except_skus", s.SKUs, s.ExceptSKUs), apart(at+".except_categories", s.Categories, s.ExceptCategories),
	)
}

func notEmpty(s, at string) error {
	if s == "" {
		return fault.ErrInvalid.At(at)
	}
	return nil
}
