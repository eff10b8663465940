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
