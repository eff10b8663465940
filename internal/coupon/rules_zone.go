package coupon

import "time"

// horizon is how far ahead an opening is looked for. Two weeks and a day hold
// the next opening of any weekday whose one was skipped by summer time.
const horizon = 15

// next gives the first moment after now that is open. It can only be where a
// window begins, by either offset that its day may have, or where clocks are put forward or back.
func (h *Hours) next(now time.Time) (time.Time, bool) {
	var best time.Time
	try := func(t time.Time) {
		if t.After(now) && h.open(t) && (best.IsZero() || t.Before(best)) {
			best = t
		}
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	for i := range horizon {
		midnight := today.AddDate(0, 0, i)
		if !best.IsZero() && best.Before(midnight.Add(-2*day)) {
			break // nothing that is looked at from here on is earlier
		}
		if _, change := midnight.In(now.Location()).ZoneBounds(); !change.IsZero() {
			try(change)
		}
		for _, w := range h.Windows {
			from, _ := w.minutes()
			for _, t := range clock(midnight.Add(time.Duration(from)*time.Minute), now.Location()) {
				try(t)
			}
		}
	}
	return best, !best.IsZero()
}

// clock gives the moments at which clocks in a place may show what wall, in
// UTC, shows: there are two where the offset changes that day.
func clock(wall time.Time, loc *time.Location) [2]time.Time {
	var at [2]time.Time
	for i, around := range []time.Duration{-day, day} {
		_, offset := wall.Add(around).In(loc).Zone()
		at[i] = wall.Add(-time.Duration(offset) * time.Second).In(loc)
	}
	return at
}
