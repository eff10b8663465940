package customers

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// EraseInput names a customer to erase.
type EraseInput struct {
	IDInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: doing it twice is doing it once."`
}

// EraseOutput is an erasure that has begun.
type EraseOutput struct{ Body customer.Erasure }

func (h handler) erase(ctx context.Context, in *EraseInput) (*EraseOutput, error) {
	person, err := in.person(ctx)
	if err != nil {
		return nil, err
	}
	e, err := h.store.EraseCustomer(ctx, shop.CallerFrom(ctx).Space, person)
	if err != nil {
		return nil, err
	}
	return &EraseOutput{e}, nil
}
