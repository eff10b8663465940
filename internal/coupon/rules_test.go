package coupon

import (
	"errors"
	"reflect"
	"testing"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

func euros(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: "EUR"} }

// testCart is 3 mugs at 20 € and a reduced tea at 10 €, sent to Germany from the web for c-1, who ordered twice.
func testCart(tb testing.TB) Cart {
	tb.Helper()
	o := order.Order{
		ID: "o-1", Currency: "EUR", Channel: "web", ShippingCountry: "DE", Metadata: map[string]string{"gift": "yes"},
		Lines: []order.Line{
			{ID: "1", SKU: "mug-blue", Categories: []string{"mugs", "blue"}, Quantity: 3, UnitAmount: 2000},
			{ID: "2", SKU: "tea", Categories: []string{"tea"}, Quantity: 1, UnitAmount: 1000, Reduced: true},
		},
	}
	sums, err := o.Check()
	if err != nil {
		tb.Fatal(err)
	}
	return Cart{
		Order: o, Totals: sums, Customer: customer.Ref{ID: "c-1"}, Now: noon,
		Facts: customer.Facts{
			OrdersCount: new(int64(2)), Spent: new(euros(12000)), LastOrderAt: noon.Add(-30 * day),
			Stage: customer.Loyal, Segments: []string{"vip", "tea"}, Metadata: map[string]string{},
		},
	}
}

// refusal checks rules and gives the refusal's parts, or itself where it has none.
func refusal(rules Rules, c Cart) []*fault.Error {
	rules.Currency = "EUR"
	f, ok := fault.As(Terms{Rules: rules}.check(c))
	switch {
	case !ok:
		return nil
	case len(f.Parts) == 0:
		return []*fault.Error{f}
	}
	return f.Parts
}

type args = map[string]any

