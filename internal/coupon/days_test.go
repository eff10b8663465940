package coupon

import (
	"errors"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/moment"
)

func berlinAt(hour string) time.Time {
	loc, err := moment.Zone("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", hour, loc)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

type dayChange struct {
	at string
	to int64
}

// daily is a campaign with a limit for each day, changed at these times to these limits.
func daily(limit int64, changes ...dayChange) Campaign {
	d := Definition{Limits: Limits{MaxRedemptionsPerDay: limit, TimeZone: "Europe/Berlin"}}
	c := NewCampaign("camp_1", "ABCD", false, d, time.Time{})
	for _, change := range changes {
		to := c.Limits
		to.MaxRedemptionsPerDay = change.to
		c.Days, c.Limits = c.days(to, berlinAt(change.at)), to
	}
	return c
}

func TestDayPlans(t *testing.T) {
	const noon, late, next, after = "2026-10-24 12:00", "2026-10-24 23:59", "2026-10-25 00:00", "2026-10-26 00:00"
	for name, c := range map[string]struct {
		campaign Campaign
		at       string
		limit    int64
	}{
		"none":                          {daily(0), noon, 0},
		"from the first day":            {daily(9), noon, 9},
		"raised":                        {daily(9, dayChange{noon, 12}), noon, 12},
		"raised, the next day":          {daily(9, dayChange{noon, 12}), next, 12},
		"lowered":                       {daily(9, dayChange{noon, 5}), late, 9},
		"lowered, the next day":         {daily(9, dayChange{noon, 5}), next, 5},
		"lowered within the last hour":  {daily(9, dayChange{"2026-10-24 23:58", 5}), next, 5},
		"lowered in the last minute":    {daily(9, dayChange{late, 5}), next, 9},
		"lowered in the last, later":    {daily(9, dayChange{late, 5}), after, 5},
		"lowered, raised a little":      {daily(9, dayChange{noon, 5}, dayChange{noon, 7}), noon, 9},
		"lowered, raised, the next day": {daily(9, dayChange{noon, 5}, dayChange{noon, 7}), next, 7},
		"introduced":                    {daily(0, dayChange{noon, 5}), late, 0},
		"introduced, the next day":      {daily(0, dayChange{noon, 5}), next, 5},
		"removed":                       {daily(9, dayChange{noon, 0}), noon, 0},
		"removed, introduced anew":      {daily(9, dayChange{noon, 0}, dayChange{noon, 3}), noon, 0},
		"and the next day":              {daily(9, dayChange{noon, 0}, dayChange{noon, 3}), next, 3},
	} {
		if day, plan := c.campaign.DayPlan(berlinAt(c.at)); plan.Limit != c.limit || plan.Limit > 0 && day != c.at[:10] {
			t.Errorf("%s: %s %+v, want %d", name, day, plan, c.limit)
		}
	}
}

// However a limit is changed, no day sees more uses than the highest limit that
// was set by its end, and a raised limit can be used up.
func TestDaysAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, most := berlinAt("2026-10-24 20:00"), map[string]int64{}
		c := daily(rapid.Int64Range(1, 40).Draw(t, "limit"))
		seen := map[string][]int64{}
		set := c.MaxRedemptionsPerDay
		for range 60 {
			today, plan := c.DayPlan(now)
			most[today] = max(most[today], set)
			if rows := seen[today]; len(rows) < plan.Slots {
				seen[today] = append(rows, make([]int64, plan.Slots-len(rows))...)
			}
			switch rapid.IntRange(0, 3).Draw(t, "act") {
			case 0:
				to := c.Limits
				to.MaxRedemptionsPerDay = rapid.Int64Range(1, 40).Draw(t, "limit")
				c.Days, c.Limits = c.days(to, now), to
				set = to.MaxRedemptionsPerDay
			case 1:
				now = now.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "minutes")) * time.Minute)
			default:
				for range rapid.IntRange(1, 20).Draw(t, "uses") {
					take, err := plan.PlanDay(today, seen[today], rapid.IntRange(0, 9).Draw(t, "first"))
					if err == nil {
						seen[today][take.Slot]++
					} else if !errors.Is(err, ErrDayLimit) || sum(seen[today]) < min(plan.Limit, set) {
						t.Fatalf("%v with %v of %+v", err, seen[today], plan)
					}
				}
			}
			if sum(seen[today]) > max(most[today], plan.Limit) {
				t.Fatalf("%s saw %v, the limit was %d", today, seen[today], most[today])
			}
		}
		for n := range c.Days[1:] {
			if c.Days[n].Slots > c.Days[n+1].Slots {
				t.Fatalf("slots are forgotten: %+v", c.Days)
			}
		}
	})
}

func TestSharesOfADay(t *testing.T) {
	p := DayPlan{Limit: 7, Slots: 3}
	if got := []int64{p.Share(0), p.Share(1), p.Share(2)}; !slices.Equal(got, []int64{3, 2, 2}) {
		t.Errorf("%v", got)
	}
	take, err := p.PlanDay("2026-10-24", []int64{3, 1, 2}, 2)
	if want := (Take{Slot: 1, Took: Measures{Uses: 1}, Day: "2026-10-24", Share: 2}); take != want || err != nil {
		t.Errorf("%+v %v", take, err)
	}
	if _, err := p.PlanDay("2026-10-24", []int64{3, 2, 2}, 0); !errors.Is(err, ErrDayLimit) {
		t.Error(err)
	}
}
