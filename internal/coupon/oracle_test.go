package coupon

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/order"
)

// plain prices one reward as one would by hand: every item is listed, lines have
// no least price, and nothing came before. It shares no code with the till.
func plain(o order.Order, r Reward) (off int64) {
	matching := func(s Selection) (items []int64) {
		for _, l := range o.Lines {
			named := len(s.SKUs)+len(s.Categories) == 0 || slices.Contains(s.SKUs, l.SKU) ||
				slices.ContainsFunc(l.Categories, func(c string) bool { return slices.Contains(s.Categories, c) })
			if !named || slices.Contains(s.ExceptSKUs, l.SKU) || s.ExceptReduced && l.Reduced || l.UnitAmount == 0 {
				continue
			}
			for range l.Quantity {
				items = append(items, l.UnitAmount)
			}
		}
		slices.Sort(items)
		return items
	}
	share := func(percent string, amount int64) int64 {
		var whole, part int64
		if _, err := fmt.Sscanf(percent, "%d.%04d", &whole, &part); err != nil {
			panic(err)
		}
		return (amount*(whole*10_000+part) + 500_000) / 1_000_000
	}
	items := matching(r.AppliesTo)
	if r.CheapestItems > 0 {
		items = items[:min(int(r.CheapestItems), len(items))]
	}
	switch r.Type {
	case PercentOff:
		off = share(r.PercentOff, sum(items))
	case AmountOff:
		off = min(r.AmountOff, sum(items))
		if r.Per == PerItem {
			off = 0
			for _, price := range items {
				off += min(price, r.AmountOff)
			}
		}
	case FixedPrice:
		for _, price := range items {
			off += max(0, price-*r.Price)
		}
	case BuyXGetY: // of the same items
		items = matching(r.Buy.Selection)
		for n := 1; n <= len(items) && (r.MaxTimes == 0 || int64(n) <= r.MaxTimes*r.Get.count()); n++ {
			if int64(len(items)-n)/r.Buy.count()*r.Get.count() >= int64(n) {
				off = sum(items[:n])
			}
		}
	case Bundle: // of one kind of items
		items = matching(r.Items[0].Selection)
		slices.SortFunc(items, func(a, b int64) int { return cmp.Compare(b, a) })
		size, bundled := int(r.Items[0].count()), int64(0)
		for n := int64(1); len(items) >= size && (r.MaxTimes == 0 || n <= r.MaxTimes); n++ {
			one := sum(items[:size])
			if r.Price != nil {
				off += max(0, one-*r.Price)
			}
			bundled, items = bundled+one, items[size:]
		}
		if r.Price == nil {
			off = share(r.PercentOff, bundled)
		}
	default:
	}
	if r.MaxDiscount > 0 {
		off = min(off, r.MaxDiscount)
	}
	return off
}

// One reward on any order takes off what it would by hand.
func TestRewardsByHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawReward(t)
		switch {
		case r.Type == FreeItem || r.Type == FreeShipping || r.Type == Service || len(r.Tiers) > 0:
			t.Skip("nothing to compute")
		case r.Type == BuyXGetY:
			r.Get.Selection, r.PercentOff = Selection{}, ""
		case r.Type == Bundle:
			r.Items = r.Items[:1]
		}
		o := drawOrder(t)
		for i := range o.Lines {
			o.Lines[i].MinimumUnitAmount = 0
			if o.Lines[i].UnitAmount > 1<<30 {
				o.Lines[i].UnitAmount >>= 8 // so that the percentage by hand does not overflow
			}
		}
		q := Price(Cart{Order: o, Totals: totals(t, o)}, Applicant{Campaign: "camp_1", Terms: Terms{Rewards: []Reward{r}}})[0]
		if want := plain(o, r); q.Discount.Total != want {
			t.Fatalf("%d, by hand %d", q.Discount.Total, want)
		}
	})
}

// A gift that is announced, and then stands on a line at its price, is taken off
// there: what the customer owes is the same. It leaves with what earned it.
func TestGiftsComeAndGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tea := order.Line{ID: "tea", SKU: "tea", Quantity: rapid.Int64Range(1, 20).Draw(t, "tea"), UnitAmount: rapid.Int64Range(1, 900).Draw(t, "price")}
		mug := order.Line{ID: "mug", SKU: "mug", UnitAmount: rapid.Int64Range(1, 900).Draw(t, "mug")}
		r := Reward{Type: FreeItem, SKU: "mug", Quantity: rapid.Int64Range(1, 3).Draw(t, "each"), AppliesTo: Selection{SKUs: []string{"tea"}}}
		if rapid.Bool().Draw(t, "by amount") {
			r.Every.Amount, r.Currency = rapid.Int64Range(1, 3000).Draw(t, "every"), "EUR"
		} else {
			r.Every.Quantity = rapid.Int64Range(1, 6).Draw(t, "every")
		}
		terms := []Applicant{{Campaign: "camp_1", Terms: Terms{Rewards: []Reward{r}}}, {Campaign: "camp_2", Terms: Terms{Rewards: []Reward{{Type: PercentOff, PercentOff: "12.5"}}}}}
		priced := func(lines ...order.Line) (due int64, gifts []Gift) {
			o := order.Order{ID: "o-1", Currency: "EUR", Lines: lines}
			cart := Cart{Order: o, Totals: totals(t, o)}
			due = cart.Totals.Total
			for _, q := range Price(cart, terms...) {
				due, gifts = due-q.Discount.Total, append(gifts, q.Discount.Gifts...)
			}
			return due, gifts
		}
		due, gifts := priced(tea)
		earned := tea.Quantity / max(r.Every.Quantity, 1) * r.Quantity
		if r.Every.Amount > 0 {
			earned = tea.Quantity * tea.UnitAmount / r.Every.Amount * r.Quantity
		}
		if earned == 0 {
			if len(gifts) > 0 {
				t.Fatalf("%+v of nothing", gifts)
			}
			return
		}
		if len(gifts) != 1 || gifts[0] != (Gift{"mug", earned, earned}) {
			t.Fatalf("%+v, want %d", gifts, earned)
		}
		mug.Quantity = earned
		then, now := priced(tea, mug)
		if then != due || len(now) != 1 || now[0] != (Gift{"mug", earned, 0}) {
			t.Fatalf("%d due with the gift on a line, %d without; %+v", then, due, now)
		}
		if alone, gone := priced(mug); len(gone) > 0 || alone == 0 && mug.UnitAmount*mug.Quantity > 10 {
			t.Fatalf("nothing earns %+v", gone)
		}
	})
}
