package coupon

import "github.com/lagniappe/lagniappe/internal/money"

// Discount is what a coupon takes off an order, in the order's minor units.
// Lines and Shipping sum to Total.
type Discount struct {
	Total    int64
	Lines    []LineDiscount
	Shipping int64
}

// LineDiscount is the part of a discount that falls on one line.
type LineDiscount struct {
	ID       string `json:"id" doc:"The order line's id."`
	Discount int64  `json:"discount" doc:"In minor units."`
	Quantity int64  `json:"quantity" doc:"How many items the line has; of a rollback: how many came back."`
}

// price applies checked terms to a checked order. Rewards on the order come
// first, in the order in which the campaign lists them, shipping last. A
// percentage is taken of what the rewards before it left, on the subtotal as a
// whole and rounded half up once; the result is then spread over the lines by
// largest remainder. So 0 ≤ discount ≤ total, and splitting a line changes nothing.
func (t Terms) price(c Cart) Discount {
	left := append([]int64(nil), c.Totals.Lines...)
	var d Discount
	for _, r := range t.Rewards {
		switch r.Type {
		case PercentOff:
			p, err := money.ParsePercent(r.PercentOff)
			if err == nil { // terms are checked when they are saved
				take(left, p.Of(sum(left)))
			}
		case AmountOff:
			take(left, min(r.AmountOff, sum(left)))
		case FreeShipping:
			d.Shipping = c.Order.ShippingAmount
		}
	}
	d.Total = d.Shipping
	for i, amount := range c.Totals.Lines {
		if off := amount - left[i]; off > 0 {
			d.Lines = append(d.Lines, LineDiscount{ID: c.Order.Lines[i].ID, Discount: off, Quantity: c.Order.Lines[i].Quantity})
			d.Total += off
		}
	}
	return d
}

// take lowers the lines by amount in all, each by its share.
func take(lines []int64, amount int64) {
	for i, part := range money.Allocate(amount, lines) {
		lines[i] -= part
	}
}

func sum(amounts []int64) int64 {
	var s int64
	for _, a := range amounts {
		s += a
	}
	return s
}
