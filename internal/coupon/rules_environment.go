package coupon

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/moment"
)

// Environment is what an expression sees. Its types have no methods, and no
// numbers but whole ones: amounts are in minor units.
type Environment struct {
	Order    EnvironmentOrder    `expr:"order"`
	Lines    []EnvironmentLine   `expr:"lines"`
	Customer EnvironmentCustomer `expr:"customer"`
	Now      EnvironmentTime     `expr:"now"`
}

// EnvironmentOrder is the order without its lines.
type EnvironmentOrder struct {
	Currency        string            `expr:"currency"`
	Subtotal        int               `expr:"subtotal"` // as thresholds see it: list, or what is left
	ShippingAmount  int               `expr:"shipping_amount"`
	ShippingCountry string            `expr:"shipping_country"`
	Quantity        int               `expr:"quantity"`
	Channel         string            `expr:"channel"`
	Metadata        map[string]string `expr:"metadata"`
}

// EnvironmentLine is one line.
type EnvironmentLine struct {
	ID         string   `expr:"id"`
	SKU        string   `expr:"sku"`
	Categories []string `expr:"categories"`
	Quantity   int      `expr:"quantity"`
	UnitAmount int      `expr:"unit_amount"`
	Amount     int      `expr:"amount"` // as thresholds see it
	Reduced    bool     `expr:"reduced"`
}

// EnvironmentCustomer is what is known of the customer. An expression that
// names a fact is evaluated only where that fact is known.
type EnvironmentCustomer struct {
	ID                 string            `expr:"id"`
	OrdersCount        int               `expr:"orders_count"`
	Spent              int               `expr:"spent"` // in the order's currency
	DaysSinceLastOrder int               `expr:"days_since_last_order"`
	Stage              string            `expr:"stage"`
	Segments           []string          `expr:"segments"`
	Metadata           map[string]string `expr:"metadata"`
}

// EnvironmentTime is the time by the clocks of the rules' time zone, or UTC.
type EnvironmentTime struct {
	Unix    int    `expr:"unix"`
	Year    int    `expr:"year"`
	Month   int    `expr:"month"`
	Day     int    `expr:"day"`
	Hour    int    `expr:"hour"`
	Minute  int    `expr:"minute"`
	Weekday string `expr:"weekday"`
}

func (c *Cart) environment(r *Rules) *Environment {
	amounts := r.seen(c)
	o := c.Order
	e := &Environment{
		Order: EnvironmentOrder{
			Currency: o.Currency, Subtotal: int(sum(amounts)), ShippingAmount: int(o.ShippingAmount), ShippingCountry: o.ShippingCountry,
			Quantity: int(c.Totals.Quantity), Channel: o.Channel, Metadata: o.Metadata,
		},
		Lines:    make([]EnvironmentLine, len(o.Lines)),
		Customer: c.environmentCustomer(),
		Now:      r.environmentTime(c.Now),
	}
	for i, l := range o.Lines {
		e.Lines[i] = EnvironmentLine{
			ID: l.ID, SKU: l.SKU, Categories: l.Categories, Quantity: int(l.Quantity),
			UnitAmount: int(l.UnitAmount), Amount: int(amounts[i]), Reduced: l.Reduced,
		}
	}
	return e
}

func (c *Cart) environmentCustomer() EnvironmentCustomer {
	e := EnvironmentCustomer{
		ID: c.Customer.ID, Stage: string(c.Facts.Stage), Segments: c.Facts.Segments, Metadata: c.Facts.Metadata,
		DaysSinceLastOrder: int(max(0, c.Now.Sub(c.Facts.LastOrderAt)/day)),
	}
	if n := c.Facts.OrdersCount; n != nil {
		e.OrdersCount = int(*n)
	}
	if s := c.Facts.Spent; s != nil {
		e.Spent = int(s.Minor)
	}
	return e
}

func (r *Rules) environmentTime(now time.Time) EnvironmentTime {
	now = now.UTC()
	if r.Hours != nil {
		if loc, err := moment.Zone(r.Hours.TimeZone); err == nil { // otherwise the hours fail anyway
			now = now.In(loc)
		}
	}
	return EnvironmentTime{
		Unix: int(now.Unix()), Year: now.Year(), Month: int(now.Month()), Day: now.Day(),
		Hour: now.Hour(), Minute: now.Minute(), Weekday: weekdays[now.Weekday()],
	}
}

// knowsAll asks for the facts that are wanted and not known.
func (c *Cart) knowsAll(wanted []string, f *failures) bool {
	if len(wanted) == 0 {
		return true
	}
	if f.nobody(c) {
		return false
	}
	before := len(f.parts)
	for _, fact := range wanted {
		switch {
		case fact == customer.FactLastOrderAt && c.neverOrdered():
			f.add(ErrNoOrderYet.At("customer_facts.last_order_at"))
		case !c.knows(fact):
			f.unknown(fact)
		}
	}
	return len(f.parts) == before
}

func (c *Cart) knows(fact string) bool {
	switch known := &c.Facts; fact {
	case customer.FactOrdersCount:
		return known.OrdersCount != nil
	case customer.FactSpent:
		return known.Spent != nil && known.Spent.Currency == c.Order.Currency
	case customer.FactLastOrderAt:
		return !known.LastOrderAt.IsZero()
	case customer.FactStage:
		return known.Stage != ""
	case customer.FactSegments:
		return known.Segments != nil
	case customer.FactMetadata:
		return known.Metadata != nil
	}
	return true // who it is
}

// neverOrdered reports whether it is known that there was no order before.
func (c *Cart) neverOrdered() bool {
	n := c.Facts.OrdersCount
	return c.Facts.LastOrderAt.IsZero() && n != nil && *n == 0
}
