package coupon

import "github.com/lagniappe/lagniappe/internal/customer"

// Rules must all hold for an order. Each is one optional field; what it looks
// at stands beside it. Those that ask about the customer are the [Audience].
type Rules struct {
	MinimumAmount   int64  `json:"minimum_amount,omitzero" minimum:"1" maximum:"9007199254740991" doc:"Least subtotal (lines, without shipping), in minor units of currency." example:"5000"`
	MaximumAmount   int64  `json:"maximum_amount,omitzero" minimum:"1" maximum:"9007199254740991" doc:"Greatest subtotal, in minor units of currency."`
	MinimumQuantity int64  `json:"minimum_quantity,omitzero" minimum:"1" maximum:"1000000" doc:"Least number of items."`
	MaximumQuantity int64  `json:"maximum_quantity,omitzero" minimum:"1" maximum:"1000000" doc:"Greatest number of items."`
	Currency        string `json:"currency,omitzero" minLength:"3" maxLength:"3" doc:"Of the amounts here; needed where no reward names one." example:"EUR"`
	ThresholdOn     string `json:"threshold_on,omitzero" enum:"list,left" doc:"Whether minimum_amount and maximum_amount see the list subtotal (the default) or what earlier campaigns left of it."`

	CountedItems   Selection `json:"counted_items,omitzero" doc:"Only these lines count for minimum and maximum."`
	RequiredItems  Selection `json:"required_items,omitzero" doc:"At least one line is one of these."`
	ForbiddenItems Selection `json:"forbidden_items,omitzero" doc:"No line is one of these. With exceptions only: no line but those."`
	ForbidReduced  bool      `json:"forbid_reduced,omitzero" doc:"No line is reduced already (reduced: true). To leave such lines out of minimum and maximum, except them from counted_items."`

	Hours             *Hours            `json:"hours,omitempty" nullable:"false"`
	Channels          []string          `json:"channels,omitempty" maxItems:"50" doc:"The order's channel is one of these." example:"[\"web\"]"`
	ExcludedChannels  []string          `json:"excluded_channels,omitempty" maxItems:"50" doc:"The order's channel is none of these."`
	Countries         []string          `json:"countries,omitempty" maxItems:"250" doc:"The order's shipping_country is one of these (ISO 3166-1 alpha-2)." example:"[\"DE\"]"`
	ExcludedCountries []string          `json:"excluded_countries,omitempty" maxItems:"250" doc:"The order's shipping_country is none of these; an order without one is refused."`
	Metadata          map[string]string `json:"metadata,omitempty" maxProperties:"50" doc:"The order's metadata has all of these, with these values."`

	FirstOrderOnly bool `json:"first_order_only,omitzero" doc:"Only for a customer who has never ordered. Calls must name the customer, and say orders_count in customer_facts."`
	Audience
	Expression string `json:"expression,omitzero" maxLength:"1000" doc:"A condition in the expression language (see Rules in the README): it must be true." example:"any(lines, .quantity >= 3 and \"mugs\" in .categories)"`
}

// FirstOrder reports whether the rules are for first orders only. Two first
// orders at once look alike to rules, so the redemption's write has to decide between them.
func (r Rules) FirstOrder() bool { return r.FirstOrderOnly }

// check holds a cart to the rules. It names every rule that failed, and by how much.
func (t Terms) check(c Cart) error {
	if bound := t.Currency(); bound != "" && bound != c.Order.Currency {
		return ErrCurrencyMismatch.At("order.currency").Arg("currency", bound)
	}
	r, f := &t.Rules, failures{}
	r.checkThresholds(&c, &f)
	r.checkItems(&c, &f)
	r.checkPlaces(&c, &f)
	r.Hours.check(c.Now, &f)
	r.checkFirstOrder(&c, &f)
	r.check(&c, &f) // the audience
	r.checkExpression(&c, &f)
	return f.err()
}

func (r *Rules) checkFirstOrder(c *Cart, f *failures) {
	if !r.FirstOrderOnly || f.nobody(c) {
		return
	}
	switch n := c.Facts.OrdersCount; {
	case n == nil:
		f.unknown(customer.FactOrdersCount)
	case *n > 0:
		f.add(ErrFirstOrderOnly.At("customer_facts.orders_count").Arg("orders_count", *n))
	}
}
