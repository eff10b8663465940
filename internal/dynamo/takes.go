package dynamo

import (
	"context"
	"slices"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// firstTakes hopes that one slot has everything that part i wants: the n-th that
// the order tries. The same order tries the same slot first.
func firstTakes(d coupon.Draft, i, n int) (takes []coupon.Take) {
	part := d.Parts[i]
	at := int(hash(d.Order.ID)) + n
	if want := part.Want(); !want.IsZero() {
		takes = append(takes, coupon.Take{Slot: at % part.Campaign.Slots, Took: want})
	}
	if day, plan := part.Campaign.DayPlan(d.Now); plan.Limit > 0 {
		takes = append(takes, plan.Take(day, at%plan.Slots))
	}
	return takes
}

// counters are the rows of a campaign's limits as they are now.
type counters struct {
	limits
	day  string
	plan coupon.DayPlan
	days []item
}

func (s *Store) counters(ctx context.Context, d coupon.Draft, c coupon.Campaign) (r counters, err error) {
	if c.Slots > 0 {
		if r.limits, err = s.limits(ctx, d.Space, c); err != nil {
			return r, err
		}
	}
	if r.day, r.plan = c.DayPlan(d.Now); r.plan.Limit > 0 {
		r.days, err = s.days(ctx, d.Space, c.ID, r.day, r.plan.Slots)
	}
	return r, err
}

// choose plans what a part takes of what others of the same order leave. The
// rows that are spent come with the reason, where it cannot.
func (r counters) choose(d coupon.Draft, p coupon.Part, others []coupon.Take, room int) (takes []coupon.Take, empty []item, why error) {
	first, slots, seen := int(hash(d.Order.ID)), slices.Clone(r.slots), make([]int64, len(r.days))
	for n, row := range r.days {
		seen[n] = getNum(row, "uses")
	}
	for _, t := range others {
		if t.Day == "" {
			slots[t.Slot].Left = slots[t.Slot].Left.Minus(t.Took)
		} else if t.Slot < len(seen) {
			seen[t.Slot] += t.Took[coupon.Uses]
		}
	}
	if len(slots) > 0 {
		if takes, why = coupon.PlanTakes(slots, first%len(slots), p.Want(), room); why != nil {
			return nil, r.rows, why
		}
	}
	if r.plan.Limit == 0 {
		return takes, nil, nil
	}
	take, why := r.plan.PlanDay(r.day, seen, first)
	return append(takes, take), r.days, why
}

// spent is what was read of a campaign's limits where it was too little.
type spent struct {
	slots bool // of the limits
	free  coupon.Measures
	day   string // of which nothing is left; empty where some is
}

// remember keeps what is spent for a moment: not where just this order's other
// codes leave too little.
func (s *Store) remember(d coupon.Draft, p coupon.Part, r counters) {
	sp := d.Space
	if _, _, why := r.choose(d, p, nil, mostTakes); why == nil {
		return
	}
	if free := coupon.Free(r.slots); !free.Covers(p.Want()) {
		s.exhausted.put(space(sp)+p.Campaign.ID, spent{slots: true, free: free})
	} else if r.plan.Limit > 0 {
		s.exhausted.put(space(sp)+p.Campaign.ID, spent{day: r.day})
	}
}

func (s *Store) forgetSpent(sp shop.Space, campaign string) { s.exhausted.forget(space(sp) + campaign) }

// spentOf is what part i cannot get, as was read a moment ago; nil where that is not known.
func (s *Store) spentOf(d coupon.Draft, i int) error {
	p := d.Parts[i]
	known, ok := s.exhausted.peek(space(d.Space) + p.Campaign.ID)
	switch {
	case !ok:
		return nil
	case known.slots:
		return known.free.Spent(p.Want())
	}
	if day, plan := p.Campaign.DayPlan(d.Now); plan.Limit > 0 && day == known.day {
		return coupon.ErrDayLimit.Arg("limit", plan.Limit)
	}
	return nil
}
