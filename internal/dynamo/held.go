package dynamo

import (
	"context"
	"strings"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Held lists all addresses and numbers by which a customer is known, or was.
func (s *Store) Held(ctx context.Context, sp shop.Space, person string) ([]customer.Held, error) {
	var out []customer.Held
	for below := ""; ; {
		rows, err := s.ofCustomer(ctx, sp, person, skIdentity, below, maxBatch)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			out = append(out, customer.Held{
				Field: getStr(row, "field"), Person: strings.TrimPrefix(getStr(row, attrSK), skIdentity),
				Former: getBool(row, "former"), Since: getTime(row, "since"),
			})
		}
		if len(rows) < maxBatch {
			return out, nil
		}
		below = getStr(rows[len(rows)-1], attrSK)
	}
}

// ReturnsOf lists what came back of an order.
func (s *Store) ReturnsOf(ctx context.Context, sp shop.Space, id string) ([]order.Return, error) {
	return s.returnsOf(ctx, sp, id)
}
