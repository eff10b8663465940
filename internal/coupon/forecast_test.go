package coupon

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

// past is an order of one line at some hour of noon's day.
func past(id string, hour int, amount, cost int64, who string) PastOrder {
	return PastOrder{Customer: customer.Ref{ID: who}, Order: order.Order{
		ID: id, Currency: "EUR", PlacedAt: noon.Add(time.Duration(hour) * time.Hour),
		Lines: []order.Line{{ID: "1", Quantity: 1, UnitAmount: amount, UnitCost: cost}},
	}}
}

func TestForecast(t *testing.T) {
	c := Campaign{ID: "camp_1", Version: 2, Definition: Definition{Limits: Limits{MaxRedemptions: 3, MaxRedemptionsPerCustomer: 1}, Terms: Terms{
		Rewards: []Reward{{Type: PercentOff, PercentOff: "20"}}, ExpiresAt: noon.Add(9 * time.Hour),
		Rules: Rules{MinimumAmount: 1000, Currency: "EUR"},
	}}}
	f, err := c.Forecast([]PastOrder{
		past("late", 9, 5000, 0, "f"),   // the campaign is over
		past("fourth", 8, 5000, 0, "e"), // used up
		past("sixth", 8, 900, 0, "e"),   // too small for a limit to refuse it
		past("first", 1, 1000, 900, "a"),
		past("again", 2, 1000, 0, "a"), // the customer's limit
		past("small", 3, 999, 0, "b"),  // below the minimum
		past("nobody", 4, 2000, 0, ""), // whose limit?
		past("second", 5, 2000, 1600, "c"),
		past("third", 6, 3000, 0, "d"),
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	want := Forecast{
		Object: "forecast", Campaign: "camp_1", Version: 2, Orders: 9, Applied: 3, Spent: noon.Add(6 * time.Hour),
		ExhaustedAt: map[string]time.Time{"quantity_exceeded": noon.Add(6 * time.Hour)},
		Refused:     []RefusedFor{{"minimum_amount_missed", 2}, {"coupon_expired", 1}, {"customer_limit_exceeded", 1}, {"needs_customer", 1}, {"quantity_exceeded", 1}},
		Costs:       []ForecastSum{{Currency: "EUR", Applied: 3, Revenue: 6000, Discount: 1200, MarginKnown: 2, BelowCost: 1}},
		Losses:      []Loss{{Order: "first", Currency: "EUR", Loss: 100}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("%+v\nwant\n%+v", f, want)
	}
}

// A guest is one person however the address is written; one that is none, and
// facts that cannot be, are refused as a redemption refuses them.
func TestForecastKnowsGuests(t *testing.T) {
	c := Campaign{Definition: Definition{
		Limits: Limits{MaxRedemptionsPerCustomer: 1}, Terms: Terms{Rewards: []Reward{{Type: PercentOff, PercentOff: "10"}}},
	}}
	guest := func(hour int, email string) PastOrder {
		p := past("o", hour, 1000, 0, "")
		p.Customer = customer.Ref{Email: email}
		return p
	}
	f, err := c.Forecast([]PastOrder{guest(1, "Anna@Example.org"), guest(2, " anna@example.org"), guest(3, "ben@example.org")}, noon)
	if err != nil || f.Applied != 2 || f.refusals()["customer_limit_exceeded"] != 1 {
		t.Errorf("%v %+v", err, f)
	}
	odd, unknown, nobody := guest(1, "anna@example.org"), past("o", 1, 1000, 0, "c"), past("o", 1, 1000, 0, "")
	odd.Facts.Spent = &money.Amount{Minor: 1, Currency: "EUX"}
	unknown.Facts.Segments, nobody.Customer = []string{""}, customer.Ref{}
	nobody.Facts.Segments = []string{"vip"}
	for param, p := range map[string]PastOrder{
		"orders[1].customer.email": guest(1, "anna"), "orders[1].customer_facts.spent.currency": odd,
		"orders[1].customer_facts.segments[0]": unknown, "orders[1].customer": nobody,
	} {
		_, err := c.Forecast([]PastOrder{guest(1, "anna@example.org"), p}, noon)
		if f, ok := fault.As(err); !ok || f.Kind != fault.Invalid || f.Param != param {
			t.Errorf("%s: %v", param, err)
		}
	}
}

func TestForecastBounds(t *testing.T) {
	c := Campaign{Definition: Definition{Terms: Terms{Rewards: []Reward{{Type: PercentOff, PercentOff: "100"}}}}}
	var history []PastOrder
	for i := range 30 {
		history = append(history, past(fmt.Sprint(i), i, money.Max, money.Max, ""))
	}
	f, err := c.Forecast(history, noon)
	if err != nil || len(f.Losses) != maxLosses || f.Costs[0].Discount != money.Max || f.Costs[0].BelowCost != 30 {
		t.Errorf("%v %+v", err, f)
	}
	history[7].Order.Lines = append(history[7].Order.Lines, history[7].Order.Lines[0])
	if _, err := c.Forecast(history, noon); !errors.Is(err, order.ErrLineRepeated) {
		t.Errorf("%v", err)
	}
}
