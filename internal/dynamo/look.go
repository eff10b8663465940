package dynamo

import (
	"context"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// Look reads what a draft would touch, in one request: its seats, the customer's
// limits, and of each campaign's slots the one that it would try first and the
// next. Only where those two have too little are the others read, which happens
// near the end of a limit; that nothing is left is then remembered for seconds. A
// validation may be a moment behind.
func (s *Store) Look(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	return s.look(ctx, d, false)
}

func (s *Store) look(ctx context.Context, d coupon.Draft, consistent bool) (coupon.Outcome, error) {
	keys := addPerson(addLimits(seatKeys(d), d), d)
	if len(keys) == 0 {
		return s.seatOutcome(d, nil)
	}
	rows, err := s.batch(ctx, s.tables.Coupons, unique(keys), consistent)
	if err != nil {
		return coupon.Outcome{}, err
	}
	o, err := s.foundAt(ctx, d, rows, consistent)
	if err == nil {
		err = s.lookAtCards(ctx, d, rows, &o)
	}
	if err != nil {
		return o, err
	}
	who, err := s.whoCounts(ctx, d, rows, consistent) // no request more, as a rule
	if err != nil {
		return o, err
	}
	earlier := map[string]*siblings{}
	for i, p := range d.Parts {
		if !concerned(p) {
			continue
		}
		if earlier[p.Campaign.ID] == nil {
			earlier[p.Campaign.ID] = &siblings{}
		}
		if err := s.lookAtLimits(ctx, d, i, rows, who, earlier[p.Campaign.ID], &o.Parts[i]); err != nil {
			return o, err
		}
	}
	return o, nil
}

// addLimits adds the counters that parts would take from.
func addLimits(keys []item, d coupon.Draft) []item {
	for i, p := range d.Parts {
		if !concerned(p) {
			continue
		}
		if p.Campaign.MaxRedemptionsPerCustomer > 0 {
			keys = append(keys, limitKey(d.Space, p.Campaign.ID, orNobody(d.Person)))
		}
		if p.Terms.Rules.FirstOrder() {
			keys = append(keys, firstKey(d.Space, orNobody(d.Person)))
		}
		for _, t := range nearTakes(d, i) {
			keys = append(keys, takeKey(d.Space, p.Campaign.ID, t))
		}
	}
	return keys
}

// addPerson adds the row that says who the customer is, where a limit hangs on that.
func addPerson(keys []item, d coupon.Draft) []item {
	if d.Person == "" || !byCustomers(d) {
		return keys
	}
	return append(keys, personKey(d.Space, d.Person))
}

// siblings are the parts before one that are of the same campaign.
type siblings struct {
	number int64
	takes  []coupon.Take
}

// add counts a part, if it would take of its campaign's limits.
func (to *siblings) add(p coupon.Part, takes []coupon.Take, f coupon.Found, now time.Time) {
	free := f.Seat.Order == "" || !f.Seat.Until.IsZero() && !now.Before(f.Seat.Until)
	closed := f.Seat.Exists && !p.Apart() && p.Coupon.Batch == "" && !f.Seat.Coupon.Active
	if free && !closed && !p.Refused() && !f.LimitReached && !f.FirstTaken && f.Exhausted == nil {
		to.number++
		to.takes = append(to.takes, takes...)
	}
}

// nearTakes are the two that the order tries first, of the limits and of the
// day's; none where they are known to be spent.
func nearTakes(d coupon.Draft, i int) []coupon.Take {
	return append(firstTakes(d, i, 0), firstTakes(d, i, 1)...)
}

// lookAtLimits says what the rows of limits leave. A hold there that has had its time speaks against nothing.
func (s *Store) lookAtLimits(ctx context.Context, d coupon.Draft, i int, rows map[string]item, who counting, earlier *siblings, f *coupon.Found) (err error) {
	p := d.Parts[i]
	if err = s.lookAtCustomers(ctx, d, p, who, earlier.number, f); err != nil {
		return err
	}
	takes := firstTakes(d, i, 0)
	if f.Exhausted = s.spentOf(d, i); f.Exhausted == nil && len(takes) > 0 && (len(earlier.takes) > 0 || !s.fits(d, i, rows)) {
		takes, f.Exhausted, err = s.lookAtAll(ctx, d, p, earlier.takes)
	}
	earlier.add(p, takes, *f, s.now())
	return err
}

// lookAtAll says what is spent where all slots are asked.
func (s *Store) lookAtAll(ctx context.Context, d coupon.Draft, p coupon.Part, others []coupon.Take) (takes []coupon.Take, why, err error) {
	all, err := s.counters(ctx, d, p.Campaign)
	if err != nil {
		return nil, nil, err
	}
	takes, empty, why := all.choose(d, p, others, mostTakes)
	if why == nil {
		return takes, nil, nil
	}
	if lapses, err := s.anyLapses(ctx, empty); err != nil || lapses {
		return nil, nil, err
	}
	if !s.lapseSoon(empty) {
		s.remember(d, p, all)
	}
	return nil, why, nil
}

// fits reports whether of each sort one of the near takes is possible.
func (s *Store) fits(d coupon.Draft, i int, rows map[string]item) bool {
	possible := map[bool]bool{}
	near := nearTakes(d, i)
	for _, t := range near {
		row, ofDay := rows[rowID(takeKey(d.Space, d.Parts[i].Campaign.ID, t))], t.Day != ""
		if ofDay {
			possible[ofDay] = possible[ofDay] || getNum(row, "uses")+t.Took[coupon.Uses] <= t.Share
		} else {
			_, err := coupon.PlanTakes([]coupon.Slot{readSlot(row)}, 0, t.Took, 1)
			possible[ofDay] = possible[ofDay] || err == nil
		}
	}
	return !slices.ContainsFunc(near, func(t coupon.Take) bool { return !possible[t.Day != ""] })
}

// lapseSoon reports whether holds at one of the rows may have had their time
// before we would look again.
func (s *Store) lapseSoon(rows []item) bool {
	soon := s.now().Add(exhaustedDelay)
	return slices.ContainsFunc(rows, func(row item) bool { return mayLapse(row, soon) })
}

// unique drops keys that are there already: a batch may not name one twice.
func unique(keys []item) []item {
	seen := map[string]bool{}
	return slices.DeleteFunc(keys, func(k item) bool {
		again := seen[rowID(k)]
		seen[rowID(k)] = true
		return again
	})
}
