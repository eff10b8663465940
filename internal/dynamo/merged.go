package dynamo

import (
	"context"
	"errors"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// mergedInto says who a customer is who was merged.
func (s *Store) mergedInto(ctx context.Context, sp shop.Space, person string) error {
	c, err := s.FindCustomer(ctx, sp, person)
	if errors.Is(err, fault.ErrNotFound) { // that one is being erased, and this one with it
		return customer.ErrErasing.At("id")
	}
	if err != nil {
		return err
	}
	return customer.ErrMerged.At("id").Arg("customer", c.ID)
}

// straighten makes those who lead to a person lead straight to who that is by now,
// where they go by way of somebody who was merged. So hops stay few, however
// often customers are merged. It may be done at any time, by several at once.
func (s *Store) straighten(ctx context.Context, sp shop.Space, person string, also []string) error {
	if len(also) == 0 {
		return nil
	}
	end, _, err := s.canonical(ctx, sp, person)
	if err != nil {
		return err
	}
	keys := make([]item, len(also))
	for i, p := range also {
		keys[i] = personKey(sp, p)
	}
	rows, err := s.batch(ctx, s.tables.Coupons, keys, true)
	if err != nil {
		return err
	}
	return sideBySide(ctx, len(also), func(ctx context.Context, i int) error {
		row := rows[rowID(keys[i])]
		if to := getStr(row, "same_as"); to == "" || to == end {
			return nil
		}
		_, err := s.settle(ctx, "dynamo.straighten", s.straightened(sp, also[i], end, row)...)
		return err // refused: it leads elsewhere by now, or the other one is merged or erased
	})
}

// straightened are the writes that let somebody lead to a person, of whom that is noted.
func (s *Store) straightened(sp shop.Space, person, end string, row item) []write {
	return []write{
		{
			table: s.tables.Coupons, key: personKey(sp, person), update: "SET same_as = :end, same_since = :now", condition: "same_as = :seen",
			values: item{":end": str(end), ":now": moment(s.now()), ":seen": row["same_as"]},
		},
		{
			table: s.tables.Coupons, key: personKey(sp, end), check: true, condition: "attribute_not_exists(same_as) AND contains(also, :person)",
			values: item{":person": str(person)},
		},
	}
}
