package coupon

import (
	"fmt"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// Measure is what tiers count.
type Measure string

// What tiers can count of the matching items.
const (
	ByQuantity   Measure = "quantity"
	ByAmount     Measure = "amount"
	ByListAmount Measure = "list_amount"
)

// Tier is what an order gets that reaches From.
type Tier struct {
	From       int64  `json:"from" minimum:"1" maximum:"9007199254740991" doc:"Items, or minor units, as tiers_by says."`
	PercentOff string `json:"percent_off,omitzero" maxLength:"8" doc:"Of a percent_off." example:"12.5"`
	AmountOff  int64  `json:"amount_off,omitzero" minimum:"1" maximum:"9007199254740991" doc:"Of an amount_off."`
	Price      *int64 `json:"price,omitempty" minimum:"0" maximum:"9007199254740991" doc:"Of a fixed_price."`
}

// at gives the reward as it is for an order that reaches n, if it reaches any tier.
func (r Reward) at(n int64) (Reward, bool) {
	if len(r.Tiers) == 0 {
		return r, true
	}
	reached := false
	for _, t := range r.Tiers {
		if t.From <= n {
			r.PercentOff, r.AmountOff, r.Price, reached = t.PercentOff, t.AmountOff, t.Price, true
		}
	}
	return r, reached
}

// checkTiers wants tiers that rise, each with the one value of the reward's type.
func (r Reward) checkTiers(at string) error {
	switch r.TiersBy {
	case ByQuantity, ByAmount, ByListAmount:
	case "":
		return ErrFieldMissing.At(at + ".tiers_by")
	default:
		return fault.ErrInvalid.At(at + ".tiers_by")
	}
	before := int64(0)
	for i, t := range r.Tiers {
		here := fmt.Sprintf("%s.tiers[%d]", at, i)
		if t.From <= before {
			return ErrTiersNotRising.At(here + ".from")
		}
		before = t.From
		if err := t.check(r.Type, here); err != nil {
			return err
		}
	}
	return nil
}

func (t Tier) check(of RewardType, at string) error {
	given := map[string]bool{"percent_off": t.PercentOff != "", "amount_off": t.AmountOff != 0, "price": t.Price != nil}
	own := map[RewardType]string{PercentOff: "percent_off", AmountOff: "amount_off", FixedPrice: "price"}[of]
	for _, name := range []string{"percent_off", "amount_off", "price"} {
		if given[name] && name != own {
			return ErrFieldNotAllowed.At(at+"."+name).Arg("type", string(of))
		}
	}
	return checkValues(at, own, t.PercentOff, t.AmountOff, t.Price)
}

// checkValues wants the named one of three values, as it has to be.
func checkValues(at, name, percent string, amount int64, price *int64) error {
	missing := map[string]bool{"percent_off": false, "amount_off": amount == 0, "price": price == nil}[name]
	switch {
	case missing:
		return ErrFieldMissing.At(at + "." + name)
	case amount < 0 || amount > money.Max || price != nil && (*price < 0 || *price > money.Max):
		return fault.ErrInvalid.At(at + "." + name)
	case name == "percent_off":
		if _, err := money.ParsePercent(percent); err != nil {
			return money.ErrPercentInvalid.At(at + "." + name)
		}
	}
	return nil
}
