package coupon

import (
	"fmt"
	"slices"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// checkOwn looks at what each type needs.
func (r Reward) checkOwn(at string) error {
	if err := r.checkCounts(at); err != nil {
		return err
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
	case FreeShipping, GiftBalance:
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
		if err := p.check(fmt.Sprintf("%s.items[%d]", at, i)); err != nil {
			return err
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
