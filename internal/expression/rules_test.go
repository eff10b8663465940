package expression

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// testCart has n lines of 3 mugs at 20 €, for c-1.
func testCart(tb testing.TB, n int) coupon.Cart {
	tb.Helper()
	o := order.Order{ID: "o-1", Currency: "EUR", Channel: "web", ShippingCountry: "DE", Metadata: map[string]string{"gift": "yes"}}
	for i := range n {
		o.Lines = append(o.Lines, order.Line{ID: fmt.Sprint(i), SKU: "mug", Categories: []string{"mugs"}, Quantity: 3, UnitAmount: 2000})
	}
	sums, err := o.Check()
	if err != nil {
		tb.Fatal(err)
	}
	return coupon.Cart{
		Order: o, Totals: sums, Customer: customer.Ref{ID: "c-1"}, Now: noon,
		Facts: customer.Facts{
			OrdersCount: new(int64(2)), Spent: &money.Amount{Minor: 12000, Currency: "EUR"}, LastOrderAt: noon.Add(-30 * 24 * time.Hour),
			Stage: customer.Loyal, Segments: []string{"vip"}, Metadata: map[string]string{"club": "gold"},
		},
	}
}

// under gives the refusal of a cart under rules, or nil.
func under(r coupon.Rules, c coupon.Cart) *fault.Error {
	t := coupon.Terms{Rewards: []coupon.Reward{{Type: coupon.PercentOff, PercentOff: "10"}}, Rules: r}
	f, _ := fault.As(coupon.Price(c, coupon.Applicant{Terms: t})[0].Refused)
	return f
}

// An expression sees the cart as it is, by the clocks of the rules' time zone.
func TestEnvironment(t *testing.T) {
	for _, text := range []string{
		`order.currency == "EUR" and order.subtotal == 12000 and order.shipping_amount == 490 and order.quantity == 6`,
		`order.channel == "web" and order.shipping_country == "DE" and order.metadata.gift == "yes"`,
		`all(lines, .sku == "mug" and .quantity == 3 and .unit_amount == 2000 and .amount == 6000 and not .reduced and "mugs" in .categories)`,
		`any(lines, .id == "1") and len(lines) == 2`,
		`customer.id == "c-1" and customer.orders_count == 2 and customer.spent == 12000 and customer.days_since_last_order == 30`,
		`customer.stage == "loyal" and "vip" in customer.segments and customer.metadata.club == "gold"`,
		`now.unix == 1782907200 and now.year == 2026 and now.month == 7 and now.day == 1 and now.hour == 12 and now.minute == 0 and now.weekday == "wednesday"`,
	} {
		c := testCart(t, 2)
		c.Order.ShippingAmount = 490
		if f := under(coupon.Rules{Expression: text}, c); f != nil {
			t.Errorf("%s: %v", text, f)
		}
	}
	berlin := &coupon.Hours{TimeZone: "Europe/Berlin", Windows: []coupon.Window{{}}}
	if f := under(coupon.Rules{Expression: "now.hour == 14", Hours: berlin}, testCart(t, 1)); f != nil {
		t.Errorf("%v", f)
	}
	half := coupon.Reward{Type: coupon.AmountOff, AmountOff: 5000, Currency: "EUR"}
	for on, text := range map[string]string{
		coupon.OnList: "order.subtotal == 12000", coupon.OnLeft: "order.subtotal == 7000 and all(lines, .amount == 3500 and .unit_amount == 2000)",
	} {
		quotes := coupon.Price(testCart(t, 2), coupon.Applicant{Campaign: "a", Terms: coupon.Terms{Rewards: []coupon.Reward{half}, Priority: 1}},
			coupon.Applicant{Campaign: "b", Terms: coupon.Terms{Rewards: []coupon.Reward{half}, Rules: coupon.Rules{ThresholdOn: on, Expression: text}}})
		if quotes[1].Refused != nil {
			t.Errorf("%s: %v", on, quotes[1].Refused)
		}
	}
}

