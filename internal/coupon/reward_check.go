package coupon

import (
	"fmt"
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

// checkOwn looks at what each type needs.
func (r Reward) checkOwn(at string) error {
	for name, n := range map[string]int64{
		"cheapest_items": r.CheapestItems, "max_discount": r.MaxDiscount, "quantity": r.Quantity, "max_times": r.MaxTimes, "stock": r.Stock,
		"buy.quantity": r.Buy.Quantity, "get.quantity": r.Get.Quantity, "every.quantity": r.Every.Quantity, "every.amount": r.Every.Amount,
	} {
		if n < 0 || n > money.Max {
			return fault.ErrInvalid.At(at + "." + name)
		}
	}
	switch r.Type {
	case PercentOff, FixedPrice:
		return r.checkValue(at)
	case AmountOff:
		return r.checkAmountOff(at)
	case Bundle:
		return r.checkBundle(at)
	case BuyXGetY:
		return r.checkBuyXGetY(at)
	case FreeItem:
		return r.checkFreeItem(at)
	case Service:
		if r.Service.German == "" || r.Service.English == "" {
			return ErrFieldMissing.At(at + ".service")
		}
	case FreeShipping:
	}
	return nil
}

// checkValue wants the value that the type is named after, or tiers in its place.
func (r Reward) checkValue(at string) error {
	name := map[RewardType]string{PercentOff: "percent_off", AmountOff: "amount_off", FixedPrice: "price"}[r.Type]
	if len(r.Tiers) == 0 {
		if r.TiersBy != "" {
			return ErrFieldMissing.At(at + ".tiers")
		}
		return checkValues(at, name, r.PercentOff, r.AmountOff, r.Price)
	}
	if slices.Contains(r.given(), name) {
		return ErrFieldsExclusive.At(at+"."+name).Arg("other", "tiers")
	}
	return r.checkTiers(at)
}

func (r Reward) checkAmountOff(at string) error {
	switch r.Per {
	case "", "order":
		if r.CheapestItems > 0 {
			return ErrFieldNotAllowed.At(at+".cheapest_items").Arg("type", string(r.Type))
		}
		if r.MaxDiscount > 0 {
			return ErrFieldNotAllowed.At(at+".max_discount").Arg("type", string(r.Type))
		}
	case PerItem:
	default:
		return fault.ErrInvalid.At(at + ".per")
	}
	return r.checkValue(at)
}

func (r Reward) checkBundle(at string) error {
	if len(r.Items) == 0 {
		return ErrFieldMissing.At(at + ".items")
	}
	for i, p := range r.Items {
		if p.Quantity < 0 || p.Quantity > money.Max {
			return fault.ErrInvalid.At(fmt.Sprintf("%s.items[%d].quantity", at, i))
		}
	}
	switch {
	case r.Price != nil && r.PercentOff != "":
		return ErrFieldsExclusive.At(at+".price").Arg("other", "percent_off")
	case r.Price != nil:
		return checkValues(at, "price", "", 0, r.Price)
	}
	return checkValues(at, "percent_off", r.PercentOff, 0, nil)
}

func (r Reward) checkBuyXGetY(at string) error {
	if r.Buy.IsZero() {
		return ErrFieldMissing.At(at + ".buy")
	}
	if r.PercentOff == "" {
		return nil
	}
	return checkValues(at, "percent_off", r.PercentOff, 0, nil)
}

func (r Reward) checkFreeItem(at string) error {
	switch {
	case r.SKU == "":
		return ErrFieldMissing.At(at + ".sku")
	case r.Every.Quantity > 0 && r.Every.Amount > 0:
		return ErrFieldsExclusive.At(at+".every.amount").Arg("other", "every.quantity")
	case r.MaxTimes > 0 && r.Every == Every{}:
		return ErrFieldMissing.At(at + ".every")
	}
	return nil
}

// money reports whether the reward names an amount.
func (r Reward) money() bool {
	return r.AmountOff > 0 || r.Price != nil || r.MaxDiscount > 0 || r.Every.Amount > 0 ||
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
