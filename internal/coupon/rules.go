package coupon

import (
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// Rules must all hold for an order.
type Rules struct {
	MinimumAmount   int64  `json:"minimum_amount,omitzero" minimum:"1" maximum:"9007199254740991" doc:"Least subtotal (lines, without shipping), in minor units of currency." example:"5000"`
	MinimumQuantity int64  `json:"minimum_quantity,omitzero" minimum:"1" maximum:"1000000" doc:"Least number of items."`
	Currency        string `json:"currency,omitzero" minLength:"3" maxLength:"3" doc:"Of minimum_amount; needed where no reward names one." example:"EUR"`
}

// check holds an order to the rules. It names every rule that failed, and by how much.
func (t Terms) check(c Cart) error {
	if bound := t.Currency(); bound != "" && bound != c.Order.Currency {
		return ErrCurrencyMismatch.At("order.currency").Arg("currency", bound)
	}
	var failed []*fault.Error
	if missing := t.Rules.MinimumAmount - c.Totals.Subtotal; missing > 0 {
		failed = append(failed, ErrMinimumAmount.At("order.lines").
			Arg("minimum", money.Amount{Minor: t.Rules.MinimumAmount, Currency: c.Order.Currency}).Arg("missing", money.Amount{Minor: missing, Currency: c.Order.Currency}))
	}
	if missing := t.Rules.MinimumQuantity - c.Totals.Quantity; missing > 0 {
		failed = append(failed, ErrMinimumQuantity.At("order.lines").
			Arg("minimum", t.Rules.MinimumQuantity).Arg("missing", missing))
	}
	if len(failed) > 0 {
		return ErrRulesViolated.At("order").Of(failed...)
	}
	return nil
}
