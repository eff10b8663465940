package coupon

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
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
	mugs, cups := Items{Categories: []string{"mugs"}}, Items{SKUs: []string{"cup"}, Categories: []string{"cups"}}
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
		"uncounted":         {Rules{UncountedItems: mugs, MaximumAmount: 1000}, Rules{UncountedItems: mugs, MinimumAmount: 1001}, ErrMinimumAmount, args{"minimum": euros(1001), "missing": euros(1)}, nil},
		"uncounted by SKU":  {Rules{UncountedItems: Items{SKUs: []string{"tea"}}, MinimumAmount: 6000}, Rules{UncountedItems: Items{SKUs: []string{"tea"}}, MinimumAmount: 6001}, ErrMinimumAmount, nil, nil},
		"reduced uncounted": {Rules{ReducedLines: ReducedUncounted, MinimumAmount: 6000}, Rules{ReducedLines: ReducedUncounted, MinimumAmount: 6001}, ErrMinimumAmount, nil, nil},
		"list by default":   {Rules{MinimumAmount: 7000}, Rules{MinimumAmount: 7001}, ErrMinimumAmount, nil, func(c *Cart) { c.Left = []int64{1, 1} }},
		"what is left":      {Rules{ThresholdOn: OnLeft, MinimumAmount: 5500}, Rules{ThresholdOn: OnLeft, MinimumAmount: 5501}, ErrMinimumAmount, nil, func(c *Cart) { c.Left = []int64{5000, 500} }},
		"left of nothing":   {Rules{ThresholdOn: OnLeft, MinimumAmount: 7000}, Rules{ThresholdOn: OnLeft, MinimumAmount: 7001}, ErrMinimumAmount, nil, nil},

		"required by category": {Rules{RequiredItems: mugs}, Rules{RequiredItems: cups}, ErrRequiredItems, args{"items": []string{"cup", "cups"}}, nil},
		"required by SKU":      {Rules{RequiredItems: Items{SKUs: []string{"tea"}}}, Rules{RequiredItems: Items{SKUs: []string{"mugs"}}}, ErrRequiredItems, nil, nil},
		"forbidden":            {Rules{ForbiddenItems: cups}, Rules{ForbiddenItems: mugs}, ErrForbiddenItems, args{"lines": []string{"1"}}, nil},
		"reduced forbidden":    {Rules{}, Rules{ReducedLines: ReducedForbidden}, ErrReducedLines, args{"lines": []string{"2"}}, nil},

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

func TestEachAudience(t *testing.T) {
	for name, c := range map[string]struct {
		holds, fails Audience
		err          *fault.Error
		args         args
	}{
		"named":                     {Audience{Customers: []string{"c-0", "c-1"}}, Audience{Customers: []string{"c-0"}}, ErrCustomer, nil},
		"named out":                 {Audience{ExcludedCustomers: []string{"c-0"}}, Audience{ExcludedCustomers: []string{"c-0", "c-1"}}, ErrCustomerExcluded, nil},
		"segment":                   {Audience{Segments: []string{"new", "vip"}}, Audience{Segments: []string{"new"}}, ErrSegment, args{"segments": []string{"new"}}},
		"segment out":               {Audience{ExcludedSegments: []string{"new"}}, Audience{ExcludedSegments: []string{"new", "tea"}}, ErrSegmentExcluded, args{"segment": "tea"}},
		"stage":                     {Audience{Stages: []customer.Stage{"repeat", "loyal"}}, Audience{Stages: []customer.Stage{"repeat"}}, ErrStage, args{"stage": customer.Loyal, "stages": []string{"repeat"}}},
		"stage out":                 {Audience{ExcludedStages: []customer.Stage{"repeat"}}, Audience{ExcludedStages: []customer.Stage{"loyal"}}, ErrStageExcluded, args{"stage": customer.Loyal}},
		"orders":                    {Audience{MinimumOrdersCount: 2}, Audience{MinimumOrdersCount: 5}, ErrMinimumOrders, args{"minimum": int64(5), "missing": int64(3)}},
		"orders up to":              {Audience{MaximumOrdersCount: new(int64(2))}, Audience{MaximumOrdersCount: new(int64(0))}, ErrMaximumOrders, args{"maximum": int64(0), "excess": int64(2)}},
		"spent":                     {Audience{MinimumSpent: 12000}, Audience{MinimumSpent: 12001}, ErrMinimumSpent, args{"minimum": euros(12001), "missing": euros(1)}},
		"spent up to":               {Audience{MaximumSpent: 12000}, Audience{MaximumSpent: 11999}, ErrMaximumSpent, args{"maximum": euros(11999), "excess": euros(1)}},
		"days since last order":     {Audience{MinimumDaysSinceLastOrder: 30}, Audience{MinimumDaysSinceLastOrder: 31}, ErrLastOrderRecent, args{"minimum": int64(31), "wait": int64(1), "from": noon.Add(day)}},
		"days since last order, to": {Audience{MaximumDaysSinceLastOrder: 30}, Audience{MaximumDaysSinceLastOrder: 29}, ErrLastOrderLongAgo, args{"maximum": int64(29), "excess": int64(1)}},
	} {
		if got := refusal(Rules{Audience: c.holds}, testCart(t)); got != nil {
			t.Errorf("%s: it holds, and there is %v", name, got)
		}
		failsWith(t, name, refusal(Rules{Audience: c.fails}, testCart(t)), c.err, c.args)
	}
}

