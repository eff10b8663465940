package coupon

import (
	"errors"
	"testing"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
)

// Rules that nothing could meet, or that mean nothing, are refused by their field when they are saved.
func TestContradictions(t *testing.T) {
	items := func(sku, category string) Selection {
		return Selection{SKUs: []string{sku}, Categories: []string{category}}
	}
	for _, c := range []struct {
		rules Rules
		err   error
		param string
	}{
		{Rules{}, nil, ""},
		{Rules{MinimumAmount: 5, MaximumAmount: 5, Currency: "EUR"}, nil, ""},
		{Rules{MinimumAmount: 6, MaximumAmount: 5, Currency: "EUR"}, ErrBoundsReversed, "rules.maximum_amount"},
		{Rules{MinimumQuantity: 6, MaximumQuantity: 5}, ErrBoundsReversed, "rules.maximum_quantity"},
		{Rules{MinimumQuantity: 6}, nil, ""},
		{Rules{MinimumAmount: 6}, ErrFieldMissing, "rules.currency"},
		{Rules{MaximumAmount: 6}, ErrFieldMissing, "rules.currency"},
		{Rules{Audience: Audience{MinimumSpent: 6}}, ErrFieldMissing, "rules.currency"},
		{Rules{Audience: Audience{MaximumSpent: 6}}, ErrFieldMissing, "rules.currency"},
		{Rules{Currency: "EUX"}, fault.ErrInvalid, "rules.currency"},
		{Rules{ThresholdOn: "right"}, fault.ErrInvalid, "rules.threshold_on"},
		{Rules{ThresholdOn: OnLeft}, nil, ""},
		{Rules{CountedItems: Selection{SKUs: []string{"a"}, ExceptSKUs: []string{"b", "a"}}}, ErrContradiction, "rules.counted_items.except_skus[1]"},
		{Rules{RequiredItems: Selection{Categories: []string{"a"}, ExceptCategories: []string{"a"}}}, ErrContradiction, "rules.required_items.except_categories[0]"},
		{Rules{ForbiddenItems: Selection{Categories: []string{"a", ""}}}, fault.ErrInvalid, "rules.forbidden_items.categories[1]"},
		{Rules{RequiredItems: items("a", "b"), ForbiddenItems: items("a", "c")}, ErrContradiction, "rules.forbidden_items.skus[0]"},
		{Rules{RequiredItems: items("a", "b"), ForbiddenItems: items("c", "b")}, ErrContradiction, "rules.forbidden_items.categories[0]"},
		{Rules{Countries: []string{"DE", "UK"}}, order.ErrCountryUnknown, "rules.countries[1]"},
		{Rules{ExcludedCountries: []string{"de"}}, order.ErrCountryUnknown, "rules.excluded_countries[0]"},
		{Rules{Countries: []string{"DE"}, ExcludedCountries: []string{"AT", "DE"}}, ErrContradiction, "rules.excluded_countries[1]"},
		{Rules{Channels: []string{"web"}, ExcludedChannels: []string{"web"}}, ErrContradiction, "rules.excluded_channels[0]"},
		{Rules{Metadata: map[string]string{"": "x"}}, fault.ErrInvalid, "rules.metadata"},
		{Rules{Hours: &Hours{TimeZone: "Berlin", Windows: []Window{{}}}}, ErrTimeZoneUnknown, "rules.hours.time_zone"},
		{Rules{Hours: berlin()}, ErrFieldMissing, "rules.hours.windows"},
		{Rules{Hours: berlin(Window{}, Window{From: "8:00"})}, ErrTimeOfDay, "rules.hours.windows[1].from"},
		{Rules{Hours: berlin(Window{From: "24:00"})}, ErrTimeOfDay, "rules.hours.windows[0].from"},
		{Rules{Hours: berlin(Window{To: "24:01"})}, ErrTimeOfDay, "rules.hours.windows[0].to"},
		{Rules{Hours: berlin(Window{From: "10:00", To: "10:00"})}, ErrWindowEmpty, "rules.hours.windows[0]"},
		{Rules{Hours: berlin(Window{To: "00:00"})}, ErrWindowEmpty, "rules.hours.windows[0]"},
		{Rules{Hours: berlin(Window{From: "18:00", To: "00:00"})}, nil, ""},
		{Rules{Hours: berlin(Window{Weekdays: []string{"monday", "Tuesday"}})}, fault.ErrInvalid, "rules.hours.windows[0].weekdays[1]"},
		{Rules{FirstOrderOnly: true, Audience: Audience{MaximumOrdersCount: new(int64(0))}}, nil, ""},
		{Rules{FirstOrderOnly: true, Audience: Audience{MinimumOrdersCount: 1}}, ErrContradiction, "rules.first_order_only"},
		{Rules{FirstOrderOnly: true, Audience: Audience{MaximumDaysSinceLastOrder: 1}}, ErrContradiction, "rules.first_order_only"},
		{Rules{Audience: Audience{MinimumOrdersCount: 3, MaximumOrdersCount: new(int64(2))}}, ErrBoundsReversed, "rules.maximum_orders_count"},
		{Rules{Audience: Audience{MaximumOrdersCount: new(int64(-1))}}, ErrBoundsReversed, "rules.maximum_orders_count"},
		{Rules{Currency: "EUR", Audience: Audience{MinimumSpent: 3, MaximumSpent: 2}}, ErrBoundsReversed, "rules.maximum_spent"},
		{Rules{Audience: Audience{MinimumDaysSinceLastOrder: 3, MaximumDaysSinceLastOrder: 2}}, ErrBoundsReversed, "rules.maximum_days_since_last_order"},
		{Rules{Audience: Audience{Customers: []string{"anna@example.org"}}}, customer.ErrIDInvalid, "rules.customers[0]"},
		{Rules{Audience: Audience{ExcludedCustomers: []string{""}}}, customer.ErrIDInvalid, "rules.excluded_customers[0]"},
		{Rules{Audience: Audience{Customers: []string{"a"}, ExcludedCustomers: []string{"a"}}}, ErrContradiction, "rules.excluded_customers[0]"},
		{Rules{Audience: Audience{Segments: []string{""}}}, fault.ErrInvalid, "rules.segments[0]"},
		{Rules{Audience: Audience{ExcludedSegments: []string{""}}}, fault.ErrInvalid, "rules.excluded_segments[0]"},
		{Rules{Audience: Audience{Segments: []string{"a"}, ExcludedSegments: []string{"a"}}}, ErrContradiction, "rules.excluded_segments[0]"},
		{Rules{Audience: Audience{Stages: []customer.Stage{"fan"}}}, fault.ErrInvalid, "rules.stages[0]"},
		{Rules{Audience: Audience{ExcludedStages: []customer.Stage{"fan"}}}, fault.ErrInvalid, "rules.excluded_stages[0]"},
		{Rules{Audience: Audience{Stages: []customer.Stage{"loyal"}, ExcludedStages: []customer.Stage{"loyal"}}}, ErrContradiction, "rules.excluded_stages[0]"},
	} {
		err := Terms{Rewards: []Reward{{Type: FreeShipping}}, Reason: Reason{"weil", "because"}, Rules: c.rules}.Check()
		f, _ := fault.As(err)
		if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) || f != nil && f.Param != c.param {
			t.Errorf("%+v: %v", c.rules, err)
		}
	}
}

