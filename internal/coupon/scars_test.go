package coupon

import (
	"testing"

	"github.com/lagniappe/lagniappe/internal/money"
)

// medusajs/medusa#12226: a fully discounted cart came to −1.6e−14. Here a cart
// that is free owes exactly nothing, however the percentages went before.
func TestMedusa12226FreeIsExactlyZero(t *testing.T) {
	cart := cartOf(t, 490, "a 3x1999", "b 7x333", "c 1x1")
	due := cart.Totals.Total
	for _, q := range Price(cart,
		applicant(t, "camp_1", `{"priority":4,"rewards":[{"type":"percent_off","percent_off":"33.3333"}]}`),
		applicant(t, "camp_2", `{"priority":3,"rewards":[{"type":"percent_off","percent_off":"0.0007","applies_to":{"skus":["b"]}}]}`),
		applicant(t, "camp_3", `{"priority":2,"rewards":[{"type":"percent_off","percent_off":"100"},{"type":"free_shipping"}]}`)) {
		due -= q.Discount.Total
	}
	if due != 0 {
		t.Errorf("%d due", due)
	}
	if shown := (money.Amount{Minor: due, Currency: "EUR"}).Format("en"); shown != "0.00 EUR" {
		t.Error(shown)
	}
}

// spree/spree#13889: a promotion that gives a discount and free shipping counted
// as two uses. Here a campaign gives one quote, whatever it consists of.
func TestSpree13889DiscountAndShippingAreOneUse(t *testing.T) {
	cart := cartOf(t, 490, "a 1x1000")
	quotes := Price(cart, applicant(t, "camp_1", `{"rewards":[{"type":"percent_off","percent_off":"10"},{"type":"free_shipping"}]}`))
	if len(quotes) != 1 || quotes[0].Discount.Total != 590 || quotes[0].Discount.Shipping != 490 {
		t.Errorf("%+v", quotes)
	}
	d := testDraft(t, false, func(r *Request, target *Target) {
		r.Order.ShippingAmount = 490
		r.Totals = totals(t, r.Order)
		target.Campaign.Rewards = append(target.Campaign.Rewards, Reward{Type: FreeShipping})
	})
	if codes := d.Redemption().Codes; len(codes) != 1 || codes[0].Discount != 590 || len(codes[0].Rewards) != 2 {
		t.Errorf("%+v", codes)
	}
}
