package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// SettleFigures lays a person's figures beside the coupons, where campaigns may
// ask for them: the newest that were read stay. What counts for a person who is
// somebody else by now is not asked of this row any more.
func (s *Store) SettleFigures(ctx context.Context, sp shop.Space, person string) error {
	row, err := s.get(ctx, s.tables.Orders, figuresKey(sp, person))
	if err != nil || row == nil {
		return err
	}
	_, err = s.settle(ctx, "dynamo.SettleFigures", write{
		table: s.tables.Coupons, key: personKey(sp, person),
		update:    "SET figures = :figures, recent = :recent, facts_version = :version",
		condition: "(attribute_not_exists(facts_version) OR facts_version < :version) AND attribute_not_exists(same_as)",
		values:    item{":figures": row["figures"], ":recent": row["recent"], ":version": row["version"]},
	})
	if err != nil { // a refusal is none: a newer one is there, or the person is somebody else
		return err
	}
	return s.settleStage(ctx, sp, person)
}

// FactsBeside gives the facts that orders and segments tell of a person; none where
// the shop has not said that it tells all its orders. Somebody without an order has
// none then; somebody whom no segment has judged yet may be in any.
func (s *Store) FactsBeside(ctx context.Context, sp shop.Space, by coupon.FactsBy) (customer.Facts, error) {
	set, err := s.cachedSettings(ctx, sp)
	if err != nil || !set.FactsFromOrders {
		return customer.Facts{}, err
	}
	_, row, err := s.nowIs(ctx, sp, by.Person)
	if err != nil {
		return customer.Facts{}, err
	}
	f, err := readFigures(row)
	if err != nil {
		return customer.Facts{}, err
	}
	facts := customer.FactsAt(f, set.Stages, by.Order, by.Currency, by.Now)
	facts.Segments = getNames(row, "segments")
	return facts, nil
}

// settlePerson moves what counts for a person who has become somebody else, and
// looks after the limits, the stage and the segments of one who has not.
func (s *Store) settlePerson(ctx context.Context, sp shop.Space, person string) error {
	row, err := s.get(ctx, s.tables.Coupons, personKey(sp, person))
	switch {
	case err != nil || row == nil:
		return err
	case getStr(row, "same_as") == "":
		if err := s.settleFolds(ctx, sp, person, row); err != nil {
			return err
		}
		return s.settleBeside(ctx, sp, person)
	}
	if err := s.SettleSegments(ctx, sp, person); err != nil { // in none any more
		return err
	}
	if err := s.straighten(ctx, sp, person, getSet(row, "also")); err != nil {
		return err
	}
	return s.Rehome(ctx, sp, person)
}

// settleBeside looks after what hangs on the figures beside the coupons.
func (s *Store) settleBeside(ctx context.Context, sp shop.Space, person string) error {
	if err := s.settleStage(ctx, sp, person); err != nil {
		return err
	}
	return s.SettleSegments(ctx, sp, person)
}
