package coupon

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// allowance is what a campaign's limits leave while it is replayed: what the conditions
// of redemptions hold, one order after another.
type allowance struct {
	campaign  Campaign
	left      Measures
	byPerson  map[string]int64
	byDay     map[string]int64
	first     map[string]bool // who had what is for a first order only
	exhausted map[string]time.Time
}

func newAllowance(c Campaign) allowance {
	return allowance{
		campaign: c, left: c.Measures(), byPerson: map[string]int64{}, byDay: map[string]int64{},
		first: map[string]bool{}, exhausted: map[string]time.Time{},
	}
}

// spend takes what an order wants, or names the limit that does not let it, in
// the order in which a redemption would.
func (b *allowance) spend(person string, at time.Time, want Measures) error {
	if err := b.customer(person); err != nil {
		return err
	}
	if err := b.left.Spent(want); err != nil {
		return b.ran(err, at)
	}
	day, most := b.campaign.Day(at), b.campaign.MaxRedemptionsPerDay
	if most > 0 && b.byDay[day] >= most {
		return ErrDayLimit.Arg("limit", most)
	}
	b.left, b.first[person] = b.left.Minus(want), true
	b.byPerson[person]++
	for m, limit := range b.campaign.Measures() {
		if limit > 0 && b.left[m] == 0 {
			_ = b.ran(whenSpent[m], at)
		}
	}
	if b.byDay[day]++; b.byDay[day] == most {
		_ = b.ran(ErrDayLimit, at)
	}
	return nil
}

// customer asks what is kept for each customer.
func (b *allowance) customer(person string) error {
	most := b.campaign.MaxRedemptionsPerCustomer
	switch {
	case most > 0 && person == "":
		return ErrNeedsCustomer.At("customer")
	case most > 0 && b.byPerson[person] >= most:
		return ErrCustomerLimit.At("customer")
	case b.campaign.Rules.FirstOrder() && b.first[person]:
		return ErrFirstOrderTaken.At("customer")
	}
	return nil
}

// ran notes when a limit was reached first.
func (b *allowance) ran(err error, at time.Time) error {
	if f, ok := fault.As(err); ok && b.exhausted[f.Code].IsZero() {
		b.exhausted[f.Code] = at
	}
	return err
}
