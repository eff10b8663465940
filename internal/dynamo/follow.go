package dynamo

import (
	"context"
	"errors"
	"strings"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// Follow makes true what follows from a row's change; see package stream for
// what that asks of every function that is called here. A row that nothing
// follows from is followed up by doing nothing.
func (s *Store) Follow(ctx context.Context, r stream.Record) error {
	sp, rest, ok := cutSpace(r.PK)
	if !ok {
		return nil // no shop's
	}
	kind, id, _ := strings.Cut(rest, "#")
	switch {
	case r.Table == s.tables.Campaigns && kind == "campaign" && r.SK == skHead:
		return s.SettleCampaign(ctx, sp, id)
	case r.Table == s.tables.Campaigns && kind == "settings":
		return s.SettleThresholds(ctx, sp)
	case r.Table == s.tables.Orders:
		return s.followOrders(ctx, sp, kind, id, r.SK)
	case r.Table == s.tables.Coupons:
		return s.followCoupons(ctx, sp, kind, r)
	case r.Table == s.tables.People:
		return s.followPeople(ctx, sp, kind, id, r.SK)
	}
	return nil
}

// cutSpace tells whose row it is by its partition key.
func cutSpace(pk string) (sp shop.Space, rest string, ok bool) {
	id, rest, ok := strings.Cut(pk, "#")
	if !ok {
		return shop.Space{}, "", false
	}
	side, rest, ok := strings.Cut(rest, "#")
	sp = shop.Space{Shop: shop.Prefix + id, Live: side == "live"}
	return sp, rest, ok && side == sp.Side()
}

// SettleCampaign tells what befell a campaign, and sees to it that it is looked
// after when something will.
func (s *Store) SettleCampaign(ctx context.Context, sp shop.Space, id string) error {
	c, err := s.campaign(ctx, sp, id)
	if errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if next := c.Next(s.now()); !next.IsZero() {
		if err := s.remind(ctx, next, queue.Task{Kind: coupon.LookAfterCampaign, Space: sp, ID: id}); err != nil {
			return err
		}
	}
	return s.tell(ctx, sp, c.Events(sp, s.now())...)
}
