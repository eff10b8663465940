package coupon

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/order"
)

// Few SKUs, categories and prices, so that rewards meet each other on lines.
var (
	someSKUs       = []string{"mug", "tea", "pot", "cup", ""}
	someCategories = []string{"a", "b", "c"}
)

func drawSelection(t *rapid.T) Selection {
	some := func(name string, of []string) []string {
		if rapid.IntRange(0, 2).Draw(t, name+"?") > 0 {
			return nil
		}
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 1, 2, rapid.ID[string]).Draw(t, name)
	}
	return Selection{
		SKUs: some("skus", someSKUs[:4]), Categories: some("categories", someCategories), ExceptSKUs: some("except", someSKUs[:4]),
		ExceptReduced: rapid.Bool().Draw(t, "not reduced"),
	}
}

func drawPiece(t *rapid.T) Piece {
	return Piece{drawSelection(t), rapid.Int64Range(1, 4).Draw(t, "piece")}
}

func drawPercent(t *rapid.T) string {
	p := rapid.OneOf(rapid.IntRange(1, 1_000_000), rapid.SampledFrom([]int{1_000_000, 500_000, 333_333})).Draw(t, "percent")
	return fmt.Sprintf("%d.%04d", p/10_000, p%10_000)
}

// drawAmount is small or large, and often both sides of what items cost.
func drawAmount(t *rapid.T, name string) int64 {
	return rapid.OneOf(rapid.Int64Range(1, 3000), rapid.Int64Range(1, 1<<33)).Draw(t, name)
}

func drawReward(t *rapid.T) Reward {
	types := []RewardType{PercentOff, AmountOff, FixedPrice, Bundle, BuyXGetY, FreeItem, FreeShipping, Service}
	r := Reward{Type: rapid.SampledFrom(types).Draw(t, "type")}
	maybe := func(name string) bool { return rapid.IntRange(0, 3).Draw(t, name) == 0 }
	items := func() {
		r.AppliesTo = drawSelection(t)
		if maybe("cheapest?") {
			r.CheapestItems = rapid.Int64Range(1, 5).Draw(t, "cheapest")
		}
	}
	capped := func() {
		if maybe("capped?") {
			r.MaxDiscount = drawAmount(t, "cap")
		}
	}
	times := func() {
		if maybe("times?") {
			r.MaxTimes = rapid.Int64Range(1, 3).Draw(t, "times")
		}
	}
	switch r.Type {
	case PercentOff:
		r.PercentOff = drawPercent(t)
		items()
		capped()
	case AmountOff:
		r.AmountOff = drawAmount(t, "off")
		r.AppliesTo = drawSelection(t)
		if rapid.Bool().Draw(t, "per item") {
			r.Per = PerItem
			items()
			capped()
		}
	case FixedPrice:
		price := drawAmount(t, "price") - 1
		r.Price = &price
		items()
		capped()
	case Bundle:
		r.Items = rapid.SliceOfN(rapid.Custom(drawPiece), 1, 3).Draw(t, "pieces")
		if rapid.Bool().Draw(t, "at a price") {
			price := drawAmount(t, "bundle") - 1
			r.Price = &price
		} else {
			r.PercentOff = drawPercent(t)
		}
		times()
		capped()
	case BuyXGetY:
		r.Buy = drawPiece(t)
		if rapid.Bool().Draw(t, "others") {
			r.Get = drawPiece(t)
		}
		times()
		capped()
	case FreeItem:
		r.SKU, r.Quantity, r.AppliesTo = rapid.SampledFrom(someSKUs[:4]).Draw(t, "gift"), rapid.Int64Range(0, 3).Draw(t, "gifts"), drawSelection(t)
		switch rapid.IntRange(0, 2).Draw(t, "every") {
		case 0:
			r.Every.Quantity = rapid.Int64Range(1, 4).Draw(t, "every items")
			times()
		case 1:
			r.Every.Amount = drawAmount(t, "every amount")
			times()
		}
	case FreeShipping, GiftBalance: // the latter is no discount, and is not drawn here
		capped()
	case Service:
		r.Service, r.AppliesTo = Text{"Einladung", "invitation"}, drawSelection(t)
	}
	drawTiers(t, &r)
	if r.money() {
		r.Currency = "EUR"
	}
	return r
}

