package coupon

import (
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/order"
)

// MostReplayed is how many stored orders one call looks at.
const MostReplayed = 1000

// LongestPast is how many orders of one person are gone through. Of who has more
// before the end of a replay, nothing is told.
const LongestPast = 5000

// ReplayFor is how long one call goes on reading stored orders, which a gateway that waits 30 seconds leaves time for.
const ReplayFor = 15 * time.Second

// OfStored is what a forecast over stored orders says beside.
type OfStored struct {
	Cancelled  int      `json:"cancelled,omitzero" doc:"Stored orders that were cancelled or refunded: they are not replayed."`
	NotTold    []string `json:"facts_unknown,omitempty" enum:"segments,metadata" doc:"Facts that the campaign asks for and stored orders do not tell: what asks for them refused (needs_facts)."`
	HasMore    bool     `json:"has_more,omitzero" doc:"There are later orders in the span. The forecast is of those up to here."`
	NextCursor string   `json:"next_cursor,omitzero" doc:"Pass it as cursor to replay the orders after these. That is a forecast of its own: every limit and every customer begins anew, so limits of two do not add up to one of all."`
}

// History says which stored orders are replayed, and what has to be known of them.
type History struct {
	moment.Span
	After    string    // the place of the last one of the call before
	Limit    int       // how many are looked at
	Facts    bool      // what orders tell of their customers is asked for
	Longest  int       // how many orders of one person are gone through
	Deadline time.Time // when to stop reading
}

// Past are stored orders, oldest first.
type Past struct {
	Orders    []PastOrder
	Cancelled int    // left out
	Next      string // place of the last one looked at; empty where there are no more
}

// Stored is an order that is kept, by whom, and what the orders before it tell of that
// person. The facts are as those orders stand by now: of one that was cancelled
// since, nothing.
func Stored(r order.Record, person string, facts customer.Facts) PastOrder {
	p := PastOrder{Order: r.Order, Facts: facts, stored: true, person: person}
	switch {
	case r.Customer != "":
		p.Customer = customer.Ref{ID: r.Customer}
	case person != "":
		p.Customer = customer.Somebody()
	}
	return p
}

// who tells people apart.
func (p PastOrder) who() string {
	if p.stored {
		return p.person
	}
	return p.Customer.Name()
}

// History says what has to be read of the stored orders of a span, from where another call ended.
func (c Campaign) History(span moment.Span, after string, limit int, now time.Time) History {
	asked := c.asks()
	return History{
		Span: span, After: after, Limit: limit, Longest: LongestPast, Deadline: now.Add(ReplayFor),
		Facts: slices.ContainsFunc(asked, func(fact string) bool { return !slices.Contains(toldByNoOrder, fact) }),
	}
}

// toldByNoOrder are the facts that nobody knows of the past.
var toldByNoOrder = []string{customer.FactSegments, customer.FactMetadata}

// ForecastOver replays the campaign over stored orders.
func (c Campaign) ForecastOver(p Past, now time.Time) (Forecast, error) {
	f, err := c.Forecast(p.Orders, now)
	f.Cancelled, f.HasMore = p.Cancelled, p.Next != ""
	asked := c.asks()
	for _, fact := range toldByNoOrder {
		if slices.Contains(asked, fact) {
			f.NotTold = append(f.NotTold, fact)
		}
	}
	return f, err
}