// A reward's own conditions are held to the same, below its own field.
func TestContradictionsOfAReward(t *testing.T) {
	for _, c := range []struct {
		when  Rules
		err   error
		param string
	}{
		{Rules{Audience: Audience{Stages: []customer.Stage{"loyal"}, MinimumSpent: 5}}, nil, ""},
		{Rules{MinimumQuantity: 6, MaximumQuantity: 5}, ErrBoundsReversed, "rewards[0].when.maximum_quantity"},
		{Rules{Hours: berlin()}, ErrFieldMissing, "rewards[0].when.hours.windows"},
		{Rules{Currency: "USD"}, ErrCurrencyMixed, "rewards[0].when.currency"},
		{Rules{FirstOrderOnly: true}, ErrFieldNotAllowed, "rewards[0].when.first_order_only"},
	} {
		err := Terms{Rewards: []Reward{{Type: FreeShipping, When: &c.when}}, Reason: Reason{"weil", "because"}, Rules: Rules{Currency: "EUR"}}.Check()
		f, _ := fault.As(err)
		if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) || f != nil && f.Param != c.param {
			t.Errorf("%+v: %v", c.when, err)
		}
	}
}

// Individual conditions: what one customer gets, another does not, and somebody unknown neither.
func TestRewardForAnAudience(t *testing.T) {
	terms := Terms{Rewards: []Reward{
		{Type: PercentOff, PercentOff: "10"},
		{Type: PercentOff, PercentOff: "10", When: &Rules{Audience: Audience{Stages: []customer.Stage{"loyal"}}}},
		{Type: FreeShipping, When: &Rules{Audience: Audience{Segments: []string{"vip"}}}},
	}}
	for name, c := range map[string]struct {
		change func(*Cart)
		want   int64
	}{
		"loyal, and a vip": {func(*Cart) {}, 700 + 630 + 490},
		"a vip":            {func(c *Cart) { c.Facts.Stage = customer.Repeat }, 700 + 490},
		"loyal":            {func(c *Cart) { c.Facts.Segments = []string{} }, 700 + 630},
		"unknown":          {func(c *Cart) { c.Facts = customer.Facts{} }, 700},
		"nobody":           {func(c *Cart) { c.Customer = customer.Ref{} }, 700},
	} {
		cart := testCart(t)
		cart.Order.ShippingAmount = 490
		c.change(&cart)
		if q := Price(cart, Applicant{Terms: terms})[0]; q.Refused != nil || q.Discount.Total != c.want {
			t.Errorf("%s: %+v", name, q)
		}
	}
}
