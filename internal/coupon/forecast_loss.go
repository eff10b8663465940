package coupon

import "github.com/lagniappe/lagniappe/internal/money"

// Loss is an order that would have been sold below cost.
type Loss struct {
	Order    string `json:"order"`
	Currency string `json:"currency"`
	Loss     int64  `json:"loss" doc:"What its lines cost, less what they would have sold for, in minor units."`
}

const maxLosses = 20

// lossOf is what the lines whose cost is known cost, less what they sell for.
func lossOf(past PastOrder, d Discount) (loss int64, known bool) {
	off := map[string]int64{}
	for _, l := range d.Lines {
		off[l.ID] = l.Discount
	}
	for i, l := range past.Order.Lines {
		if l.UnitCost == 0 {
			continue
		}
		cost, err := money.Mul(l.UnitCost, l.Quantity)
		if err != nil {
			cost = money.Max
		}
		loss, known = loss+cost-(past.totals.Lines[i]-off[l.ID]), true
	}
	return loss, known
}
