package customer

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Thresholds say where one stage ends and the next begins. What is 0 is the default.
//
// The stages themselves are Jill Griffin's (Customer Loyalty, 1995: prospect,
// first-time and repeat customer, client, advocate, inactive), with her client
// called loyal and those who came back apart. That a customer without an order
// for twelve months is a former one is the custom of mail order, whose active
// file are the twelve-month buyers. The other numbers are ours: a starting point,
// for each shop to set by how often its goods are bought.
type Thresholds struct {
	LoyalOrders       int64 `json:"loyal_orders,omitzero" minimum:"2" maximum:"20" doc:"Orders within loyal_within_days that make a customer loyal: 3 by default." example:"3"`
	LoyalWithinDays   int64 `json:"loyal_within_days,omitzero" minimum:"1" maximum:"3650" doc:"365 by default."`
	LapsedAfterDays   int64 `json:"lapsed_after_days,omitzero" minimum:"1" maximum:"3650" doc:"Days without an order after which a customer has lapsed: 365 by default."`
	WonBackDays       int64 `json:"won_back_days,omitzero" minimum:"1" maximum:"3650" doc:"Days for which a customer who had lapsed and ordered again counts as won back: 365 by default."`
	AdvocateReferrals int64 `json:"advocate_referrals,omitzero" minimum:"1" maximum:"1000" doc:"New customers whom an advocate has brought: 1 by default."`
}

// Filled gives the thresholds with the defaults in place of what is not set.
func (t Thresholds) Filled() Thresholds {
	for field, standard := range map[*int64]int64{
		&t.LoyalOrders: 3, &t.LoyalWithinDays: 365, &t.LapsedAfterDays: 365, &t.WonBackDays: 365, &t.AdvocateReferrals: 1,
	} {
		if *field == 0 {
			*field = standard
		}
	}
	return t
}

// Check refuses thresholds out of bounds, naming the field under param.
func (t Thresholds) Check(param string) error {
	t = t.Filled()
	for name, v := range map[string][3]int64{
		"loyal_orders": {2, t.LoyalOrders, 20}, "loyal_within_days": {1, t.LoyalWithinDays, 3650},
		"lapsed_after_days": {1, t.LapsedAfterDays, 3650}, "won_back_days": {1, t.WonBackDays, 3650},
		"advocate_referrals": {1, t.AdvocateReferrals, 1000},
	} {
		if v[1] < v[0] || v[1] > v[2] {
			return fault.ErrInvalid.At(param + "." + name)
		}
	}
	return nil
}

// Relationship is where a customer stands in time.
type Relationship string

// The relationships.
const (
	Future  Relationship = "future"  // has not ordered yet
	Current Relationship = "current" // orders
	Former  Relationship = "former"  // has lapsed
)

// Standing is a customer's stage and value at a moment, and why.
type Standing struct {
	Stage        Stage        `json:"stage" enum:"prospect,first_time,repeat,loyal,advocate,lapsed,won_back"`
	Relationship Relationship `json:"relationship" enum:"future,current,former"`
	Recency      *int64       `json:"recency_days,omitempty" doc:"Whole days (24 hours) since the last order."`
	Frequency    int64        `json:"frequency" doc:"Orders within loyal_within_days; 25 stands for 25 or more."`
	Figures      Figures      `json:"figures"`
	Thresholds   Thresholds   `json:"thresholds" doc:"By which it was judged; PUT /v1/settings changes them."`
	AsOf         time.Time    `json:"as_of"`
	Reasons      []Reason     `json:"-"`
}

// Reason is one rule, and how the customer stands to it.
type Reason struct {
	Code string
	Met  bool
	Args map[string]any
}

// The rules behind a stage, as reasons name them.
const (
	ReasonNoOrder   = "no_order"
	ReasonLapsed    = "last_order"
	ReasonReferrals = "referrals"
	ReasonLoyal     = "orders_within"
	ReasonWonBack   = "came_back"
	ReasonOrders    = "orders"
)

// Reasons are all of them.
var Reasons = []string{ReasonNoOrder, ReasonLapsed, ReasonReferrals, ReasonLoyal, ReasonWonBack, ReasonOrders}

const oneDay = 24 * time.Hour

