package customers

import (
	"context"
	"errors"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/phone"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

func (h handler) merges(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/customers/{id}/merge", ID: "merge_customers", Tag: tag, Scope: shop.CustomersWrite,
		Errors: []int{404, 409}, Summary: "Join two customers who are one person",
		Doc: "What is told of `from` counts for `id` from now on, and what was told already: orders, coupons, consents with their evidence, " +
			"addresses and numbers, uses of limits. The profile of `id` stays, and takes over what it lacks from the other's: a name, a " +
			"salutation, a postal address each as a whole, language, e-mail address, phone number, birthday, time zone, and tags and metadata up " +
			"to 50. Of consents what was said last counts, for each purpose and channel; at the same instant a withdrawal wins. A grant " +
			"holds for the address that it was given for, and not for one that only the other customer had. Both ids lead to `id`: reads by " +
			"the former answer with it, changes are 409 `customer_merged`. There is no way back. Figures follow within a few seconds. " +
			"Doing it twice is doing it once. Up to 50 customers can be joined in one.",
	}, h.merge)
}

// MergeInput says which two are one.
type MergeInput struct {
	IDInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: doing it twice is doing it once."`
	Body           CustomerMerge
}

// CustomerMerge is the body of a merge.
type CustomerMerge struct {
	From string `json:"from" minLength:"1" maxLength:"128" doc:"Your own id of the customer who is joined in the other." example:"c-1002"`
}

// ends says which two are meant.
func (in MergeInput) ends(ctx context.Context) (into, from string, err error) {
	if into, err = in.person(ctx); err != nil {
		return "", "", err
	}
	ref := customer.Ref{ID: in.Body.From}
	if err := ref.Check("from"); err != nil {
		return "", "", err
	}
	from, err = ref.Person(ctx, shop.CallerFrom(ctx))
	if err == nil && into == from {
		err = customer.ErrMergeItself.At("from")
	}
	return into, from, err
}

func (h handler) merge(ctx context.Context, in *MergeInput) (*Output, error) {
	into, from, err := in.ends(ctx)
	if err != nil {
		return nil, err
	}
	for range maxRaces {
		c, err := h.mergeOnce(ctx, into, from)
		if !errors.Is(err, fault.ErrStale) {
			return newOutput(http.StatusOK, c, err)
		}
	}
	return nil, fault.ErrUnavailable.In("customers.merge")
}

// mergeOnce joins the two as they are now, or finds that they are.
func (h handler) mergeOnce(ctx context.Context, into, from string) (customer.Customer, error) {
	caller := shop.CallerFrom(ctx)
	prev, err := h.store.Customer(ctx, caller.Space, into)
	if err != nil {
		return prev, err
	}
	other, err := h.store.Customer(ctx, caller.Space, from)
	if errors.Is(err, customer.ErrMerged) {
		is, found := h.store.FindCustomer(ctx, caller.Space, from)
		switch {
		case found == nil && is.Person == prev.Person:
			return is, nil
		case found != nil && !errors.Is(found, fault.ErrNotFound): // nobody: that one is being erased
			err = found
		}
	}
	if f, ok := fault.As(err); ok {
		err = f.At("from")
	}
	if err != nil {
		return other, err
	}
	next, err := prev.With(ctx, caller, prev.Filled(other.Profile), phone.Read, h.front.Now())
	if err != nil {
		return next, err
	}
	return h.store.MergeCustomers(ctx, caller.Space, prev, next, other)
}
