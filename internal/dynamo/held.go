package dynamo

import (
	"context"
	"slices"
	"strings"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Held lists all addresses and numbers by which a customer is known, or was, under
// any of these ids: the first is that of now, the others were merged into it.
func (s *Store) Held(ctx context.Context, sp shop.Space, persons []string) ([]customer.Held, error) {
	var out []customer.Held
	for i, person := range persons {
		held, err := s.heldBy(ctx, sp, person)
		if err != nil {
			return nil, err
		}
		for _, h := range held {
			if slices.ContainsFunc(out, func(other customer.Held) bool { return other.Person == h.Person }) {
				continue
			}
			h.Former = h.Former || i > 0
			out = append(out, h)
		}
	}
	return out, nil
}

func (s *Store) heldBy(ctx context.Context, sp shop.Space, person string) ([]customer.Held, error) {
	var out []customer.Held
	err := s.eachBeside(ctx, sp, person, skIdentity, func(row item) error {
		out = append(out, customer.Held{
			Field: getStr(row, "field"), Person: strings.TrimPrefix(getStr(row, attrSK), skIdentity),
			Former: getBool(row, "former"), Since: getTime(row, "since"),
		})
		return nil
	})
	return out, err
}

// ReturnsOf lists what came back of an order.
func (s *Store) ReturnsOf(ctx context.Context, sp shop.Space, id string) ([]order.Return, error) {
	return s.returnsOf(ctx, sp, id)
}
