package coupon

import (
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
)

// Audience is for whom something is. All that is set must hold; a fact that
// nobody tells fails what asks for it.
type Audience struct {
	Customers         []string         `json:"customers,omitempty" maxItems:"200" doc:"The customer is one of these: the shop's own ids."`
	ExcludedCustomers []string         `json:"excluded_customers,omitempty" maxItems:"200" doc:"The customer is none of these."`
	Segments          []string         `json:"segments,omitempty" maxItems:"100" doc:"The customer is in one of these segments."`
	ExcludedSegments  []string         `json:"excluded_segments,omitempty" maxItems:"100" doc:"The customer is in none of these segments."`
	Stages            []customer.Stage `json:"stages,omitempty" maxItems:"7" enum:"prospect,first_time,repeat,loyal,advocate,lapsed,won_back" doc:"The customer's loyalty stage is one of these."`
	ExcludedStages    []customer.Stage `json:"excluded_stages,omitempty" maxItems:"7" enum:"prospect,first_time,repeat,loyal,advocate,lapsed,won_back" doc:"The customer's loyalty stage is none of these."`

	MinimumOrdersCount int64  `json:"minimum_orders_count,omitzero" minimum:"1" maximum:"1000000" doc:"Least number of orders before this one."`
	MaximumOrdersCount *int64 `json:"maximum_orders_count,omitempty" minimum:"0" maximum:"1000000" nullable:"false" doc:"Greatest number of orders before this one."`
	MinimumSpent       int64  `json:"minimum_spent,omitzero" minimum:"1" maximum:"9007199254740991" doc:"Least money spent before this order, in minor units of the rules' currency."`
	MaximumSpent       int64  `json:"maximum_spent,omitzero" minimum:"1" maximum:"9007199254740991" doc:"Greatest money spent before this order, in minor units of the rules' currency."`

	MinimumDaysSinceLastOrder int64 `json:"minimum_days_since_last_order,omitzero" minimum:"1" maximum:"36500" doc:"Least number of whole days (24 hours) since the last order. Who never ordered has none."`
	MaximumDaysSinceLastOrder int64 `json:"maximum_days_since_last_order,omitzero" minimum:"1" maximum:"36500" doc:"Greatest number of whole days (24 hours) since the last order. Who never ordered has none."`
}

// check asks who the customer is. What was spent in another currency than the
// order's, which is the campaign's, is unknown.
func (a *Audience) check(c *Cart, f *failures) {
	a.checkNames(c, f)
	a.checkSegments(c, f)
	a.checkStage(c, f)
	a.checkOrders(c, f)
	a.checkSpent(c, f)
	a.checkLastOrder(c, f)
}

func (a *Audience) checkNames(c *Cart, f *failures) {
	if len(a.Customers)+len(a.ExcludedCustomers) == 0 || f.nobody(c) {
		return
	}
	if len(a.Customers) > 0 && !slices.Contains(a.Customers, c.Customer.ID) {
		f.add(ErrCustomer.At("customer"))
	}
	if slices.Contains(a.ExcludedCustomers, c.Customer.ID) {
		f.add(ErrCustomerExcluded.At("customer"))
	}
}

func (a *Audience) checkSegments(c *Cart, f *failures) {
	if len(a.Segments)+len(a.ExcludedSegments) == 0 || f.nobody(c) {
		return
	}
	if !c.knows(customer.FactSegments) {
		f.unknown(customer.FactSegments)
		return
	}
	in := func(segment string) bool { return slices.Contains(c.Facts.Segments, segment) }
	if len(a.Segments) > 0 && !slices.ContainsFunc(a.Segments, in) {
		f.add(ErrSegment.At("customer_facts.segments").Arg("segments", a.Segments))
	}
	if i := slices.IndexFunc(a.ExcludedSegments, in); i >= 0 {
		f.add(ErrSegmentExcluded.At("customer_facts.segments").Arg("segment", a.ExcludedSegments[i]))
	}
}

func (a *Audience) checkStage(c *Cart, f *failures) {
	if len(a.Stages)+len(a.ExcludedStages) == 0 || f.nobody(c) {
		return
	}
	if !c.knows(customer.FactStage) {
		f.unknown(customer.FactStage)
		return
	}
	stage := c.Facts.Stage
	if len(a.Stages) > 0 && !slices.Contains(a.Stages, stage) {
		f.add(ErrStage.At("customer_facts.stage").Arg("stage", stage).Arg("stages", texts(a.Stages)))
	}
	if slices.Contains(a.ExcludedStages, stage) {
		f.add(ErrStageExcluded.At("customer_facts.stage").Arg("stage", stage))
	}
}

func (a *Audience) checkOrders(c *Cart, f *failures) {
	if a.MinimumOrdersCount == 0 && a.MaximumOrdersCount == nil || f.nobody(c) {
		return
	}
	if !c.knows(customer.FactOrdersCount) {
		f.unknown(customer.FactOrdersCount)
		return
	}
	n := c.Facts.OrdersCount
	if low := a.MinimumOrdersCount; *n < low {
		f.add(short(ErrMinimumOrders.At("customer_facts.orders_count"), low, low-*n))
	}
	if high := a.MaximumOrdersCount; high != nil && *n > *high {
		f.add(over(ErrMaximumOrders.At("customer_facts.orders_count"), *high, *n-*high))
	}
}

func (a *Audience) checkSpent(c *Cart, f *failures) {
	if a.MinimumSpent == 0 && a.MaximumSpent == 0 || f.nobody(c) {
		return
	}
	if !c.knows(customer.FactSpent) {
		f.unknown(customer.FactSpent)
		return
	}
	spent, in := c.Facts.Spent, c.money
	if low := a.MinimumSpent; spent.Minor < low {
		f.add(short(ErrMinimumSpent.At("customer_facts.spent"), in(low), in(low-spent.Minor)))
	}
	if high := a.MaximumSpent; high > 0 && spent.Minor > high {
		f.add(over(ErrMaximumSpent.At("customer_facts.spent"), in(high), in(spent.Minor-high)))
	}
}

const day = 24 * time.Hour

var lastOrder = []string{customer.FactLastOrderAt}

// checkLastOrder counts days of 24 hours, so that no time zone is needed. A
// customer of whom it is known that there was no order has no such days.
func (a *Audience) checkLastOrder(c *Cart, f *failures) {
	low, high := a.MinimumDaysSinceLastOrder, a.MaximumDaysSinceLastOrder
	if low == 0 && high == 0 {
		return
	}
	last := c.Facts.LastOrderAt
	if !c.knowsAll(lastOrder, f) {
		return
	}
	if from := last.Add(days(low)); low > 0 && c.Now.Before(from) {
		f.add(ErrLastOrderRecent.At("customer_facts.last_order_at").
			Arg("minimum", low).Arg("wait", ceilDays(from.Sub(c.Now))).Arg("from", from.UTC()))
	}
	if until := last.Add(days(high + 1)); high > 0 && !c.Now.Before(until) {
		f.add(over(ErrLastOrderLongAgo.At("customer_facts.last_order_at"), high, int64(c.Now.Sub(until)/day)+1))
	}
}

func days(n int64) time.Duration { return time.Duration(n) * day }

// ceilDays rounds up, without a sum that could wrap around.
func ceilDays(d time.Duration) int64 {
	if d%day > 0 {
		return int64(d/day) + 1
	}
	return int64(d / day)
}

func texts(stages []customer.Stage) []string {
	out := make([]string, len(stages))
	for i, s := range stages {
		out[i] = string(s)
	}
	return out
}
