package coupon

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
)

// Cart is a checked order and what is known of its customer: all that terms look at.
type Cart struct {
	Order  order.Order
	Totals order.Totals
	Facts  customer.Facts
	Now    time.Time
}

// Applicant is a campaign's terms that want to apply to a cart.
type Applicant struct {
	Campaign string
	Terms    Terms
}

// Quote is what one applicant takes off, or why it does not apply.
type Quote struct {
	Discount Discount
	Refused  error
}

// Price applies campaigns to a cart together, each to what those before it
// left. The quotes come in the order of the applicants.
func Price(c Cart, applicants ...Applicant) []Quote {
	quotes := make([]Quote, len(applicants))
	for i, a := range applicants {
		q := Quote{Refused: a.Terms.check(c)}
		if q.Refused == nil {
			q.Discount = a.Terms.price(c)
			if q.Discount.Total == 0 {
				q.Refused = ErrNothingOff.At("order") // and the customer keeps the coupon
			}
		}
		quotes[i] = q
	}
	return quotes
}