// To the moment: days are 24 hours.
func TestDaysSinceLastOrder(t *testing.T) {
	for since, want := range map[time.Duration][2]int{ // at least 30, at most 30: 1 holds
		30*day - 1: {0, 1}, 30 * day: {1, 1}, 31*day - 1: {1, 1}, 31 * day: {1, 0}, -day: {0, 1}, 26 * 366 * day: {1, 0}, -290 * 365 * day: {0, 1},
	} {
		c := testCart(t)
		c.Facts.LastOrderAt = noon.Add(-since)
		least := refusal(Rules{Audience: Audience{MinimumDaysSinceLastOrder: 30}}, c)
		most := refusal(Rules{Audience: Audience{MaximumDaysSinceLastOrder: 30}}, c)
		if (least == nil) != (want[0] == 1) || (most == nil) != (want[1] == 1) {
			t.Errorf("%v: %v %v", since, least, most)
		}
	}
}

// A last order in a future that no duration reaches is still one to wait for.
func TestLastOrderInTheFuture(t *testing.T) {
	c := testCart(t)
	c.Facts.LastOrderAt = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	got := refusal(Rules{Audience: Audience{MinimumDaysSinceLastOrder: 36500}}, c)
	if len(got) != 1 || got[0].Args["wait"].(int64) < 100_000 {
		t.Errorf("%v", got)
	}
}

