package dynamo

import (
	"context"
	"errors"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Settings reads a side's settings; none were made where there is no row.
func (s *Store) Settings(ctx context.Context, sp shop.Space) (coupon.Settings, error) {
	set := coupon.Settings{Object: "settings", Livemode: sp.Live}
	row, err := s.get(ctx, s.tables.Campaigns, settingsKey(sp))
	if err != nil {
		return set, err
	}
	set.FactsFromOrders = getBool(row, "facts_from_orders")
	return set, errors.Join(getDocument(row, "margin_floor", &set.MarginFloor), getDocument(row, "stages", &set.Stages))
}

// SetSettings puts settings in the place of those before. Of two at once the
// later stays, and sending them twice is sending them once.
func (s *Store) SetSettings(ctx context.Context, sp shop.Space, set coupon.Settings) error {
	row := settingsKey(sp)
	row["margin_floor"], row["stages"] = document(set.MarginFloor), document(set.Stages)
	row["facts_from_orders"] = boolean(set.FactsFromOrders)
	_, err := s.settle(ctx, "dynamo.SetSettings", write{table: s.tables.Campaigns, item: row})
	s.settings.forget(space(sp))
	return err
}

// MarginFloor gives the shop's own floor, from a cache of a few seconds.
func (s *Store) MarginFloor(ctx context.Context, sp shop.Space) (coupon.MarginFloor, error) {
	set, err := s.cachedSettings(ctx, sp)
	return set.MarginFloor, err
}

// Stages gives the shop's thresholds of loyalty, from the same cache.
func (s *Store) Stages(ctx context.Context, sp shop.Space) (customer.Thresholds, error) {
	set, err := s.cachedSettings(ctx, sp)
	return set.Stages, err
}

func (s *Store) cachedSettings(ctx context.Context, sp shop.Space) (coupon.Settings, error) {
	return s.settings.get(ctx, space(sp), func(ctx context.Context) (coupon.Settings, error) { return s.Settings(ctx, sp) })
}
