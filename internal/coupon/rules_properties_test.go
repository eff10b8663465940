package coupon

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/order"
)

func drawItems(t *rapid.T, label string) Selection {
	some := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 2)
	return Selection{
		SKUs: some.Draw(t, label+" skus"), Categories: some.Draw(t, label+" categories"), ExceptSKUs: some.Draw(t, label+" except skus"),
		ExceptCategories: some.Draw(t, label+" except categories"), ExceptReduced: rapid.Bool().Draw(t, label+" except reduced"),
	}
}

func drawCart(t *rapid.T) Cart {
	o := drawOrder(t)
	for i := range o.Lines {
		o.Lines[i].SKU = rapid.SampledFrom([]string{"", "a", "b", "c", "d"}).Draw(t, "sku")
		o.Lines[i].Categories = rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "d"}), 0, 2).Draw(t, "categories")
		o.Lines[i].Reduced = rapid.Bool().Draw(t, "reduced")
	}
	return Cart{Order: o, Totals: totals(t, o), Now: noon}
}

func drawThresholds(t *rapid.T) Rules {
	bound := rapid.Int64Range(0, 1<<46)
	return Rules{
		MinimumAmount: bound.Draw(t, "minimum"), MaximumAmount: bound.Draw(t, "maximum"), MinimumQuantity: bound.Draw(t, "least") >> 30, MaximumQuantity: bound.Draw(t, "most") >> 30,
		CountedItems: drawItems(t, "counted"),
	}
}

func failing(r Rules, c Cart) map[string]bool {
	out := map[string]bool{}
	for _, f := range refusal(r, c) {
		out[f.Code] = true
	}
	return out
}

// More items never miss a minimum that fewer met, and never come back below a maximum.
func TestMoreItems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, c := drawThresholds(t), drawCart(t)
		more := c
		more.Order.Lines = append(append([]order.Line(nil), c.Order.Lines...), order.Line{
			ID: "more", SKU: rapid.SampledFrom([]string{"", "a", "d"}).Draw(t, "more"), Quantity: rapid.Int64Range(1, 1000).Draw(t, "quantity"), UnitAmount: rapid.Int64Range(0, 1<<33).Draw(t, "unit"),
		})
		more.Totals = totals(t, more.Order)
		before, after := failing(rules, c), failing(rules, more)
		for _, low := range []string{"minimum_amount_missed", "minimum_quantity_missed"} {
			if after[low] && !before[low] {
				t.Fatalf("%s only with more items", low)
			}
		}
		for _, high := range []string{"maximum_amount_passed", "maximum_quantity_passed"} {
			if before[high] && !after[high] {
				t.Fatalf("%s only with fewer items", high)
			}
		}
	})
}

// Raising an upper bound or lowering a lower one never refuses more; what is missing or too much makes up for it exactly.
func TestBoundsAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, c := drawThresholds(t), drawCart(t)
		wider := rules
		wider.MaximumAmount += rapid.Int64Range(0, 1000).Draw(t, "higher")
		if rules.MaximumAmount == 0 {
			wider.MaximumAmount = 0
		}
		wider.MinimumAmount -= rapid.Int64Range(0, rules.MinimumAmount).Draw(t, "lower")
		before := failing(rules, c)
		for code := range failing(wider, c) {
			if !before[code] {
				t.Fatalf("%s with wider bounds only", code)
			}
		}
		amount, quantity := rules.counted(&c)
		exact := rules
		exact.MinimumAmount, exact.MaximumAmount, exact.MinimumQuantity, exact.MaximumQuantity = amount, amount, quantity, quantity
		if got := refusal(exact, c); got != nil && amount > 0 && quantity > 0 {
			t.Fatalf("exact bounds refuse: %v", got)
		}
	})
}

// Splitting a line, or turning lines around, changes no rule's verdict.
func TestSplittingChangesNoVerdict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules, c := drawThresholds(t), drawCart(t)
		rules.RequiredItems, rules.ForbiddenItems = drawItems(t, "required"), drawItems(t, "forbidden")
		split := c
		split.Order.Lines = append([]order.Line(nil), c.Order.Lines...)
		if split.Order.Lines[0].Quantity < 2 {
			t.Skip("nothing to split")
		}
		part := split.Order.Lines[0]
		part.ID, part.Quantity = "part", 1
		split.Order.Lines[0].Quantity--
		split.Order.Lines = append([]order.Line{part}, split.Order.Lines...)
		split.Totals = totals(t, split.Order)
		before, after := failing(rules, c), failing(rules, split)
		for code := range before {
			if !after[code] {
				t.Fatalf("%s before only", code)
			}
		}
		if len(before) != len(after) {
			t.Fatalf("%v %v", before, after)
		}
	})
}