// Without a customer the rules ask for one, with one for the fact; each once.
func TestUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		rules Rules
		fact  string
	}{
		"first order":  {Rules{FirstOrderOnly: true}, "orders_count"},
		"segments":     {Rules{Audience: Audience{Segments: []string{"vip"}}}, "segments"},
		"segments out": {Rules{Audience: Audience{ExcludedSegments: []string{"new"}}}, "segments"},
		"stages":       {Rules{Audience: Audience{Stages: []customer.Stage{"loyal"}}}, "stage"},
		"stages out":   {Rules{Audience: Audience{ExcludedStages: []customer.Stage{"lapsed"}}}, "stage"},
		"orders":       {Rules{Audience: Audience{MinimumOrdersCount: 1}}, "orders_count"},
		"orders up to": {Rules{Audience: Audience{MaximumOrdersCount: new(int64(5))}}, "orders_count"},
		"spent":        {Rules{Audience: Audience{MinimumSpent: 1}}, "spent"},
		"spent up to":  {Rules{Audience: Audience{MaximumSpent: 1 << 40}}, "spent"},
		"last order":   {Rules{Audience: Audience{MinimumDaysSinceLastOrder: 1}}, "last_order_at"},
		"last, to":     {Rules{Audience: Audience{MaximumDaysSinceLastOrder: 1}}, "last_order_at"},
	} {
		cart := testCart(t)
		cart.Facts = customer.Facts{}
		c.rules.Currency = "EUR"
		f, _ := fault.As(Terms{Rules: c.rules}.check(cart))
		if !errors.Is(f, ErrNeedsFacts) || f.Args["fact"] != c.fact || len(f.Parts) != 1 || f.Parts[0].Param != "customer_facts."+c.fact {
			t.Errorf("%s: %v", name, f)
		}
		cart = testCart(t)
		cart.Customer = customer.Ref{}
		if f, _ := fault.As(Terms{Rules: c.rules}.check(cart)); !errors.Is(f, ErrNeedsCustomer) || f.Param != "customer" {
			t.Errorf("%s, nobody named: %v", name, f)
		}
	}
	for name, a := range map[string]Audience{"named": {Customers: []string{"c-1"}}, "named out": {ExcludedCustomers: []string{"c-2"}}} {
		cart := testCart(t)
		cart.Customer = customer.Ref{}
		failsWith(t, name, refusal(Rules{Audience: a}, cart), ErrNeedsCustomer, nil)
	}
	cart := testCart(t)
	cart.Facts.Spent.Currency = "USD"
	failsWith(t, "other currency", refusal(Rules{Audience: Audience{MinimumSpent: 1}}, cart), ErrNeedsFacts, args{"fact": "spent"})
	cart = testCart(t)
	cart.Facts.LastOrderAt, cart.Facts.OrdersCount = time.Time{}, new(int64(0))
	failsWith(t, "never ordered", refusal(Rules{Audience: Audience{MinimumDaysSinceLastOrder: 1}}, cart), ErrNoOrderYet, nil)
	cart.Facts.OrdersCount = new(int64(1))
	failsWith(t, "ordered sometime", refusal(Rules{Audience: Audience{MinimumDaysSinceLastOrder: 1}}, cart), ErrNeedsFacts, nil)
	guest := testCart(t)
	guest.Customer = customer.Ref{Email: "anna@example.org"}
	failsWith(t, "a guest is nobody's id", refusal(Rules{Audience: Audience{Customers: []string{"c-1"}}}, guest), ErrCustomer, nil)
}

// All that failed is named, in one order, and what is asked for is asked once.
func TestEveryFailureIsNamed(t *testing.T) {
	rules := Rules{
		MinimumAmount: 8000, MaximumQuantity: 1, Channels: []string{"app"}, Countries: []string{"AT"}, FirstOrderOnly: true,
		Audience: Audience{Segments: []string{"x"}, Stages: []customer.Stage{"lapsed"}, MinimumSpent: 1}, Hours: berlin(Window{To: "08:00"}),
	}
	codes := func(c Cart) []string {
		var out []string
		for _, f := range refusal(rules, c) {
			out = append(out, f.Code)
		}
		return out
	}
	want := []string{"minimum_amount_missed", "maximum_quantity_passed", "channel_not_included", "country_not_included", "hours_closed"}
	if got := codes(testCart(t)); !slices.Equal(got, append(slices.Clone(want), "first_order_only", "segment_not_included", "stage_not_included")) {
		t.Errorf("%v", got)
	}
	c := testCart(t)
	c.Customer = customer.Ref{}
	if got := codes(c); !slices.Equal(got, append(slices.Clone(want), "needs_customer")) {
		t.Errorf("%v", got)
	}
	c = testCart(t)
	c.Facts = customer.Facts{}
	rules.MinimumOrdersCount = 1
	if got := codes(c); !slices.Equal(got, append(slices.Clone(want), "needs_facts", "needs_facts", "needs_facts", "needs_facts")) {
		t.Errorf("%v", got)
	}
	c.Order.Currency = "USD"
	if err := (Terms{Rules: Rules{MinimumAmount: 8000, Currency: "EUR"}}).check(c); !errors.Is(err, ErrCurrencyMismatch) {
		t.Errorf("%v", err)
	}
}

