package coupon

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

func drawTerms(t *rapid.T) Terms {
	var terms Terms
	for range rapid.IntRange(1, 5).Draw(t, "rewards") {
		switch rapid.SampledFrom([]RewardType{PercentOff, AmountOff, FreeShipping}).Draw(t, "type") {
		case PercentOff:
			p := rapid.IntRange(1, 1_000_000).Draw(t, "percent")
			terms.Rewards = append(terms.Rewards, Reward{Type: PercentOff, PercentOff: fmt.Sprintf("%d.%04d", p/10_000, p%10_000)})
		case AmountOff:
			terms.Rewards = append(terms.Rewards, Reward{Type: AmountOff, AmountOff: rapid.Int64Range(1, money.Max).Draw(t, "off"), Currency: "EUR"})
		case FreeShipping:
			terms.Rewards = append(terms.Rewards, Reward{Type: FreeShipping})
		}
	}
	return terms
}

func drawOrder(t *rapid.T) order.Order {
	o := order.Order{ID: "o-1", Currency: "EUR", ShippingAmount: rapid.Int64Range(0, 1<<40).Draw(t, "shipping")}
	for i := range rapid.IntRange(1, 20).Draw(t, "lines") {
		o.Lines = append(o.Lines, order.Line{
			ID: fmt.Sprint(i), Quantity: rapid.Int64Range(1, 1000).Draw(t, "quantity"), UnitAmount: rapid.Int64Range(0, 1<<33).Draw(t, "unit"),
		})
	}
	return o
}

func totals(t *rapid.T, o order.Order) order.Totals {
	sums, err := o.Check()
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// For any terms and any order: 0 ≤ discount ≤ total, no line gives more than it
// has, and lines and shipping sum to the discount.
func TestDiscountIsWithinTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, o := drawTerms(t), drawOrder(t)
		sums := totals(t, o)
		d := terms.price(Cart{Order: o, Totals: sums})
		amounts := map[string]int64{}
		for i, l := range o.Lines {
			amounts[l.ID] = sums.Lines[i]
		}
		got := d.Shipping
		for _, l := range d.Lines {
			got += l.Discount
			if l.Discount <= 0 || l.Discount > amounts[l.ID] {
				t.Fatalf("%d off a line of %d", l.Discount, amounts[l.ID])
			}
		}
		if got != d.Total || d.Total < 0 || d.Total > sums.Total || d.Shipping > o.ShippingAmount {
			t.Fatalf("%+v off %+v", d, sums)
		}
	})
}

// Splitting a quantity into two lines changes neither total nor discount.
func TestSplittingALineChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, o := drawTerms(t), drawOrder(t)
		i := rapid.IntRange(0, len(o.Lines)-1).Draw(t, "line")
		split := o
		split.Lines = append([]order.Line(nil), o.Lines...)
		if split.Lines[i].Quantity < 2 {
			t.Skip("nothing to split")
		}
		more := split.Lines[i]
		more.ID, more.Quantity = "more", rapid.Int64Range(1, more.Quantity-1).Draw(t, "part")
		split.Lines[i].Quantity -= more.Quantity
		split.Lines = append(split.Lines, more)
		a, b := totals(t, o), totals(t, split)
		if a.Total != b.Total || terms.price(Cart{Order: o, Totals: a}).Total != terms.price(Cart{Order: split, Totals: b}).Total {
			t.Fatalf("%d of %d, split %d of %d", terms.price(Cart{Order: o, Totals: a}).Total, a.Total, terms.price(Cart{Order: split, Totals: b}).Total, b.Total)
		}
	})
}
