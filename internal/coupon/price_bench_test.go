package coupon

import (
	"fmt"
	"testing"

	"github.com/lagniappe/lagniappe/internal/order"
)

func BenchmarkPrice(b *testing.B) {
	o := order.Order{ID: "o-1", Currency: "EUR"}
	for i := range 100 {
		o.Lines = append(o.Lines, order.Line{ID: fmt.Sprint(i), SKU: fmt.Sprint("sku", i), Quantity: 1_000_000, UnitAmount: int64(997 + i)})
	}
	cart := Cart{Order: o, Totals: totals(b, o)}
	for _, n := range []int{1, 10} {
		var all []Applicant
		for i := range n {
			all = append(all, Applicant{Campaign: fmt.Sprint("camp_", i), Terms: Terms{Rewards: []Reward{{Type: PercentOff, PercentOff: "7.77"}}}})
		}
		b.Run(fmt.Sprintf("percent/%d", n), func(b *testing.B) {
			for b.Loop() {
				Price(cart, all...)
			}
		})
	}
	b.Run("everything/10", func(b *testing.B) {
		for b.Loop() {
			Price(cart, everything()...)
		}
	})
}

// No order is so large that it takes long: items are counted, not listed.
func TestPriceOfAMillionItemsEach(t *testing.T) {
	o := order.Order{ID: "o-1", Currency: "EUR"}
	for i := range 100 {
		o.Lines = append(o.Lines, order.Line{ID: fmt.Sprint(i), SKU: fmt.Sprint("sku", i%30), Quantity: 1_000_000 - int64(i), UnitAmount: int64(997 + i)})
	}
	cart := Cart{Order: o, Totals: totals(t, o)}
	applicants := everything()
	steps := testing.AllocsPerRun(1, func() {
		for _, q := range Price(cart, applicants...) {
			if q.Refused != nil {
				t.Fatal(q.Refused)
			}
		}
	})
	if steps > 200_000 {
		t.Errorf("%.0f allocations", steps)
	}
}

// everything is ten campaigns of five rewards.
func everything() (applicants []Applicant) {
	for i := range 10 {
		applicants = append(applicants, Applicant{Campaign: fmt.Sprint("camp_", i), Terms: Terms{Rewards: []Reward{
			{Type: BuyXGetY, Buy: Piece{Quantity: 2, Selection: Selection{ExceptSKUs: []string{"sku7"}}}, PercentOff: "33.3333"},
			{Type: Bundle, Items: []Piece{{Selection: Selection{SKUs: []string{"sku1", "sku2"}}, Quantity: 3}, {Selection: Selection{SKUs: []string{"sku3"}}}}, Price: new(int64(500)), Currency: "EUR"},
			{Type: PercentOff, PercentOff: "7.77", CheapestItems: 777_777},
			{Type: FreeItem, SKU: "sku5", Every: Every{Quantity: 3}},
			{Type: PercentOff, PercentOff: "3.3"},
		}}})
	}
	return applicants
}
