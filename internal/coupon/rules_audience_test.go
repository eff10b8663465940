package coupon

import (
	"errors"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
)

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

// A part of a day is one more to wait for. What contradicts itself goes by the day that is told.
func TestWait(t *testing.T) {
	c := testCart(t)
	c.Facts.LastOrderAt = noon.Add(-28*day - time.Hour)
	got := refusal(Rules{Audience: Audience{MinimumDaysSinceLastOrder: 30}}, c)
	failsWith(t, "wait", got, ErrLastOrderRecent, args{"minimum": int64(30), "wait": int64(2), "from": noon.Add(2*day - time.Hour)})
	c.Facts.OrdersCount = new(int64(0))
	if got := refusal(Rules{Audience: Audience{MinimumDaysSinceLastOrder: 28}}, c); got != nil {
		t.Errorf("%v", got)
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
