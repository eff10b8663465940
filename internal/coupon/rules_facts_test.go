package coupon

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/shop"
)

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

// A forecast asks rules as a redemption does: of the customer of each past order.
func TestForecastAsksOfTheCustomer(t *testing.T) {
	loyal := past("o-1", 1, 2000, 0, "a")
	loyal.Facts = customer.Facts{Stage: customer.Loyal}
	lapsed := past("o-2", 2, 2000, 0, "b")
	lapsed.Facts = customer.Facts{Stage: customer.Lapsed}
	c := Campaign{Definition: Definition{Terms: Terms{
		Rewards: []Reward{{Type: PercentOff, PercentOff: "20"}}, Rules: Rules{Audience: Audience{Stages: []customer.Stage{customer.Loyal}}},
	}}}
	f, err := c.Forecast([]PastOrder{loyal, lapsed, past("o-3", 3, 2000, 0, "c"), past("o-4", 4, 2000, 0, "")}, noon)
	want := []RefusedFor{{"needs_customer", 1}, {"needs_facts", 1}, {"stage_not_included", 1}}
	if err != nil || f.Applied != 1 || !slices.Equal(f.Refused, want) {
		t.Errorf("%v %+v", err, f)
	}
}
