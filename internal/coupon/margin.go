package coupon

import (
	"math/bits"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// What happens to a discount that would go below a margin floor.
const (
	RefuseBelow = "refuse"
	CapBelow    = "cap"
)

// MarginFloor is the least that a shop earns on an order: what the lines with a
// unit_cost sell for together after all discounts, less what they cost. Lines
// without unit_cost have no floor. With nothing but a mode it means cost.
type MarginFloor struct {
	MinimumPercent string `json:"minimum_percent,omitzero" maxLength:"8" doc:"Share of the selling price: a decimal string above 0 and below 100." example:"15"`
	MinimumAmount  int64  `json:"minimum_amount,omitzero" minimum:"1" maximum:"9007199254740991" doc:"In minor units of currency, for the order as a whole."`
	Currency       string `json:"currency,omitzero" minLength:"3" maxLength:"3" doc:"Of minimum_amount." example:"EUR"`
	Mode           string `json:"mode" enum:"refuse,cap" doc:"refuse: a campaign that would go below it does not apply. cap: it takes off less."`
}

const wholePercent = 1_000_000 // 100 % as a money.Percent

// check refuses a floor that contradicts itself, naming the field.
func (f MarginFloor) check(at string) error {
	if f == (MarginFloor{}) {
		return nil
	}
	if f.Mode != RefuseBelow && f.Mode != CapBelow {
		return fault.ErrInvalid.At(at + ".mode")
	}
	if f.MinimumPercent == "" {
		return f.checkAmount(at)
	}
	if f.MinimumAmount != 0 || f.Currency != "" {
		return ErrFieldsExclusive.At(at+".minimum_amount").Arg("other", "minimum_percent")
	}
	if p, err := money.ParsePercent(f.MinimumPercent); err != nil || p >= wholePercent {
		return money.ErrPercentInvalid.At(at + ".minimum_percent")
	}
	return nil
}

func (f MarginFloor) checkAmount(at string) error {
	switch {
	case f.MinimumAmount < 0 || f.MinimumAmount > money.Max:
		return fault.ErrInvalid.At(at + ".minimum_amount")
	case f.MinimumAmount > 0 && f.Currency == "":
		return ErrFieldMissing.At(at + ".currency")
	case f.MinimumAmount == 0 && f.Currency != "":
		return ErrFieldMissing.At(at + ".minimum_amount")
	case f.Currency != "" && !money.Valid(f.Currency):
		return fault.ErrInvalid.At(at + ".currency")
	}
	return nil
}

// least is what goods of a cost have to sell for at least; more than money.Max where nothing is enough.
func (f MarginFloor) least(cost int64, currency string) int64 {
	if f.MinimumAmount > 0 && f.Currency == currency {
		return cost + f.MinimumAmount
	}
	p, err := money.ParsePercent(f.MinimumPercent)
	if err != nil || p >= wholePercent {
		return cost
	}
	hi, lo := bits.Mul64(uint64(cost), wholePercent) //nolint:gosec // costs are not negative
	rest := uint64(wholePercent - p)
	lo, carry := bits.Add64(lo, rest-1, 0) // rounded up: the margin is reached, not nearly
	if hi+carry >= rest {
		return money.Max + 1
	}
	q, _ := bits.Div64(hi+carry, lo, rest)
	return int64(min(q, money.Max+1))
}

// floor is a margin floor in force.
type floor struct {
	MarginFloor
	campaign string // whose; empty for the shop's
	least    int64  // what the lines with a cost have to sell for
}

// floors are those of the shop, of the campaigns that have given something, and of the one that is about to.
func (t *till) floors(e *entry, stack []*entry) []floor {
	var floors []floor
	add := func(f MarginFloor, campaign string) {
		if f.Mode != "" && t.cost > 0 {
			floors = append(floors, floor{f, campaign, f.least(t.cost, t.cart.Order.Currency)})
		}
	}
	add(t.cart.MarginFloor, "")
	for _, s := range stack {
		if s.joined || s == e {
			add(s.Terms.MarginFloor, s.Campaign)
		}
	}
	return floors
}

// cost sums what the lines cost the shop; beyond money.Max it makes no difference.
func (c Cart) cost() (cost int64) {
	for _, l := range c.Order.Lines {
		n, err := money.Mul(l.UnitCost, l.Quantity)
		if err != nil {
			return money.Max
		}
		cost = min(cost+n, money.Max)
	}
	return cost
}

func (t *till) costs(line int) bool { return t.cart.Order.Lines[line].UnitCost > 0 }

// hold trims a claim to what the floors leave of it, or refuses it; the
// strictest one counts. Capped says which floor trimmed it.
func (t *till) hold(c *claim, floors []floor) (capped, refused error) {
	if len(floors) == 0 {
		return nil, nil
	}
	costed := make([]int64, len(c.lots)) // what the claim takes off lines with a cost
	for i, l := range c.lots {
		if t.costs(l.group) {
			costed[i] = c.off[i]
		}
	}
	sells, allowed := t.sells(), sum(costed)
	for _, f := range floors {
		if room := max(0, sells-f.least); f.Mode == CapBelow && room < allowed {
			allowed, capped = room, t.broken(f, sum(costed)-room)
		}
	}
	for _, f := range floors {
		if room := max(0, sells-f.least); f.Mode == RefuseBelow && room < allowed {
			return nil, t.broken(f, allowed-room)
		}
	}
	if capped != nil {
		for i, part := range money.Allocate(allowed, costed) {
			c.off[i] -= costed[i] - part
		}
	}
	return capped, nil
}

// refuses says whether a campaign stays away from an order that others have
// brought below its floor.
func (t *till) refuses(e *entry) error {
	f := e.Terms.MarginFloor
	if f.Mode != RefuseBelow || t.cost == 0 {
		return nil
	}
	least, sells := f.least(t.cost, t.cart.Order.Currency), t.sells()
	if sells >= least || sells == t.list {
		return nil
	}
	return t.broken(floor{f, e.Campaign, least}, least-sells)
}

// sells is what the lines with a cost sell for by now.
func (t *till) sells() (amount int64) {
	for _, r := range t.runs {
		if t.costs(r.line) {
			amount += r.value * r.quantity
		}
	}
	return amount
}

// broken says which floor a campaign would break, and by how much.
func (t *till) broken(f floor, short int64) error {
	e := ErrMarginFloor.At("order.lines").Arg("missing", money.Amount{Minor: short, Currency: t.cart.Order.Currency})
	if f.campaign != "" {
		e = e.Arg("campaign", f.campaign)
	}
	return e
}