// A browser is told what concerns the cart, and nothing about anybody.
func TestPartsForBrowsers(t *testing.T) {
	whole := ErrRulesViolated.Of(ErrMinimumAmount.At("order.lines"), ErrStage.Arg("stage", "lapsed"), ErrMetadata.Arg("key", "k"), ErrExpressionNotMet, errNeedsCustomerHere)
	got := ForBrowser(whole)
	if len(got.Parts) != 2 || got.Parts[0].Code != ErrMinimumAmount.Code || got.Parts[1].Code != ErrNeedsCustomer.Code || len(whole.Parts) != 5 {
		t.Errorf("%v", got.Parts)
	}
	for _, e := range []*fault.Error{ErrNeedsFacts, ErrUnknown, ErrFirstOrderOnly} {
		if got := ForBrowser(e); got.Code != ErrNotUsable.Code {
			t.Errorf("%v", got)
		}
	}
	about := []*fault.Error{
		ErrFirstOrderOnly, ErrCustomer, ErrCustomerExcluded, ErrSegment, ErrSegmentExcluded, ErrStage, ErrStageExcluded, ErrMinimumOrders, ErrMaximumOrders,
		ErrMinimumSpent, ErrMaximumSpent, ErrLastOrderRecent, ErrLastOrderLongAgo, ErrNoOrderYet, ErrNeedsFacts,
	}
	for _, f := range about {
		if partsForBrowsers.has(f.Code) {
			t.Errorf("browsers are told %s", f.Code)
		}
	}
}

func TestCheckFacts(t *testing.T) {
	anna := customer.Ref{ID: "c-1"}
	for i, c := range []struct {
		kind  shop.Kind
		who   customer.Ref
		facts customer.Facts
		err   error
		param string
	}{
		{shop.Secret, anna, customer.Facts{OrdersCount: new(int64(0))}, nil, ""},
		{shop.Secret, customer.Ref{}, customer.Facts{}, nil, ""},
		{shop.Secret, customer.Ref{}, customer.Facts{Segments: []string{}}, ErrFieldMissing, "customer"},
		{shop.Publishable, anna, customer.Facts{Segments: []string{}}, customer.ErrTokenRequired, "customer_facts"},
		{shop.Secret, anna, customer.Facts{OrdersCount: new(int64(-1))}, fault.ErrInvalid, "customer_facts.orders_count"},
		{shop.Secret, anna, customer.Facts{Spent: new(euros(-1))}, fault.ErrInvalid, "customer_facts.spent.amount"},
		{shop.Secret, anna, customer.Facts{Spent: new(euros(money.Max + 1))}, fault.ErrInvalid, "customer_facts.spent.amount"},
		{shop.Secret, anna, customer.Facts{Spent: &money.Amount{Currency: "EUX"}}, fault.ErrInvalid, "customer_facts.spent.currency"},
		{shop.Secret, anna, customer.Facts{Stage: "fan"}, fault.ErrInvalid, "customer_facts.stage"},
		{shop.Secret, anna, customer.Facts{Segments: []string{"a", ""}}, fault.ErrInvalid, "customer_facts.segments[1]"},
		{shop.Secret, anna, customer.Facts{LastOrderAt: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)}, fault.ErrInvalid, ""},
	} {
		err := CheckFacts(shop.Caller{Key: shop.Key{Kind: c.kind}}, c.who, c.facts)
		f, _ := fault.As(err)
		if c.err == nil && err != nil || c.err != nil && f == nil || f != nil && c.param != "" && (f.Param != c.param || !errors.Is(f, c.err)) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func ExampleItems() {
	mugs := Items{Categories: []string{"mugs"}}
	fmt.Println(mugs.has(&order.Line{Categories: []string{"blue", "mugs"}}), mugs.has(&order.Line{SKU: "mugs"}))
	// Output: true false
}
