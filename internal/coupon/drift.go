package coupon

import (
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/internal/shop"
)

// Drift is a counter of a campaign's limits that differs from the rows that it counts.
type Drift struct {
	Campaign string
	Counter  string // "slot 3", "slots in all", "limit <person>"
	Counted  int64  // what the counter says
	Rows     int64  // what the rows say
}

// Kind is the counter without whose it is: a log line names no person.
func (d Drift) Kind() string {
	kind, _, _ := strings.Cut(d.Counter, " ")
	return kind
}

// Persisting gives those of again that were there before, with the same sign.
// Redemptions during the reading make differences, too, but not twice the same
// way; a counter that is wrong stays wrong.
func Persisting(before, again []Drift) []Drift {
	high := map[string]bool{}
	for _, d := range before {
		high[d.Counter] = d.Counted > d.Rows
	}
	var out []Drift
	for _, d := range again {
		if was, ok := high[d.Counter]; ok && was == (d.Counted > d.Rows) {
			out = append(out, d)
		}
	}
	return out
}

// Place is where an audit of all campaigns stands: at a campaign, or, where
// Campaign is empty, before the first of the space. The zero Place is before
// the first shop.
type Place struct {
	Space    shop.Space
	Campaign string
}

// AuditCursor is how far the present round through all campaigns has come, and
// what it has found.
type AuditCursor struct {
	Place
	Began    time.Time // the round; zero before the first
	Drifting []Place   // looked at again in every run, until they do not
	Moves    int64     // of the cursor, so that two runs at once notice each other
}
