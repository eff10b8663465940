package coupon

import (
	"slices"
	"strings"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// fieldsOf lists what a reward of each type may have, beside type, when and currency.
var fieldsOf = map[RewardType]string{
	PercentOff:   "percent_off applies_to cheapest_items max_discount tiers tiers_by",
	AmountOff:    "amount_off per applies_to cheapest_items max_discount tiers tiers_by",
	FixedPrice:   "price applies_to cheapest_items max_discount tiers tiers_by stock",
	Bundle:       "percent_off price items max_times max_discount stock",
	BuyXGetY:     "percent_off buy get max_times max_discount stock",
	FreeItem:     "sku quantity applies_to every max_times stock",
	FreeShipping: "max_discount",
	Service:      "service applies_to stock",
	GiftBalance:  "",
}

// check refuses a reward that contradicts itself, naming the field.
func (r Reward) check(at string) error {
	fields, ok := fieldsOf[r.Type]
	if !ok {
		return fault.ErrInvalid.At(at + ".type")
	}
	for _, f := range r.given() {
		if !slices.Contains(strings.Fields(fields), f) {
			return ErrFieldNotAllowed.At(at+"."+f).Arg("type", string(r.Type))
		}
	}
	if err := r.checkOwn(at); err != nil {
		return err
	}
	return r.checkCurrency(at)
}

// given names the fields that the reward has.
func (r Reward) given() []string {
	var names []string
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"percent_off", r.PercentOff != ""},
		{"amount_off", r.AmountOff != 0},
		{"per", r.Per != ""},
		{"price", r.Price != nil},
		{"applies_to", !r.AppliesTo.IsZero()},
		{"cheapest_items", r.CheapestItems != 0},
		{"max_discount", r.MaxDiscount != 0},
		{"tiers", len(r.Tiers) > 0},
		{"tiers_by", r.TiersBy != ""},
		{"items", len(r.Items) > 0},
		{"buy", !r.Buy.IsZero()},
		{"get", !r.Get.IsZero()},
		{"sku", r.SKU != ""},
		{"quantity", r.Quantity != 0},
		{"every", r.Every != Every{}},
		{"max_times", r.MaxTimes != 0},
		{"service", r.Service != Text{}},
		{"stock", r.Stock != 0},
	} {
		if f.set {
			names = append(names, f.name)
		}
	}
	return names
}

// maxQuantity is what an order line holds at most.
const maxQuantity = 1_000_000

// checkCounts wants numbers and names that can be.
func (r Reward) checkCounts(at string) error {
	for _, f := range []struct {
		name   string
		n, max int64
	}{
		{"cheapest_items", r.CheapestItems, maxQuantity},
		{"max_discount", r.MaxDiscount, money.Max},
		{"quantity", r.Quantity, maxQuantity},
		{"every.quantity", r.Every.Quantity, maxQuantity},
		{"every.amount", r.Every.Amount, money.Max},
		{"max_times", r.MaxTimes, maxQuantity},
		{"stock", r.Stock, 1_000_000_000},
	} {
		if f.n < 0 || f.n > f.max {
			return fault.ErrInvalid.At(at + "." + f.name)
		}
	}
	if err := r.AppliesTo.check(at + ".applies_to"); err != nil {
		return err
	}
	if err := r.Buy.check(at + ".buy"); err != nil {
		return err
	}
	return r.Get.check(at + ".get")
}

// money reports whether the reward names an amount.
func (r Reward) money() bool {
	return r.Type == GiftBalance || r.AmountOff > 0 || r.Price != nil || r.MaxDiscount > 0 || r.Every.Amount > 0 ||
		len(r.Tiers) > 0 && (r.Type != PercentOff || r.TiersBy != ByQuantity)
}

func (r Reward) checkCurrency(at string) error {
	switch {
	case r.money() && r.Currency == "":
		return ErrFieldMissing.At(at + ".currency")
	case !r.money() && r.Currency != "":
		return ErrFieldNotAllowed.At(at+".currency").Arg("type", string(r.Type))
	case r.Currency != "" && !money.Valid(r.Currency):
		return fault.ErrInvalid.At(at + ".currency")
	}
	return nil
}
