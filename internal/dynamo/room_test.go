package dynamo

import (
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// A part that looks for slots leaves one for each that looks after it, what others have, and a row for the undoing.
func TestRoom(t *testing.T) {
	limited := coupon.Part{Target: coupon.Target{Campaign: coupon.Campaign{
		Definition: coupon.Definition{Limits: coupon.Limits{MaxRedemptions: 5}},
	}}}
	slot, day := coupon.Take{Slot: 1}, coupon.Take{Slot: 1, Day: "2026-11-23"}
	for name, c := range map[string]struct {
		takes []coupon.Take // of the other part
		hold  time.Time
		want  int
	}{
		"the other looks, too":   {nil, time.Time{}, 8},
		"the other has one":      {[]coupon.Take{slot, day}, time.Time{}, 8},
		"the other has three":    {[]coupon.Take{slot, slot, day, slot}, time.Time{}, 6},
		"a hold":                 {nil, time.Unix(1, 0), 3},
		"a hold, and it has two": {[]coupon.Take{slot, slot}, time.Unix(1, 0), 2},
	} {
		p := &plan{
			draft: coupon.Draft{Parts: []coupon.Part{limited, limited}, Until: c.hold}, takes: [][]coupon.Take{nil, c.takes},
			made: make([]planned, 90),
		}
		if got := p.room(0); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
