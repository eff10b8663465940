package customer

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/money"
)

// Contribution is what one order adds to its customer's figures.
type Contribution struct {
	Order    string    `json:"order"`
	At       time.Time `json:"at"` // when it was placed
	Currency string    `json:"currency"`
	Spent    int64     `json:"spent"`              // what was charged less what came back
	Returned int64     `json:"returned,omitempty"` // what came back
	Counts   bool      `json:"-"`                  // it was neither cancelled nor refunded; nothing else adds up
}

// RecentOrders is how many of the latest orders figures keep: the stages look at no more.
const RecentOrders = 25

// Figures are what a person's orders add up to: sums, and the latest orders.
// They are the same whatever the sequence in which orders came and went.
type Figures struct {
	OrdersCount  int64            `json:"orders_count" doc:"Orders that were neither cancelled nor refunded."`
	Spent        map[string]int64 `json:"spent" doc:"What they charged less what came back, by currency, in minor units."`
	Returned     map[string]int64 `json:"returned" doc:"What came back of them, by currency."`
	FirstOrderAt time.Time        `json:"first_order_at,omitzero"`
	LastOrderAt  time.Time        `json:"last_order_at,omitzero"`
	Referrals    int64            `json:"referrals" doc:"New customers whom this one brought; 0 until the shop has a referral programme."`
	Recent       []Contribution   `json:"-"` // the latest that count, newest first, at most RecentOrders
}

// Add counts an order that was not counted.
func (f Figures) Add(c Contribution) Figures {
	if !c.Counts {
		return f
	}
	f = f.sum(c, 1)
	f.Recent = latest(append(slices.Clone(f.Recent), c))
	if f.FirstOrderAt.IsZero() || c.At.Before(f.FirstOrderAt) {
		f.FirstOrderAt = c.At
	}
	f.LastOrderAt = f.Recent[0].At
	return f
}

// Remove takes an order out. It reports whether the figures are whole: where
// there are more orders than they remember, the latest and the first have to be
// read again, and handed to [Figures.Refill].
func (f Figures) Remove(c Contribution) (Figures, bool) {
	if !c.Counts {
		return f, true
	}
	f = f.sum(c, -1)
	remembered := len(f.Recent)
	f.Recent = slices.DeleteFunc(slices.Clone(f.Recent), func(r Contribution) bool { return r.Order == c.Order })
	if f.OrdersCount > int64(len(f.Recent)) {
		f.LastOrderAt = f.Recent[0].At
		return f, remembered == len(f.Recent) && c.At.After(f.FirstOrderAt)
	}
	return f.ends(), true
}

// Replace lets an order count otherwise than before, at the same moment.
func (f Figures) Replace(old, next Contribution) Figures {
	f = f.sum(old, -1).sum(next, 1)
	f.Recent = slices.Clone(f.Recent)
	if i := slices.IndexFunc(f.Recent, func(r Contribution) bool { return r.Order == old.Order }); i >= 0 {
		f.Recent[i] = next
	}
	return f
}

// Refill gives figures what was read again: the latest orders that count, and the first.
func (f Figures) Refill(newest []Contribution, first time.Time) Figures {
	f.Recent = latest(newest)
	f = f.ends()
	f.FirstOrderAt = first
	return f
}

// ends reads the first and the last order from the remembered ones.
func (f Figures) ends() Figures {
	f.FirstOrderAt, f.LastOrderAt = time.Time{}, time.Time{}
	if n := len(f.Recent); n > 0 {
		f.FirstOrderAt, f.LastOrderAt = f.Recent[n-1].At, f.Recent[0].At
	}
	return f
}

// sum adds to the sums, or takes away. They are exact up to 2^63: a thousand
// orders of the largest amount that there is.
func (f Figures) sum(c Contribution, sign int64) Figures {
	if !c.Counts {
		return f
	}
	f.OrdersCount += sign
	f.Spent, f.Returned = plus(f.Spent, c.Currency, sign*c.Spent), plus(f.Returned, c.Currency, sign*c.Returned)
	return f
}

// plus leaves out what is nothing. There are no more keys than currencies in ISO 4217.
func plus(m map[string]int64, currency string, n int64) map[string]int64 {
	if m = maps.Clone(m); m == nil {
		m = map[string]int64{}
	}
	if m[currency] += n; m[currency] == 0 {
		delete(m, currency)
	}
	return m
}

func latest(cs []Contribution) []Contribution {
	slices.SortFunc(cs, func(a, b Contribution) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Order, a.Order))
	})
	return cs[:min(len(cs), RecentOrders)]
}

// Before gives the figures without one order: of the one that is being paid, it
// is asked what was before. One that is no longer remembered stays in.
func (f Figures) Before(order string) Figures {
	for _, c := range f.Recent {
		if c.Order == order {
			c.Counts = true
			f, _ = f.Remove(c)
			break
		}
	}
	return f
}

// SpentIn is what was spent in a currency.
func (f Figures) SpentIn(currency string) money.Amount {
	return money.Amount{Minor: min(max(f.Spent[currency], 0), money.Max), Currency: currency}
}