func drawTiers(t *rapid.T, r *Reward) {
	if r.Type != PercentOff && r.Type != AmountOff && r.Type != FixedPrice || rapid.IntRange(0, 3).Draw(t, "tiers?") > 0 {
		return
	}
	r.TiersBy = rapid.SampledFrom([]Measure{ByQuantity, ByAmount, ByListAmount}).Draw(t, "by")
	first := Tier{From: rapid.Int64Range(1, 5).Draw(t, "from"), PercentOff: r.PercentOff, AmountOff: r.AmountOff, Price: r.Price}
	second := first
	second.From += rapid.Int64Range(1, 2000).Draw(t, "more")
	switch r.Type {
	case PercentOff:
		second.PercentOff = drawPercent(t)
	case AmountOff:
		second.AmountOff = drawAmount(t, "second")
	default:
	}
	r.PercentOff, r.AmountOff, r.Price, r.Tiers = "", 0, nil, []Tier{first, second}
}

func drawFloor(t *rapid.T) (f MarginFloor) {
	if rapid.IntRange(0, 2).Draw(t, "floor?") > 0 {
		return f
	}
	f.Mode = rapid.SampledFrom([]string{RefuseBelow, CapBelow}).Draw(t, "mode")
	switch rapid.IntRange(0, 2).Draw(t, "floor") {
	case 0:
		f.MinimumPercent = rapid.SampledFrom([]string{"1", "15", "33.3333", "99.9999"}).Draw(t, "margin")
	case 1:
		f.MinimumAmount, f.Currency = drawAmount(t, "margin"), "EUR"
	}
	return f
}

func drawTerms(t *rapid.T) Terms {
	terms := Terms{
		Rewards:     rapid.SliceOfN(rapid.Custom(drawReward), 1, 4).Draw(t, "rewards"),
		Reason:      Reason{"darum", "because"},
		Priority:    rapid.IntRange(0, 2).Draw(t, "priority"),
		Exclusive:   rapid.IntRange(0, 9).Draw(t, "exclusive") == 0,
		Category:    rapid.SampledFrom([]string{"", "", "", "x", "y"}).Draw(t, "category"),
		MarginFloor: drawFloor(t),
	}
	if rapid.IntRange(0, 3).Draw(t, "minimum?") == 0 {
		terms.Rules = Rules{MinimumAmount: drawAmount(t, "minimum"), Currency: "EUR"}
	}
	if err := terms.Check(); err != nil {
		t.Fatalf("%+v: %v", terms, err)
	}
	return terms
}

func drawApplicants(t *rapid.T) []Applicant {
	var all []Applicant
	for i := range rapid.IntRange(1, 5).Draw(t, "campaigns") {
		all = append(all, Applicant{Campaign: fmt.Sprint("camp_", i), Terms: drawTerms(t)})
	}
	return all
}

func drawOrder(t *rapid.T) order.Order {
	o := order.Order{ID: "o-1", Currency: "EUR", ShippingAmount: rapid.Int64Range(0, 900).Draw(t, "shipping")}
	for i := range rapid.IntRange(1, 8).Draw(t, "lines") {
		l := order.Line{
			ID: fmt.Sprint(i), SKU: rapid.SampledFrom(someSKUs).Draw(t, "sku"), Quantity: rapid.Int64Range(1, 9).Draw(t, "quantity"),
			Categories: rapid.SliceOfNDistinct(rapid.SampledFrom(someCategories), 0, 2, rapid.ID[string]).Draw(t, "categories"),
			UnitAmount: rapid.OneOf(rapid.SampledFrom([]int64{0, 1, 99, 100, 333}), rapid.Int64Range(0, 1<<33)).Draw(t, "unit"),
			Reduced:    rapid.Bool().Draw(t, "reduced"),
		}
		if rapid.Bool().Draw(t, "floor") {
			l.MinimumUnitAmount = rapid.Int64Range(0, l.UnitAmount+1).Draw(t, "least")
		}
		if rapid.Bool().Draw(t, "cost?") {
			l.UnitCost = rapid.Int64Range(1, l.UnitAmount+1).Draw(t, "cost")
		}
		o.Lines = append(o.Lines, l)
	}
	return o
}