// What does not hold is a refusal with a stable code; so is what cannot be evaluated.
func TestRefusals(t *testing.T) {
	nobody := func(c *coupon.Cart) { c.Customer = customer.Ref{} }
	for text, want := range map[string]struct {
		change func(*coupon.Cart)
		err    error
	}{
		"order.quantity > 100":                                 {nil, coupon.ErrExpressionNotMet},
		"order.quantity % (order.quantity - 6) == 0":           {nil, coupon.ErrExpressionFailed},
		"order.subtotal * 9007199254740991 > 0":                {nil, coupon.ErrExpressionFailed},
		"order.nothing":                                        {nil, coupon.ErrExpressionFailed}, // saved by another version of us
		"customer.spent > 1":                                   {func(c *coupon.Cart) { c.Facts.Spent.Currency = "USD" }, coupon.ErrNeedsFacts},
		"customer.spent > 2":                                   {nobody, coupon.ErrNeedsCustomer},
		"true or customer.id == \"\"":                          {nobody, coupon.ErrNeedsCustomer},
		"customer.segments == customer.segments":               {nil, coupon.ErrExpressionFailed},
		"\"vip\" in customer.segments":                         {func(c *coupon.Cart) { c.Facts.Segments = nil }, coupon.ErrNeedsFacts},
		"customer.stage == \"loyal\"":                          {func(c *coupon.Cart) { c.Facts.Stage = "" }, coupon.ErrNeedsFacts},
		"customer.orders_count >= 0":                           {func(c *coupon.Cart) { c.Facts.OrdersCount = nil }, coupon.ErrNeedsFacts},
		"customer.metadata.club == \"gold\"":                   {func(c *coupon.Cart) { c.Facts.Metadata = nil }, coupon.ErrNeedsFacts},
		"customer.days_since_last_order >= 0":                  {func(c *coupon.Cart) { c.Facts.LastOrderAt = time.Time{} }, coupon.ErrNeedsFacts},
		"customer.days_since_last_order < 400":                 {neverOrdered, coupon.ErrNoOrderYet},
		"customer.orders_count == 0 and order.quantity > 1000": {neverOrdered, coupon.ErrExpressionNotMet},
	} {
		c := testCart(t, 2)
		if want.change != nil {
			want.change(&c)
		}
		f := under(coupon.Rules{Expression: text}, c)
		if f != nil && len(f.Parts) == 1 {
			f = f.Parts[0]
		}
		if !errors.Is(f, want.err) {
			t.Errorf("%s: %v", text, f)
		}
	}
}

func neverOrdered(c *coupon.Cart) {
	c.Facts.LastOrderAt, c.Facts.OrdersCount = time.Time{}, new(int64(0))
}

// A campaign whose expression does not compile is not saved.
func TestSaved(t *testing.T) {
	terms := coupon.Terms{Rewards: []coupon.Reward{{Type: coupon.FreeShipping}}, Reason: coupon.Reason{German: "weil", English: "because"}}
	for text, want := range map[string]error{
		"": nil, "order.quantity > 1": nil, "order.quantity >": coupon.ErrExpressionInvalid, "order.quantity / 2 > 1": coupon.ErrExpressionNotPermitted,
	} {
		terms.Rules.Expression = text
		err := terms.Check()
		f, _ := fault.As(err)
		if !errors.Is(err, want) || f != nil && f.Param != "rules.expression" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// tenRules all hold for testCart.
func tenRules(expression string) coupon.Rules {
	return coupon.Rules{
		Currency: "EUR", MinimumAmount: 1000, MaximumAmount: 1 << 40, MinimumQuantity: 1, Channels: []string{"app", "web"}, Countries: []string{"AT", "DE"},
		RequiredItems: coupon.Selection{Categories: []string{"mugs"}}, ForbiddenItems: coupon.Selection{SKUs: []string{"voucher"}},
		Hours:      &coupon.Hours{TimeZone: "Europe/Berlin", Windows: []coupon.Window{{Weekdays: []string{"wednesday"}, From: "08:00", To: "20:00"}}},
		Audience:   coupon.Audience{Segments: []string{"vip"}, MinimumSpent: 100},
		Expression: expression,
	}
}

func BenchmarkTenRules(b *testing.B) {
	for name, text := range map[string]string{
		"alone": "", "and an expression": `any(lines, .quantity >= 3 and "mugs" in .categories) and order.subtotal * 2 > 10000`,
	} {
		for _, lines := range []int{3, 100} {
			b.Run(fmt.Sprintf("%s, %d lines", name, lines), func(b *testing.B) {
				c, r := testCart(b, lines), tenRules(text)
				none := coupon.Rules{}
				if f := under(r, c); f != nil {
					b.Fatal(f)
				}
				without := testing.AllocsPerRun(100, func() { _ = under(none, c) })
				with := testing.AllocsPerRun(100, func() { _ = under(r, c) })
				b.ReportMetric(with-without, "rules-allocs/op")
				for b.Loop() {
					_ = under(r, c)
				}
			})
		}
	}
}

// Ten rules that hold allocate next to nothing, and an expression a few things a line.
func TestAllocations(t *testing.T) {
	c := testCart(t, 3)
	without := testing.AllocsPerRun(100, func() { _ = under(coupon.Rules{}, c) })
	for text, most := range map[string]float64{"": 5, `any(lines, .quantity >= 3 and "mugs" in .categories)`: 30} {
		r := tenRules(text)
		if got := testing.AllocsPerRun(100, func() { _ = under(r, c) }) - without; got > most {
			t.Errorf("%q: %v allocations, at most %v", text, got, most)
		}
	}
}
