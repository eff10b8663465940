package coupon

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
)

// Cart is a checked order and what is known of its customer: all that terms look at.
type Cart struct {
	Order       order.Order
	Totals      order.Totals
	Left        []int64      // of each line, what earlier campaigns left; nil: its list price
	Customer    customer.Ref // whom the call names; zero for nobody
	Facts       customer.Facts
	MarginFloor MarginFloor // the shop's own; zero: none
	Now         time.Time
}

// Applicant is a campaign's terms that want to apply to a cart.
type Applicant struct {
	Campaign  string
	Coupon    string // tells two coupons of one campaign apart
	Automatic bool   // nobody asked for it by a code
	Terms     Terms
}

// Quote is what one applicant takes off, or why it does not apply.
type Quote struct {
	Discount Discount
	Rewards  []RewardGiven // what each of the terms' rewards gave, in their order
	Refused  error
}

// Price applies campaigns to a cart together, each to what those before it
// left. The quotes come in the order of the applicants, which does not matter
// otherwise.
//
// Campaigns are ranked by priority; of one priority, those with a code before
// automatic ones, then by id. A campaign that cannot be
// combined with a higher one is refused, unless that one does not apply itself.
// Rewards on lines come first, then those on the order, then shipping, and by
// rank within each. A campaign whose rules fail, that gives nothing, or that would
// break a margin floor is left out, and the others are priced as if it were not there.
func Price(c Cart, applicants ...Applicant) []Quote {
	entries := ranked(applicants)
	for {
		stack, lost := combine(entries)
		again := newTill(c).ring(stack)
		for _, e := range stack {
			again = again || e.off != nil && lost
		}
		if again {
			continue
		}
		quotes := make([]Quote, len(entries))
		for _, e := range entries {
			quotes[e.place] = e.quote()
		}
		return quotes
	}
}

func (e *entry) quote() Quote {
	switch {
	case e.off != nil:
		return Quote{Refused: e.off}
	case e.lost != nil:
		return Quote{Refused: e.lost}
	}
	return Quote{Discount: e.discount, Rewards: e.rewards}
}
