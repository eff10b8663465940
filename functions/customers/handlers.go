package customers

import (
	"context"
	"errors"
	"strconv"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/phone"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// IDInput names a customer.
type IDInput struct {
	ID string `path:"id" maxLength:"128" doc:"Your own id." example:"c-1001"`
}

// person checks the id and says whose it is.
func (in IDInput) person(ctx context.Context) (string, error) {
	ref := customer.Ref{ID: in.ID}
	if err := ref.Check("id"); err != nil {
		return "", err
	}
	return ref.Person(ctx, shop.CallerFrom(ctx))
}

// Output is a customer with its ETag.
type Output struct {
	Status int
	ETag   string `header:"ETag"`
	Body   customer.Customer
}

func newOutput(status int, c customer.Customer, err error) (*Output, error) {
	if err != nil {
		return nil, err
	}
	return &Output{status, etag(c), c}, nil
}

func etag(c customer.Customer) string { return `"` + strconv.FormatInt(c.Version, 10) + `"` }

// find reads the customer, or the one into whom that one was merged.
func (h handler) find(ctx context.Context, in IDInput) (customer.Customer, error) {
	person, err := in.person(ctx)
	if err != nil {
		return customer.Customer{}, err
	}
	sp := shop.CallerFrom(ctx).Space
	c, err := h.store.Customer(ctx, sp, person)
	if errors.Is(err, customer.ErrMerged) || errors.Is(err, customer.ErrErasing) {
		return h.store.FindCustomer(ctx, sp, person)
	}
	return c, err
}

// own reads the customer to be changed: by no former id.
func (h handler) own(ctx context.Context, in IDInput) (customer.Customer, error) {
	person, err := in.person(ctx)
	if err != nil {
		return customer.Customer{}, err
	}
	return h.store.Customer(ctx, shop.CallerFrom(ctx).Space, person)
}

func (h handler) get(ctx context.Context, in *IDInput) (*Output, error) {
	c, err := h.find(ctx, *in)
	return newOutput(200, c, err)
}

// ListOutput is what a search found; for a page of all customers see CustomersOutput.
type ListOutput struct{ Body *web.List[customer.Customer] }

// SearchInput says whom to find.
type SearchInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: nothing changes."`
	Body           CustomerSearch
}

// CustomerSearch is the body of a search.
type CustomerSearch struct {
	ID           string `json:"id,omitzero" minLength:"1" maxLength:"128" example:"c-1001"`
	Email        string `json:"email,omitzero" minLength:"3" maxLength:"254" example:"anna@example.org"`
	Phone        string `json:"phone,omitzero" minLength:"3" maxLength:"40" example:"+493012345678"`
	PhoneCountry string `json:"phone_country,omitzero" minLength:"2" maxLength:"2" example:"DE"`
}

// person says who is asked for.
func (s CustomerSearch) person(ctx context.Context, caller shop.Caller) (string, error) {
	given := 0
	for _, text := range []string{s.ID, s.Email, s.Phone} {
		if text != "" {
			given++
		}
	}
	switch ref := (customer.Ref{ID: s.ID, Email: s.Email}); {
	case given != 1:
		return "", customer.ErrSearchUnclear
	case s.Phone != "":
		number, ok := phone.Read(s.Phone, s.PhoneCountry)
		if !ok {
			return "", customer.ErrPhoneInvalid.At("phone")
		}
		return customer.ByPhone(ctx, caller, number)
	case s.Email != "":
		if ref.Check("") != nil {
			return "", customer.ErrEmailInvalid.At("email")
		}
		return ref.Person(ctx, caller)
	default:
		if err := ref.Check("id"); err != nil {
			return "", err
		}
		return ref.Person(ctx, caller)
	}
}

func (h handler) search(ctx context.Context, in *SearchInput) (*ListOutput, error) {
	caller := shop.CallerFrom(ctx)
	person, err := in.Body.person(ctx, caller)
	if err != nil {
		return nil, err
	}
	c, err := h.store.FindCustomer(ctx, caller.Space, person)
	found := []customer.Customer{c}
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		found, err = nil, nil
	}
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, "search", found, "")
	return &ListOutput{page}, err
}

// DuplicatesOutput are customers who may be the same person.
type DuplicatesOutput struct {
	Body *web.List[customer.Duplicate]
}

func (h handler) duplicates(ctx context.Context, in *IDInput) (*DuplicatesOutput, error) {
	c, err := h.find(ctx, *in)
	if err != nil {
		return nil, err
	}
	caller := shop.CallerFrom(ctx)
	found, err := h.store.Duplicates(ctx, caller.Space, c)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, "duplicates", found, "")
	return &DuplicatesOutput{page}, err
}
