package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/idem"
)

// crowd measures a shop with as many automatic campaigns as there may be, of
// which every order fits all: five of them apply to it, beside a code. It is
// measured last, since from then on the shop is no ordinary one.
func (c *counter) crowd(ctx context.Context, s *stage, rounds int) ([]Count, error) {
	for i := range coupon.MaxAutomatic {
		d := coupon.Definition{Name: fmt.Sprintf("bench automatic %d", i), Automatic: true, Terms: coupon.Terms{
			Rewards: []coupon.Reward{{Type: coupon.PercentOff, PercentOff: "1"}},
			Rules:   coupon.Rules{MinimumAmount: int64(100 + i), Currency: "EUR"},
			Reason:  coupon.Reason{German: "weil Sommer ist", English: "because it is summer"},
		}}
		if _, err := c.watched.house.Operator.CreateCampaign(ctx, c.watched.caller.Space, d, idem.Key{}); err != nil {
			return nil, err
		}
	}
	fresh, err := s.newCounter(ctx) // whose caches do not know yet that there are none
	if err != nil {
		return nil, err
	}
	var out []Count
	for _, op := range []operation{
		{"validate unique, 50 automatic", fresh.goods.validations},
		{"redeem unique, 50 automatic", fresh.goods.redemptions},
		{"offers, 50 automatic", fresh.goods.offers},
	} {
		n, err := fresh.count(ctx, op, rounds)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.name, err)
		}
		out = append(out, n)
	}
	return out, c.end(ctx)
}

// end makes the shop an ordinary one again, for the parts of the run that follow.
func (c *counter) end(ctx context.Context) error {
	store, space := c.watched.house.Operator, c.watched.caller.Space
	all, err := store.Automatic(ctx, space)
	if err != nil {
		return err
	}
	for _, campaign := range all {
		if _, err := store.SetPaused(ctx, space, campaign.ID, true); err != nil {
			return err
		}
	}
	return nil
}

// offers are of a customer with a hundred coupons, of ten campaigns.
func (g *goods) offers(ctx context.Context, n int) ([]call, error) {
	for range 10 {
		camp, err := g.campaign(ctx, 1)
		if err != nil {
			return nil, err
		}
		err = side(10, func(int) error {
			body := fmt.Sprintf(`{"campaign":%q,"customer":"c-1"}`, camp.ID)
			_, err := g.do(ctx, call{"/v1/coupons", body, http.StatusCreated, `"object":"coupon"`})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return each(n, func(int) call {
		body := fmt.Sprintf(`{"customer":"c-1","order":%s}`, g.order())
		return call{"/v1/offers", body, http.StatusOK, `"discount":490`}
	}), nil
}
