package coupon

import (
	"fmt"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// Limits bound what all codes of a campaign do together, and one customer.
type Limits struct {
	MaxRedemptions            int64       `json:"max_redemptions,omitzero" minimum:"1" maximum:"1000000000" doc:"How often all codes together can be redeemed. It can be raised and lowered later, at any load, but not introduced or removed. Lowered to what is used, or below, it closes the code."`
	MaxRedemptionsPerCustomer int64       `json:"max_redemptions_per_customer,omitzero" minimum:"1" maximum:"1000000" doc:"How often one customer can redeem; calls must then name the customer."`
	MaxRedemptionsPerDay      int64       `json:"max_redemptions_per_day,omitzero" minimum:"1" maximum:"1000000000" doc:"How often all codes together can be redeemed on one day. Raised, it holds at once; lowered or introduced, from the next day on."`
	TimeZone                  string      `json:"time_zone,omitzero" minLength:"1" maxLength:"64" doc:"Where days begin: a name of the IANA time zone database. UTC without it." example:"Europe/Berlin"`
	Budget                    BudgetLimit `json:"budget,omitzero" doc:"Most that all codes together take off. It changes as max_redemptions does. A redemption that would take more than is left is refused, and a smaller one may still fit."`
	ExpectedRate              int64       `json:"expected_rate,omitzero" minimum:"1" maximum:"5000" doc:"Redemptions a second at the peak, of all codes together. It decides over how many rows the limits are spread. Without it, eight: good for 160 a second. State it before the peak; more than you need makes the last uses slower to find." example:"500"`
}

// BudgetLimit is a sum of discounts.
type BudgetLimit struct {
	Amount   int64  `json:"amount" minimum:"1" maximum:"9007199254740991" doc:"In minor units." example:"500000"`
	Currency string `json:"currency" minLength:"3" maxLength:"3" doc:"That of the campaign's rewards and rules, one of which must name it." example:"EUR"`
}

// Consumption is what the limits have seen; read one campaign to see it.
type Consumption struct {
	TimesRedeemed *int64        `json:"times_redeemed,omitempty" doc:"Where max_redemptions is set; read one campaign to see it."`
	StockUsed     *int64        `json:"stock_used,omitempty" doc:"Where a reward has a stock; read one campaign to see it."`
	BudgetSpent   *int64        `json:"budget_spent,omitempty" doc:"Where budget is set, in minor units; read one campaign to see it."`
	LimitChanges  []LimitChange `json:"limit_changes,omitempty" doc:"How the last change of a limit stands."`
}

// Measures are the limits that slots hold; 0 is no limit.
func (d Definition) Measures() Measures {
	return Measures{Uses: d.MaxRedemptions, Stock: d.stock(), Budget: d.Budget.Amount}
}

// stock is of the one reward that is a limited edition, if one is.
func (t Terms) stock() (most int64) {
	for _, r := range t.Rewards {
		most = max(most, r.Stock)
	}
	return most
}

// Want is what a redemption that gives this takes of the limits.
func (d Definition) Want(given Discount) (want Measures) {
	each := Measures{Uses: 1, Budget: given.Total}
	for _, r := range given.Rewards {
		each[Stock] += r.Units
	}
	for m, limit := range d.Measures() {
		if limit > 0 {
			want[m] = each[m]
		}
	}
	return want
}

// Want is what the part takes of its campaign's limits. Of an order that does
// not fit it is the least that one that does would take: a code that nobody can
// use is dead to a cart that is too small, too.
func (p Part) Want() Measures {
	if p.Misfit == nil {
		return p.Campaign.Want(p.Discount)
	}
	given := Discount{Total: 1}
	for _, r := range p.Terms.Rewards {
		if r.Type == Service || r.Type == FreeItem { // which can be all that an order gets
			given.Total = 0
		}
		if r.Stock > 0 && (len(p.Terms.Rewards) == 1 || r.everyOrders()) {
			given.Rewards = []RewardGiven{{Units: 1}}
		}
	}
	return p.Campaign.Want(given)
}

// everyOrders reports whether no order that the campaign fits goes without the reward.
func (r Reward) everyOrders() bool { return r.Type == Service && r.AppliesTo.IsZero() && r.When == nil }

// NewConsumption reads what the limits have seen from their slots.
func (d Definition) NewConsumption(shares Shares, slots []Slot) Consumption {
	var seen [measured]*int64
	used := Used(slots)
	for m, limit := range d.Measures() {
		if limit > 0 {
			seen[m] = &used[m]
		}
	}
	return Consumption{TimesRedeemed: seen[Uses], StockUsed: seen[Stock], BudgetSpent: seen[Budget], LimitChanges: shares.Changes(slots)}
}

// checkChange refuses to introduce a limit, or to remove one: what was redeemed
// without it was counted nowhere.
func (d Definition) checkChange(to Definition) error {
	was, is := d.Measures(), to.Measures()
	for m := range was {
		if (was[m] == 0) != (is[m] == 0) {
			return ErrLimitNotChangeable.At(limitNames[m])
		}
	}
	if d.Budget.Currency != to.Budget.Currency {
		return ErrLimitNotChangeable.At("budget.currency")
	}
	return nil
}

// checkStock wants at most one limited edition: its pieces are counted for the campaign.
func (t Terms) checkStock() error {
	found := false
	for i, r := range t.Rewards {
		if r.Stock > 0 && found {
			return ErrStockRepeated.At(fmt.Sprintf("rewards[%d].stock", i))
		}
		found = found || r.Stock > 0
	}
	return nil
}

// checkBudget wants a budget to be in the currency of the campaign, which then
// binds its orders, too.
func (d Definition) checkBudget() error {
	switch b := d.Budget; {
	case b == BudgetLimit{}:
		return nil
	case b.Amount < 1 || b.Amount > money.Max:
		return fault.ErrInvalid.At("budget.amount")
	case !money.Valid(b.Currency):
		return fault.ErrInvalid.At("budget.currency")
	case d.Currency() == "":
		return ErrFieldMissing.At("rules.currency")
	case d.Currency() != b.Currency:
		return ErrCurrencyMixed.At("budget.currency")
	}
	return nil
}

// Limits are spread over slots so that concurrent redemptions seldom meet on one
// row. In the simulation (make bench PARTS=partition) a slot carries 20 to 23 a
// second before one in a thousand is told to come back. Small limits get fewer,
// since empty slots have to be searched, and a budget in small pieces gathered.
const (
	ratePerSlot  = 20
	usualSlots   = 8
	maxSlots     = 256
	minimumShare = 8 // uses or pieces
	minimumMoney = 10_000
)

// slots is the number of them that the limits should have.
func (d Definition) slots() int { return slotsFor(d.Measures(), d.ExpectedRate) }

func slotsFor(limits Measures, rate int64) int {
	n := int64(usualSlots)
	if rate > 0 {
		n = min(maxSlots, parts(rate, ratePerSlot))
	}
	least := Measures{Uses: minimumShare, Stock: minimumShare, Budget: minimumMoney}
	limited := false
	for m, limit := range limits {
		if limit > 0 {
			n, limited = min(n, parts(limit, least[m])), true
		}
	}
	if !limited {
		return 0
	}
	return int(n)
}

// parts is how many parts of a size something has, the last one smaller.
func parts(whole, size int64) int64 { return (whole + size - 1) / size }
