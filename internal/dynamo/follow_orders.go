package dynamo

import (
	"context"
	"strings"

	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// followOrders makes true what follows from a row in Orders. What an order counts
// for, and which redemptions are its, is settled where that is written.
func (s *Store) followOrders(ctx context.Context, sp shop.Space, kind, id, sk string) error {
	switch {
	case kind == "order" && (sk == skOrder || strings.HasPrefix(sk, skReturns)):
		return s.SettleOrder(ctx, sp, id)
	case kind == "person" && sk == skFigures:
		return s.SettleFigures(ctx, sp, id)
	}
	return nil
}

// followCoupons makes true what follows from a row in Coupons: of a seat, the link
// from its order; of a person, where its orders count. The partition of a seat
// begins with the id of a coupon, a batch or a campaign, no other's does.
func (s *Store) followCoupons(ctx context.Context, sp shop.Space, kind string, r stream.Record) error {
	switch {
	case kind == "person":
		return s.settlePerson(ctx, sp, r.SK)
	case len(kind) == ident.Length(ident.Size) && !strings.HasSuffix(r.PK, skLedger):
		return s.SettleRedemption(ctx, sp, r.PK, r.SK)
	}
	return nil
}