// Stand judges figures at a moment. The rules are asked in this order, and the
// first that is met decides: no order, lapsed, advocate, loyal, won back,
// more than one order. All that were asked are among the reasons.
func Stand(f Figures, t Thresholds, now time.Time) Standing {
	t = t.Filled()
	s := Standing{Figures: f, Thresholds: t, AsOf: now, Relationship: Current}
	if s.rule(ReasonNoOrder, f.OrdersCount == 0, nil) {
		s.Stage, s.Relationship = Prospect, Future
		return s
	}
	recency := daysBetween(f.LastOrderAt, now)
	s.Recency, s.Frequency = &recency, ordersWithin(f.Recent, now, t.LoyalWithinDays)
	gap, back := f.gap(t, now)
	switch {
	case s.rule(ReasonLapsed, now.Sub(f.LastOrderAt) > ofDays(t.LapsedAfterDays), map[string]any{"days": recency, "lapsed": t.LapsedAfterDays}):
		s.Stage, s.Relationship = Lapsed, Former
	case s.rule(ReasonReferrals, f.Referrals >= t.AdvocateReferrals, map[string]any{"referrals": f.Referrals, "needed": t.AdvocateReferrals}):
		s.Stage = Advocate
	case s.rule(ReasonLoyal, s.Frequency >= t.LoyalOrders, map[string]any{"orders": s.Frequency, "days": t.LoyalWithinDays, "needed": t.LoyalOrders}):
		s.Stage = Loyal
	case s.rule(ReasonWonBack, !back.IsZero(), map[string]any{"gap": gap, "lapsed": t.LapsedAfterDays, "within": t.WonBackDays}):
		s.Stage = WonBack
	case s.rule(ReasonOrders, f.OrdersCount > 1, map[string]any{"orders": f.OrdersCount}):
		s.Stage = Repeat
	default:
		s.Stage = FirstTime
	}
	return s
}

func (s *Standing) rule(code string, met bool, args map[string]any) bool {
	s.Reasons = append(s.Reasons, Reason{code, met, args})
	return met
}

// gap finds the order that ended a gap in which the customer had lapsed, if it is
// recent enough to count, and how many days the gap had. Else it gives the longest gap.
func (f Figures) gap(t Thresholds, now time.Time) (longest int64, back time.Time) {
	for i := 1; i < len(f.Recent); i++ {
		since, at := f.Recent[i].At, f.Recent[i-1].At
		n := daysBetween(since, at)
		if at.Sub(since) > ofDays(t.LapsedAfterDays) && now.Sub(at) < ofDays(t.WonBackDays) {
			return n, at
		}
		longest = max(longest, n)
	}
	return longest, time.Time{}
}

// ordersWithin counts the orders of the last so many days.
func ordersWithin(recent []Contribution, now time.Time, n int64) (count int64) {
	for _, c := range recent {
		if now.Sub(c.At) < ofDays(n) {
			count++
		}
	}
	return count
}

func ofDays(n int64) time.Duration { return time.Duration(n) * oneDay }

// daysBetween counts whole days; what lies ahead is 0 days ago.
func daysBetween(from, to time.Time) int64 { return max(int64(to.Sub(from)/oneDay), 0) }

// FactsAt are what campaigns may ask, as the figures have them before an order.
func FactsAt(f Figures, t Thresholds, order, currency string, now time.Time) Facts {
	f = f.Before(order)
	n, spent := f.OrdersCount, f.SpentIn(currency)
	return Facts{OrdersCount: &n, Spent: &spent, LastOrderAt: f.LastOrderAt, Stage: Stand(f, t, now).Stage}
}

// Or gives the facts, and what they leave out as o has it.
func (f Facts) Or(o Facts) Facts {
	if f.OrdersCount == nil {
		f.OrdersCount = o.OrdersCount
	}
	if f.Spent == nil {
		f.Spent = o.Spent
	}
	if f.LastOrderAt.IsZero() {
		f.LastOrderAt = o.LastOrderAt
	}
	if f.Stage == "" {
		f.Stage = o.Stage
	}
	if f.Segments == nil {
		f.Segments = o.Segments
	}
	if f.Metadata == nil {
		f.Metadata = o.Metadata
	}
	return f
}
