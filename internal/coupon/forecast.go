package coupon

import (
	"cmp"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// PastOrder is an order that a campaign is replayed over.
type PastOrder struct {
	Order    order.Order    `json:"order"`
	Customer customer.Ref   `json:"customer,omitzero"`
	Facts    customer.Facts `json:"customer_facts,omitzero" doc:"As they were when the order was placed."`

	totals order.Totals
	stored bool   // and so checked when it was told
	person string // of a stored one: keyed hash of who ordered
}

// Forecast is what a campaign would have done to past orders, had every
// customer known of it.
type Forecast struct {
	Object      string               `json:"object" enum:"forecast"`
	Campaign    string               `json:"campaign"`
	Livemode    bool                 `json:"livemode"`
	Version     int                  `json:"campaign_version"`
	Orders      int                  `json:"orders" doc:"Replayed."`
	Applied     int                  `json:"applied" doc:"To so many of them."`
	Refused     []RefusedFor         `json:"refused" doc:"Why not to the others, the most frequent reason first."`
	Costs       []ForecastSum        `json:"costs" doc:"What it would have cost, by currency."`
	Spent       time.Time            `json:"used_up_at,omitzero" doc:"When max_redemptions would have been reached."`
	ExhaustedAt map[string]time.Time `json:"exhausted_at,omitempty" doc:"When each limit would have been reached, by the reason that later orders are refused for: quantity_exceeded, stock_exhausted, budget_exhausted, daily_limit_exceeded (of the first such day). A budget is reached when nothing is left, or when an order would get more than is."`
	Losses      []Loss               `json:"losses" doc:"Orders that would have been sold below cost, the worst first: at most 20."`
	OfStored
}

// RefusedFor counts orders by the reason why the campaign does not apply to them.
type RefusedFor struct {
	Code   string `json:"code" example:"minimum_amount_missed"`
	Orders int    `json:"orders"`
}

// ForecastSum is what the campaign would have taken off orders of one currency.
type ForecastSum struct {
	Currency    string `json:"currency"`
	Applied     int    `json:"applied"`
	Revenue     int64  `json:"revenue" doc:"Of the orders to which it applies: lines and shipping before discount, in minor units."`
	Discount    int64  `json:"discount"`
	Gifts       int64  `json:"gifts" doc:"Free items to add to orders."`
	MarginKnown int    `json:"margin_known" doc:"Orders to which it applies, and that tell what a line costs (unit_cost)."`
	BelowCost   int    `json:"below_cost" doc:"Of these, so many would have been sold below cost."`
}

// replay is a forecast in the making.
type replay struct {
	forecast Forecast
	costs    map[string]*ForecastSum
	refused  map[string]int
	allowance
}

// Forecast replays the campaign over orders, in the order in which they were
// placed, each at its own time: rules, dates and limits as they are defined. An
// order that the rules refuse takes nothing of the limits, and is not counted as refused by one.
// Codes are not asked for, so it says what the campaign can do at most. It
// refuses orders that contradict themselves.
func (c Campaign) Forecast(history []PastOrder, now time.Time) (Forecast, error) {
	for i := range history {
		if err := history[i].check(); err != nil {
			f, _ := fault.As(err)
			return Forecast{}, f.At(fieldAt("orders", i) + "." + f.Param)
		}
		if history[i].Order.PlacedAt.IsZero() {
			history[i].Order.PlacedAt = now
		}
	}
	slices.SortStableFunc(history, func(a, b PastOrder) int { return a.Order.PlacedAt.Compare(b.Order.PlacedAt) })
	r := replay{costs: map[string]*ForecastSum{}, refused: map[string]int{}, allowance: newAllowance(c)}
	for _, past := range history {
		r.add(past)
	}
	return r.result(len(history)), nil
}

// check holds the order to what a redemption of it would be held to, and sums it up.
func (p *PastOrder) check() (err error) {
	if p.stored {
		p.totals, err = p.Order.Check()
		return err
	}
	if !p.Customer.IsZero() {
		err = p.Customer.Check("customer")
	}
	if err == nil {
		err = CheckFacts(shop.Caller{}, p.Customer, p.Facts)
	}
	if err == nil {
		p.totals, err = p.Order.Check()
	}
	return err
}

func (r *replay) add(past PastOrder) {
	at := past.Order.PlacedAt
	if err := checkDates(r.campaign.StartsAt, r.campaign.ExpiresAt, at, 0); err != nil {
		r.refuse(err)
		return
	}
	q := Price(Cart{Order: past.Order, Totals: past.totals, Customer: past.Customer, Facts: past.Facts, Now: at},
		Applicant{Campaign: r.campaign.ID, Terms: r.campaign.Terms})[0]
	if q.Refused == nil {
		q.Refused = r.spend(past.who(), at, r.campaign.Want(q.Discount))
	}
	if q.Refused != nil {
		r.refuse(q.Refused)
		return
	}
	r.take(past, q.Discount)
}

// refuse counts the single rules that an order missed, or the one reason.
func (r *replay) refuse(err error) {
	f, _ := fault.As(err)
	if len(f.Parts) == 0 {
		r.refused[f.Code]++
	}
	for _, part := range f.Parts {
		r.refused[part.Code]++
	}
}

func (r *replay) take(past PastOrder, d Discount) {
	sum := r.costs[past.Order.Currency]
	if sum == nil {
		sum = &ForecastSum{Currency: past.Order.Currency}
		r.costs[past.Order.Currency] = sum
	}
	r.forecast.Applied++
	sum.Applied++
	sum.Revenue, sum.Discount = saturating(sum.Revenue, past.totals.Total), saturating(sum.Discount, d.Total)
	for _, g := range d.Gifts {
		sum.Gifts += g.Quantity
	}
	loss, known := lossOf(past, d)
	if known {
		sum.MarginKnown++
	}
	if loss > 0 {
		sum.BelowCost++
		r.forecast.Losses = append(r.forecast.Losses, Loss{Order: past.Order.ID, Currency: past.Order.Currency, Loss: loss})
	}
}

// saturating adds, and stays at the largest amount.
func saturating(a, b int64) int64 { return min(a+b, money.Max) }

func (r *replay) result(orders int) Forecast {
	f := r.forecast
	f.Object, f.Campaign, f.Livemode, f.Version, f.Orders = "forecast", r.campaign.ID, r.campaign.Livemode, r.campaign.Version, orders
	f.Refused, f.Costs, f.ExhaustedAt, f.Spent = []RefusedFor{}, []ForecastSum{}, r.exhausted, r.exhausted[ErrQuantityExceeded.Code]
	for code, n := range r.refused {
		f.Refused = append(f.Refused, RefusedFor{code, n})
	}
	slices.SortFunc(f.Refused, func(a, b RefusedFor) int { return cmp.Or(b.Orders-a.Orders, cmp.Compare(a.Code, b.Code)) })
	for _, sum := range r.costs {
		f.Costs = append(f.Costs, *sum)
	}
	slices.SortFunc(f.Costs, func(a, b ForecastSum) int { return cmp.Compare(a.Currency, b.Currency) })
	slices.SortStableFunc(f.Losses, func(a, b Loss) int { return cmp.Compare(b.Loss, a.Loss) })
	f.Losses = append([]Loss{}, f.Losses[:min(len(f.Losses), maxLosses)]...)
	return f
}
