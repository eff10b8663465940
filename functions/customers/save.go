package customers

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/phone"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web/patch"
)

// Match is the state that a change is meant for.
type Match struct {
	IfMatch string `header:"If-Match" maxLength:"64" doc:"The ETag of the state to change."`
}

// bound reports whether the change is for one state alone.
func (m Match) bound() bool { return m.IfMatch != "" && m.IfMatch != "*" }

// permits reports whether that state may be changed. No state is not "any".
func (m Match) permits(c customer.Customer) bool {
	if m.bound() {
		return strings.TrimPrefix(m.IfMatch, "W/") == etag(c)
	}
	return m.IfMatch == "" || c.Exists()
}

// PutInput is a whole customer.
type PutInput struct {
	IDInput
	Match
	Body customer.Profile
}

// ChangeInput is a patch for a customer.
type ChangeInput struct {
	IDInput
	Match
	Body patch.Of[customer.Profile]
}

func (h handler) put(ctx context.Context, in *PutInput) (*Output, error) {
	return h.save(ctx, in.IDInput, in.Match, true, func(customer.Profile) (customer.Profile, error) { return in.Body, nil })
}

func (h handler) change(ctx context.Context, in *ChangeInput) (*Output, error) {
	return h.save(ctx, in.IDInput, in.Match, false, in.Body.Apply)
}

// maxRaces bounds how often a change without If-Match is made anew on the state that overtook it.
const maxRaces = 10

// save changes a customer, or makes one where make allows it.
func (h handler) save(ctx context.Context, id IDInput, m Match, mayMake bool, change func(customer.Profile) (customer.Profile, error)) (*Output, error) {
	person, err := id.person(ctx)
	if err != nil {
		return nil, err
	}
	sp := shop.CallerFrom(ctx).Space
	for range maxRaces {
		prev, err := h.store.Customer(ctx, sp, person)
		if mayMake && errors.Is(err, fault.ErrNotFound) {
			prev, err = customer.Customer{}, nil
		}
		if err != nil {
			return nil, err
		}
		if !m.permits(prev) {
			return nil, fault.ErrStale.At("If-Match")
		}
		next, err := h.next(ctx, id.ID, prev, change)
		if err != nil {
			return nil, err
		}
		if prev.Exists() && next.Same(prev.Profile) {
			return newOutput(http.StatusOK, prev, nil)
		}
		status := http.StatusOK
		if !prev.Exists() {
			status = http.StatusCreated
		}
		c, err := h.store.SaveCustomer(ctx, sp, prev, next)
		if m.bound() || !errors.Is(err, fault.ErrStale) {
			return newOutput(status, c, err)
		}
	}
	return nil, fault.ErrUnavailable.In("customers.save")
}

// next is what the customer becomes.
func (h handler) next(ctx context.Context, id string, prev customer.Customer, change func(customer.Profile) (customer.Profile, error)) (customer.Customer, error) {
	p, err := change(prev.Profile)
	if err != nil {
		return customer.Customer{}, err
	}
	caller, now := shop.CallerFrom(ctx), h.front.Now()
	if err := p.Check(now, phone.Read); err != nil {
		return customer.Customer{}, err
	}
	if prev.Exists() {
		return prev.With(ctx, caller, p, phone.Read, now)
	}
	return customer.New(ctx, caller, id, p, phone.Read, now)
}
