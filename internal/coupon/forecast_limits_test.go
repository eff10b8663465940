package coupon

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// refusals are what a forecast counts of each reason.
func (f Forecast) refusals() map[string]int {
	out := map[string]int{}
	for _, r := range f.Refused {
		out[r.Code] = r.Orders
	}
	return out
}

// Each limit by itself: what it refuses, and when it was reached.
func TestForecastKnowsEveryLimit(t *testing.T) {
	euros := func(n int64) BudgetLimit { return BudgetLimit{Amount: n, Currency: "EUR"} }
	five := []PastOrder{
		past("c", 30, 4000, 0, "c"), past("a", 1, 1000, 0, "a"), past("d", 31, 1000, 0, "a"), past("b", 2, 2000, 0, "b"), past("e", 32, 1000, 0, "d"),
	}
	ten := Reward{Type: PercentOff, PercentOff: "10"} // 100, 200, then the day after 400, 100, 100
	for name, c := range map[string]struct {
		limits  Limits
		reward  Reward
		rules   Rules
		refused map[string]int
		reached map[string]int // hours
	}{
		"uses":     {Limits{MaxRedemptions: 3}, ten, Rules{}, map[string]int{"quantity_exceeded": 2}, map[string]int{"quantity_exceeded": 30}},
		"budget":   {Limits{Budget: euros(500)}, ten, Rules{Currency: "EUR"}, map[string]int{"budget_exhausted": 1}, map[string]int{"budget_exhausted": 30}},
		"to zero":  {Limits{Budget: euros(700)}, ten, Rules{Currency: "EUR"}, map[string]int{"budget_exhausted": 2}, map[string]int{"budget_exhausted": 30}},
		"plenty":   {Limits{Budget: euros(901), MaxRedemptions: 6}, ten, Rules{Currency: "EUR"}, map[string]int{}, nil},
		"stock":    {Limits{}, Reward{Type: Service, Stock: 1}, Rules{}, map[string]int{"stock_exhausted": 4}, map[string]int{"stock_exhausted": 1}},
		"day":      {Limits{MaxRedemptionsPerDay: 2}, ten, Rules{}, map[string]int{"daily_limit_exceeded": 1}, map[string]int{"daily_limit_exceeded": 2}},
		"zone":     {Limits{MaxRedemptionsPerDay: 2, TimeZone: "Asia/Karachi"}, ten, Rules{}, map[string]int{}, map[string]int{"daily_limit_exceeded": 2}},
		"customer": {Limits{MaxRedemptionsPerCustomer: 1}, ten, Rules{}, map[string]int{"customer_limit_exceeded": 1}, nil},
		"first":    {Limits{}, ten, Rules{FirstOrderOnly: true}, map[string]int{"first_order_taken": 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			history := make([]PastOrder, len(five))
			for i, p := range five {
				none := int64(0)
				p.Facts.OrdersCount = &none
				history[i] = p
			}
			camp := Campaign{Definition: Definition{Limits: c.limits, Terms: Terms{Rewards: []Reward{c.reward}, Rules: c.rules}}}
			f, err := camp.Forecast(history, noon)
			want := map[string]time.Time{}
			for code, hour := range c.reached {
				want[code] = noon.Add(time.Duration(hour) * time.Hour)
			}
			if err != nil || !maps.Equal(f.refusals(), c.refused) || !maps.Equal(f.ExhaustedAt, want) {
				t.Errorf("%v refused %v, reached %v, want %v and %v", err, f.refusals(), f.ExhaustedAt, c.refused, want)
			}
			if f.Spent != want["quantity_exceeded"] {
				t.Errorf("used up at %v", f.Spent)
			}
		})
	}
}

// Whatever the orders are: a forecast costs no more than the budget, and applies to no
// more orders, in all, of a day or of a customer, than the limits allow; and it accounts for each order.
func TestForecastStaysWithinLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, most int64) int64 { return rapid.Int64Range(0, most).Draw(t, name) }
		l := Limits{
			MaxRedemptions: draw("uses", 6), MaxRedemptionsPerCustomer: draw("each", 3), MaxRedemptionsPerDay: draw("a day", 3),
			Budget: BudgetLimit{Amount: draw("budget", 900), Currency: "EUR"},
		}
		c := Campaign{Definition: Definition{Limits: l, Terms: Terms{
			Rewards: []Reward{{Type: PercentOff, PercentOff: "10"}, {Type: Service, Stock: draw("stock", 5)}}, Rules: Rules{Currency: "EUR"},
		}}}
		var history []PastOrder
		for i := range rapid.IntRange(1, 12).Draw(t, "orders") {
			history = append(history, past(fmt.Sprint(i), int(draw("hour", 70)), 1+draw("amount", 3000), 0, fmt.Sprint("c", draw("who", 2))))
		}
		f, err := c.Forecast(history, noon)
		if err != nil {
			t.Fatal(err)
		}
		cost, refused := int64(0), 0
		for _, sum := range f.Costs {
			cost += sum.Discount
		}
		for _, r := range f.Refused {
			refused += r.Orders
		}
		days := int64(4)
		for name, bound := range map[string][2]int64{
			"budget": {cost, l.Budget.Amount}, "uses": {int64(f.Applied), l.MaxRedemptions}, "stock": {int64(f.Applied), c.stock()},
			"day": {int64(f.Applied), l.MaxRedemptionsPerDay * days}, "customer": {int64(f.Applied), l.MaxRedemptionsPerCustomer * 3},
		} {
			if bound[1] > 0 && bound[0] > bound[1] {
				t.Fatalf("%s: %d, beyond %d", name, bound[0], bound[1])
			}
		}
		if f.Applied+refused != len(history) {
			t.Fatalf("%d applied, %d refused of %d", f.Applied, refused, len(history))
		}
		for code := range f.refusals() {
			if _, reached := f.ExhaustedAt[code]; !reached && code != ErrCustomerLimit.Code {
				t.Fatalf("%s is not reached", code)
			}
		}
	})
}
