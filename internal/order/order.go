// Package order is what a shop sells: the cart or order that a coupon is applied
// to ([Order]: lines, shipping, currency, and the arithmetic of its totals), and
// the order that a shop tells of ([Record]: its state, what was charged, what
// came back).
//
// An order is told by facts: versions of itself, of which the highest holds, and
// returns with ids of their own. Any of them may arrive late, twice, or in
// another order; what they add up to is the same. [Status] says what each
// change of state means.
package order

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// The faults of orders.
var (
	ErrLineRepeated    = fault.Define(fault.Invalid, "line_repeated")
	ErrCurrencyUnknown = fault.Define(fault.Invalid, "currency_unknown")
	ErrCountryUnknown  = fault.Define(fault.Invalid, "country_unknown")
)

// Order is what the shop is about to sell. Amounts are in minor units of Currency.
type Order struct {
	ID              string            `json:"id,omitzero" maxLength:"128" pattern:"^[A-Za-z0-9._:-]+$" patternDescription:"1 to 128 of A–Z a–z 0–9 . _ : - (no e-mail addresses)" doc:"The shop's own order id. Required to redeem, optional to validate." example:"order-1001"`
	Currency        string            `json:"currency" minLength:"3" maxLength:"3" doc:"ISO 4217, capital letters." example:"EUR"`
	Lines           []Line            `json:"lines" minItems:"1" maxItems:"100" nullable:"false"`
	ShippingAmount  int64             `json:"shipping_amount,omitzero" minimum:"0" maximum:"9007199254740991" doc:"In minor units." example:"490"`
	ShippingCountry string            `json:"shipping_country,omitzero" minLength:"2" maxLength:"2" doc:"Where it is sent: ISO 3166-1 alpha-2, capital letters." example:"DE"`
	Channel         string            `json:"channel,omitzero" maxLength:"40" example:"web"`
	PlacedAt        time.Time         `json:"placed_at,omitzero" doc:"When the customer ordered, with a time zone."`
	Metadata        map[string]string `json:"metadata,omitempty" maxProperties:"50"`
}

// Line is one position of an order.
type Line struct {
	ID         string   `json:"id" maxLength:"128" pattern:"^[A-Za-z0-9._:-]+$" patternDescription:"1 to 128 of A–Z a–z 0–9 . _ : -" example:"1"`
	SKU        string   `json:"sku,omitzero" maxLength:"128" example:"mug-blue"`
	Categories []string `json:"categories,omitempty" maxItems:"20"`
	Quantity   int64    `json:"quantity" minimum:"1" maximum:"1000000" example:"2"`
	UnitAmount int64    `json:"unit_amount" minimum:"0" maximum:"9007199254740991" doc:"Price of one, in minor units." example:"1950"`
	UnitCost   int64    `json:"unit_cost,omitzero" minimum:"0" maximum:"9007199254740991" doc:"What one costs the shop, in minor units."`
	// What is optional here is left out of the fingerprint while it is not given.
	MinimumUnitAmount int64 `json:"minimum_unit_amount,omitzero" minimum:"0" maximum:"9007199254740991" doc:"The least that one may cost after discounts, in minor units. What the line cannot take off moves to the others."`
	Reduced           bool  `json:"reduced,omitzero" doc:"The price is reduced already."`
}

// Amount is the line's price: unit amount times quantity.
func (l Line) Amount() (int64, error) { return money.Mul(l.UnitAmount, l.Quantity) }

// Totals are an order's sums before any discount.
type Totals struct {
	Lines    []int64 // each line's amount
	Subtotal int64   // all lines, without shipping
	Total    int64   // with shipping
	Quantity int64   // items
}

// Check refuses what the schema cannot: unknown currencies, repeated line ids,
// sums beyond [money.Max]. It returns the totals. Fields are named under "order".
func (o Order) Check() (Totals, error) {
	if !money.Valid(o.Currency) {
		return Totals{}, ErrCurrencyUnknown.At("order.currency").Arg("currency", o.Currency)
	}
	if o.ShippingCountry != "" && !Country(o.ShippingCountry) {
		return Totals{}, ErrCountryUnknown.At("order.shipping_country").Arg("country", o.ShippingCountry)
	}
	t := Totals{Lines: make([]int64, len(o.Lines))}
	seen := make(map[string]bool, len(o.Lines))
	for i, l := range o.Lines {
		if seen[l.ID] {
			return Totals{}, ErrLineRepeated.At(fmt.Sprintf("order.lines[%d].id", i)).Arg("id", l.ID)
		}
		seen[l.ID] = true
		amount, err := l.Amount()
		if err != nil {
			return Totals{}, money.ErrOverflow.At(fmt.Sprintf("order.lines[%d]", i))
		}
		t.Lines[i] = amount
		t.Quantity += l.Quantity
	}
	var err error
	if t.Subtotal, err = money.Add(t.Lines...); err == nil {
		t.Total, err = money.Add(t.Subtotal, o.ShippingAmount)
	}
	if err != nil {
		return Totals{}, money.ErrOverflow.At("order")
	}
	return t, nil
}

// FingerprintSize is the length of a fingerprint in bytes.
const FingerprintSize = 12

// Fingerprint is a keyed hash of what a redemption depends on: lines, amounts,
// currency, the country where one is given, and codes. Two requests with one fingerprint ask for the same thing.
// The order of lines and categories, the time, the channel and metadata do not matter.
func (o Order) Fingerprint(s shop.Secrets, codes ...string) []byte {
	lines := slices.Clone(o.Lines)
	for i, l := range lines {
		if len(l.Categories) > 1 {
			lines[i].Categories = slices.Sorted(slices.Values(l.Categories))
		}
	}
	slices.SortFunc(lines, func(a, b Line) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	canonical, err := json.Marshal(Order{ID: o.ID, Currency: o.Currency, Lines: lines, ShippingAmount: o.ShippingAmount, ShippingCountry: o.ShippingCountry})
	if err != nil {
		panic("order.Fingerprint: " + err.Error()) // strings and integers always encode
	}
	return s.Replay.Sum(append([]string{string(canonical)}, codes...)...)[:FingerprintSize]
}
