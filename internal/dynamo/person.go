package dynamo

import (
	"context"
	"fmt"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// maxHops bounds how often a person is found to be somebody else: an address of a
// customer who was merged, more than once.
const maxHops = 8

// canonical finds who a keyed hash is by now: an address may have become a
// customer's, a customer may have been merged into another. The checks hold a
// transaction to what was found, so that nothing is written to somebody who is
// somebody else at that moment.
func (s *Store) canonical(ctx context.Context, sp shop.Space, person string) (string, []write, error) {
	var checks []write
	for range maxHops {
		row, err := s.get(ctx, s.tables.Coupons, personKey(sp, person))
		if err != nil {
			return "", nil, err
		}
		check := write{check: true, table: s.tables.Coupons, key: personKey(sp, person), condition: "attribute_not_exists(same_as)"}
		next := getStr(row, "same_as")
		if next == "" {
			return person, append(checks, check), nil
		}
		check.condition, check.values = "same_as = :next", item{":next": str(next)}
		checks, person = append(checks, check), next
	}
	return "", nil, fault.ErrInternal.In("dynamo.canonical").Because(fmt.Errorf("a person is somebody else %d times", maxHops))
}
