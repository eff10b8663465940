package expression

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

func environment() *coupon.Environment {
	return &coupon.Environment{
		Order: coupon.EnvironmentOrder{
			Currency: "EUR", Subtotal: 7000, ShippingAmount: 490, ShippingCountry: "DE", Quantity: 4, Channel: "web",
			Metadata: map[string]string{"gift": "yes"},
		},
		Lines: []coupon.EnvironmentLine{
			{ID: "1", SKU: "mug-blue", Categories: []string{"mugs"}, Quantity: 3, UnitAmount: 2000, Amount: 6000},
			{ID: "2", SKU: "tea", Quantity: 1, UnitAmount: 1000, Amount: 1000, Reduced: true},
		},
		Customer: coupon.EnvironmentCustomer{ID: "c-1", OrdersCount: 2, Spent: 12000, Stage: "loyal", Segments: []string{"vip"}},
		Now:      coupon.EnvironmentTime{Year: 2026, Month: 7, Day: 1, Hour: 12, Weekday: "wednesday"},
	}
}

func TestHolds(t *testing.T) {
	for text, want := range map[string]bool{
		"true":                           true,
		"order.subtotal >= 7000":         true,
		"order.subtotal > 7000":          false,
		"order.subtotal + 1 > 7000":      true,
		"order.subtotal - 1 < 7000":      true,
		"order.subtotal == 7 * 1000":     true,
		"order.quantity % 3 == 1":        true,
		"-order.quantity == -4":          true,
		"not (order.channel == \"web\")": false,
		`order.channel in ["app", "web"] and order.shipping_country == "DE"`: true,
		`order.metadata.gift == "yes" && order.metadata["none"] == ""`:       true,
		`"gift" in order.metadata`:                                           true,
		`any(lines, .quantity >= 3 and "mugs" in .categories)`:               true,
		`all(lines, not .reduced)`:                                           false,
		`none(lines, .sku startsWith "cup")`:                                 true,
		`one(lines, .sku contains "mug")`:                                    true,
		`count(lines, .reduced) == 1`:                                        true,
		`sum(lines, .amount) == order.subtotal`:                              true,
		`sum(filter(lines, not .reduced), .quantity * .unit_amount) == 6000`: true,
		`len(filter(lines, .quantity > 2)) == 1`:                             true,
		`max(order.quantity, 9) == 9 and min(2, 3) == 2 and abs(-3) == 3`:    true,
		`let big = filter(lines, .amount > 5000); len(big) == 1`:             true,
		`order.quantity > 3 ? now.weekday == "wednesday" : false`:            true,
		`customer.orders_count == 2 and "vip" in customer.segments`:          true,
		`customer.stage == "loyal" or customer["spent"] > 5`:                 true,
		`any(lines, any(.categories, # == "mugs"))`:                          true,
	} {
		p, err := compile(text)
		if err != nil {
			t.Errorf("%s: %v %v", text, err, details(err))
			continue
		}
		if got, err := p.Holds(environment()); err != nil || got != want {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
}

// What is refused when a campaign is saved, and where.
func TestRefused(t *testing.T) {
	deep := strings.Repeat("any(lines, ", 3) + ".quantity > 1)))"
	for text, want := range map[string]struct {
		err  error
		what string // what, or problem
		at   string
	}{
		"order.subtotal >":                        {coupon.ErrExpressionInvalid, "unexpected token EOF", "1:16"},
		"order.subtotl > 1":                       {coupon.ErrExpressionInvalid, "order has no field subtotl", "1:7"},
		"true and\n nobody == 1":                  {coupon.ErrExpressionNotPermitted, "nobody", "2:2"},
		"order.subtotal":                          {coupon.ErrExpressionInvalid, "expected bool", "1:1"},
		"any(lines, .price > 1)":                  {coupon.ErrExpressionInvalid, "a line has no field price", "1:13"},
		"all(lines, # == order)":                  {coupon.ErrExpressionInvalid, "mismatched types line and order", "1:14"},
		"order.channel > 1":                       {coupon.ErrExpressionInvalid, "mismatched types", "1:15"},
		"":                                        {coupon.ErrExpressionInvalid, "unexpected token EOF", "1:1"},
		"order.subtotal / 2 > 1":                  {coupon.ErrExpressionNotPermitted, "/", "1:16"},
		"order.subtotal > 1.5":                    {coupon.ErrExpressionNotPermitted, "1.5", "1:18"},
		"order.subtotal ** 2 > 1":                 {coupon.ErrExpressionNotPermitted, "**", "1:16"},
		"float(order.subtotal) > 1":               {coupon.ErrExpressionNotPermitted, "float", "1:1"},
		"len(1..1000000) > 1":                     {coupon.ErrExpressionNotPermitted, "..", "1:6"},
		`order.channel matches "(a+)+"`:           {coupon.ErrExpressionNotPermitted, "matches", "1:15"},
		`repeat("a", 1000000) == ""`:              {coupon.ErrExpressionNotPermitted, "repeat", "1:1"},
		`order.channel + "a" == ""`:               {coupon.ErrExpressionNotPermitted, `order.channel + "a"`, "1:15"},
		"reduce(lines, #acc + 1, 0) > 1":          {coupon.ErrExpressionNotPermitted, "#acc", "1:15"},
		"now() > 1":                               {coupon.ErrExpressionNotPermitted, "now", "1:1"},
		"foo(1)":                                  {coupon.ErrExpressionNotPermitted, "foo", "1:1"},
		"$env == 1":                               {coupon.ErrExpressionNotPermitted, "$env", "1:1"},
		"customer == customer":                    {coupon.ErrExpressionNotPermitted, "customer", "1:1"},
		"let c = customer; c.spent > 1":           {coupon.ErrExpressionNotPermitted, "customer", "1:9"},
		"let customer = order; true":              {coupon.ErrExpressionNotPermitted, "let customer", "1:5"},
		"lines[0].quantity > 1":                   {coupon.ErrExpressionNotPermitted, "lines[0]", "1:6"},
		"order?.quantity > 1":                     {coupon.ErrExpressionNotPermitted, "order?.quantity", "1:8"},
		"max(map(lines, .amount)) > 1":            {coupon.ErrExpressionNotPermitted, "max(map(lines, .amount))", "1:1"},
		"lines == lines":                          {coupon.ErrExpressionNotPermitted, "lines == lines", "1:7"},
		`"sku" in order`:                          {coupon.ErrExpressionNotPermitted, `"sku" in order`, "1:7"},
		"order in [order]":                        {coupon.ErrExpressionNotPermitted, "order in [order]", "1:7"},
		"nil == nil":                              {coupon.ErrExpressionNotPermitted, "nil", "1:1"},
		"order.quantity > 9007199254740992":       {coupon.ErrExpressionNotPermitted, "numbers beyond 9007199254740991", "1:18"},
		deep:                                      {coupon.ErrExpressionTooCostly, "", ""},
		strings.Repeat("true and ", 200) + "true": {coupon.ErrExpressionInvalid, "exceeds maximum", ""},
		strings.Repeat(" ", 5000):                 {coupon.ErrExpressionTooCostly, "", ""},
	} {
		_, err := compile(text)
		f, ok := fault.As(err)
		if !ok || !errors.Is(err, want.err) {
			t.Errorf("%.60q: %v", text, err)
			continue
		}
		said := fmt.Sprint(f.Args["what"], f.Args["problem"])
		if at := fmt.Sprintf("%v:%v", f.Args["line"], f.Args["column"]); !strings.Contains(said, want.what) || want.at != "" && at != want.at {
			t.Errorf("%.60q: %q at %s", text, said, at)
		}
	}
}

// What goes wrong when it is evaluated is an error, and no number wraps around.
func TestFails(t *testing.T) {
	for _, text := range []string{
		"order.subtotal * 9007199254740991 > 1",
		"4294967296 * 4294967296 == 0", // 2^64
		"order.subtotal + 9007199254740991 > 1",
		"0 - 9007199254740991 - order.subtotal < 1",
		"sum(lines, .quantity * 9007199254740000) > 1",
		"sum(lines, 9007199254740991) > 1",
		strings.Repeat("sum(lines, ", 2) + "9007199254740991)) > 1",
		"order.quantity % (order.quantity - 4) == 0",
	} {
		p, err := compile(text)
		if err != nil {
			t.Errorf("%s: %v %v", text, err, details(err))
			continue
		}
		if got, err := p.Holds(environment()); err == nil {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestFactsAskedFor(t *testing.T) {
	p, err := compile(`customer.spent > 1 or any(lines, .amount > customer["spent"]) or customer.days_since_last_order > 3 or customer.id == ""`)
	if err != nil || !slices.Equal(p.facts, []string{"spent", "last_order_at", "id"}) {
		t.Errorf("%v %v", p, err)
	}
}

func details(err error) any {
	f, _ := fault.As(err)
	return f.Args
}
