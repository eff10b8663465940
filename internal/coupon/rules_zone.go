package coupon

import (
	"errors"
	"strings"
	"sync"
	"time"
)

var errNoZone = errors.New("no name of a time zone")

// zones are those that were asked for: finding one takes a search through an
// archive. There are some hundreds of names, so it stays small.
var zones sync.Map // name -> *time.Location

// zone finds an IANA time zone. A function whose rules ask for one brings the
// database along (import _ "time/tzdata"): the machine's own may lack zones.
func zone(name string) (*time.Location, error) {
	if found, ok := zones.Load(name); ok {
		return found.(*time.Location), nil
	}
	if !zoneName(name) {
		return nil, errNoZone
	}
	loc, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, loc)
	}
	return loc, err
}

// zoneName refuses what Go would understand but means another thing on each
// machine: the machine's own zone, files, and the copies with leap seconds.
// Names differ by letter case on some machines only, so those that begin small are refused, too.
func zoneName(s string) bool {
	if s == "" || len(s) > 64 || s == "Local" || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-") == ""
}

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