// Each rule: where it just holds and where it just fails, and what it says then.
func TestEachRule(t *testing.T) {
	mugs, cups := Selection{Categories: []string{"mugs"}}, Selection{SKUs: []string{"cup"}, Categories: []string{"cups"}}
	for name, c := range map[string]struct {
		holds, fails Rules
		err          *fault.Error
		args         args
		change       func(*Cart)
	}{
		"minimum amount":    {Rules{MinimumAmount: 7000}, Rules{MinimumAmount: 7001}, ErrMinimumAmount, args{"minimum": euros(7001), "missing": euros(1)}, nil},
		"maximum amount":    {Rules{MaximumAmount: 7000}, Rules{MaximumAmount: 6999}, ErrMaximumAmount, args{"maximum": euros(6999), "excess": euros(1)}, nil},
		"minimum quantity":  {Rules{MinimumQuantity: 4}, Rules{MinimumQuantity: 6}, ErrMinimumQuantity, args{"minimum": int64(6), "missing": int64(2)}, nil},
		"maximum quantity":  {Rules{MaximumQuantity: 4}, Rules{MaximumQuantity: 3}, ErrMaximumQuantity, args{"maximum": int64(3), "excess": int64(1)}, nil},
		"counted by name":   {Rules{CountedItems: mugs, MinimumAmount: 6000}, Rules{CountedItems: mugs, MinimumAmount: 6001}, ErrMinimumAmount, args{"minimum": euros(6001), "missing": euros(1)}, nil},
		"counted, quantity": {Rules{CountedItems: mugs, MaximumQuantity: 3}, Rules{CountedItems: mugs, MinimumQuantity: 4}, ErrMinimumQuantity, args{"minimum": int64(4), "missing": int64(1)}, nil},
		"excepted":          {Rules{CountedItems: Selection{ExceptCategories: []string{"mugs"}}, MaximumAmount: 1000}, Rules{CountedItems: Selection{ExceptCategories: []string{"mugs"}}, MinimumAmount: 1001}, ErrMinimumAmount, args{"minimum": euros(1001), "missing": euros(1)}, nil},
		"reduced excepted":  {Rules{CountedItems: Selection{ExceptReduced: true}, MinimumAmount: 6000}, Rules{CountedItems: Selection{ExceptReduced: true}, MinimumAmount: 6001}, ErrMinimumAmount, nil, nil},
		"list by default":   {Rules{MinimumAmount: 7000}, Rules{MinimumAmount: 7001}, ErrMinimumAmount, nil, func(c *Cart) { c.Left = []int64{1, 1} }},
		"what is left":      {Rules{ThresholdOn: OnLeft, MinimumAmount: 5500}, Rules{ThresholdOn: OnLeft, MinimumAmount: 5501}, ErrMinimumAmount, nil, func(c *Cart) { c.Left = []int64{5000, 500} }},
		"left of nothing":   {Rules{ThresholdOn: OnLeft, MinimumAmount: 7000}, Rules{ThresholdOn: OnLeft, MinimumAmount: 7001}, ErrMinimumAmount, nil, nil},

		"required by category": {Rules{RequiredItems: mugs}, Rules{RequiredItems: cups}, ErrRequiredItems, args{"items": []string{"cup", "cups"}}, nil},
		"required by SKU":      {Rules{RequiredItems: Selection{SKUs: []string{"tea"}}}, Rules{RequiredItems: Selection{SKUs: []string{"mugs"}}}, ErrRequiredItems, nil, nil},
		"forbidden":            {Rules{ForbiddenItems: cups}, Rules{ForbiddenItems: mugs}, ErrForbiddenItems, args{"lines": []string{"1"}}, nil},
		"all but some":         {Rules{ForbiddenItems: Selection{ExceptSKUs: []string{"mug-blue", "tea"}}}, Rules{ForbiddenItems: Selection{ExceptSKUs: []string{"tea"}}}, ErrForbiddenItems, args{"lines": []string{"1"}}, nil},
		"reduced forbidden":    {Rules{}, Rules{ForbidReduced: true}, ErrReducedLines, args{"lines": []string{"2"}}, nil},

		"channel":          {Rules{Channels: []string{"app", "web"}}, Rules{Channels: []string{"app"}}, ErrChannel, args{"channels": []string{"app"}}, nil},
		"channel out":      {Rules{ExcludedChannels: []string{"app"}}, Rules{ExcludedChannels: []string{"web"}}, ErrChannelExcluded, args{"channel": "web"}, nil},
		"no channel":       {Rules{ExcludedChannels: []string{"app"}}, Rules{Channels: []string{"web"}}, ErrChannel, nil, func(c *Cart) { c.Order.Channel = "" }},
		"country":          {Rules{Countries: []string{"AT", "DE"}}, Rules{Countries: []string{"AT"}}, ErrCountry, args{"countries": []string{"AT"}}, nil},
		"country out":      {Rules{ExcludedCountries: []string{"AT"}}, Rules{ExcludedCountries: []string{"DE"}}, ErrCountryExcluded, args{"country": "DE"}, nil},
		"no country":       {Rules{}, Rules{Countries: []string{"DE"}}, ErrCountryNeeded, nil, func(c *Cart) { c.Order.ShippingCountry = "" }},
		"no country out":   {Rules{}, Rules{ExcludedCountries: []string{"AT"}}, ErrCountryNeeded, nil, func(c *Cart) { c.Order.ShippingCountry = "" }},
		"metadata":         {Rules{Metadata: map[string]string{"gift": "yes"}}, Rules{Metadata: map[string]string{"gift": "no"}}, ErrMetadata, args{"key": "gift"}, nil},
		"metadata missing": {Rules{}, Rules{Metadata: map[string]string{"gift": "yes", "z": ""}}, ErrMetadata, args{"key": "z"}, nil},

		"first order":   {Rules{}, Rules{FirstOrderOnly: true}, ErrFirstOrderOnly, args{"orders_count": int64(2)}, nil},
		"is first":      {Rules{FirstOrderOnly: true}, Rules{Audience: Audience{MinimumOrdersCount: 1}}, ErrMinimumOrders, nil, func(c *Cart) { c.Facts.OrdersCount = new(int64(0)) }},
		"hours":         {Rules{Hours: berlin(Window{From: "14:00"})}, Rules{Hours: berlin(Window{From: "14:01"})}, ErrHoursClosed, nil, nil},
		"unknown place": {Rules{}, Rules{Hours: &Hours{TimeZone: "Mars/Olympus", Windows: []Window{{}}}}, ErrTimeZoneUnknown, args{"time_zone": "Mars/Olympus"}, nil},
	} {
		cart := testCart(t)
		if c.change != nil {
			c.change(&cart)
		}
		if got := refusal(c.holds, cart); got != nil {
			t.Errorf("%s: it holds, and there is %v", name, got)
		}
		failsWith(t, name, refusal(c.fails, cart), c.err, c.args)
	}
}

func failsWith(t *testing.T, name string, got []*fault.Error, want *fault.Error, values args) {
	t.Helper()
	if len(got) != 1 || !errors.Is(got[0], want) || got[0].Param == "" || values != nil && !reflect.DeepEqual(got[0].Args, values) {
		t.Errorf("%s: %v", name, got)
		for _, f := range got {
			t.Log(f.Args)
		}
	}
}
