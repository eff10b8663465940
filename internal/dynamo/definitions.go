package dynamo

import (
	"context"
	"fmt"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// meaning is what a code's first four characters say: whose random code it is,
// which batch's, or that the shop's named codes begin so. It is written once and
// never changes.
type meaning struct{ campaign, batch string }

func (m meaning) named() bool { return m.campaign == "" }

// Target finds what a code names without reading a random coupon itself: its
// prefix leads to the campaign, and the coupon's id is a keyed hash of the code.
func (s *Store) Target(ctx context.Context, sp shop.Space, secrets shop.Secrets, code coupon.Code) (coupon.Target, error) {
	m, err := s.meaning(ctx, sp, code)
	if err != nil {
		return coupon.Target{}, err
	}
	target := coupon.Target{Coupon: coupon.Coupon{ID: coupon.ID(secrets, code), Code: code.Grouped()}}
	campaign := m.campaign
	switch {
	case m.batch != "":
		target.Coupon, err = s.batchedCoupon(ctx, sp, m.batch, code)
	case m.named():
		target.Coupon, err = s.namedCoupon(ctx, sp, target.Coupon.ID)
		campaign = target.Coupon.Campaign
	}
	if err != nil {
		return coupon.Target{}, err
	}
	target.Campaign, err = s.cachedCampaign(ctx, sp, campaign)
	return target, err
}

func (s *Store) meaning(ctx context.Context, sp shop.Space, code coupon.Code) (meaning, error) {
	return s.prefixes.get(ctx, space(sp)+code.Prefix(), func(ctx context.Context) (meaning, error) {
		return s.prefix(ctx, sp, code.Prefix())
	})
}

func (s *Store) prefix(ctx context.Context, sp shop.Space, prefix string) (meaning, error) {
	row, err := s.get(ctx, s.tables.Campaigns, prefixKey(sp, prefix))
	if err == nil && row == nil {
		err = coupon.ErrUnknown
	}
	return meaning{getStr(row, "campaign_id"), getStr(row, "batch_id")}, err
}

// namedCoupon gives a shared code's coupon as it was some seconds ago at most. A
// named code for one use was imported: its row is its seat, and is asked with
// every redemption, so only what never changes of it is given.
func (s *Store) namedCoupon(ctx context.Context, sp shop.Space, id string) (coupon.Coupon, error) {
	return s.shared.get(ctx, space(sp)+id, func(ctx context.Context) (coupon.Coupon, error) {
		c, err := s.Coupon(ctx, sp, id)
		if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
			err = coupon.ErrUnknown
		}
		if err == nil && !c.Shared {
			c = coupon.Coupon{ID: c.ID, Code: c.Code, Campaign: c.Campaign, CampaignVersion: c.CampaignVersion}
		}
		return c, err
	})
}

func (s *Store) cachedCampaign(ctx context.Context, sp shop.Space, id string) (coupon.Campaign, error) {
	return s.campaigns.get(ctx, space(sp)+id, func(ctx context.Context) (coupon.Campaign, error) {
		return s.campaign(ctx, sp, id)
	})
}

// Terms gives one version of a campaign's terms.
func (s *Store) Terms(ctx context.Context, sp shop.Space, campaign string, version int) (coupon.Terms, error) {
	sk := termsSK(version)
	return s.terms.get(ctx, space(sp)+campaign+sk, func(ctx context.Context) (coupon.Terms, error) {
		row, err := s.get(ctx, s.tables.Campaigns, campaignKey(sp, campaign, sk))
		if err != nil {
			return coupon.Terms{}, err
		}
		if row == nil {
			return coupon.Terms{}, fault.ErrInternal.In("dynamo.Terms").Because(fmt.Errorf("%s has no terms %s", campaign, sk))
		}
		var t coupon.Terms
		return t, getDocument(row, "terms", &t)
	})
}
