package coupon

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
)

// ErrDayLimit is the refusal of a limit that begins anew with the next day.
var ErrDayLimit = fault.Define(fault.Conflict, "daily_limit_exceeded")

// DayPlan is a campaign's limit for each day from one on. It is spread over rows
// of its own for each day, made on first use, each of which has a fixed share.
type DayPlan struct {
	From  string `json:"from,omitzero"` // a date in the campaign's zone; empty: always
	Limit int64  `json:"limit"`         // 0: none
	Slots int    `json:"slots"`         // never fewer than before, so that all uses of a day are found
}

// Share is what one slot has of a day's limit.
func (p DayPlan) Share(slot int) int64 {
	share := p.Limit / int64(p.Slots)
	if int64(slot) < p.Limit%int64(p.Slots) {
		share++
	}
	return share
}

// Day is the date of a moment where the campaign counts days.
func (l Limits) Day(at time.Time) string {
	if loc, err := moment.Zone(l.TimeZone); err == nil {
		at = at.In(loc)
	} else {
		at = at.UTC()
	}
	return at.Format(time.DateOnly)
}

// DayPlan is what holds at a moment, if its limit is not 0.
func (c Campaign) DayPlan(at time.Time) (string, DayPlan) {
	if len(c.Days) == 0 {
		return "", DayPlan{}
	}
	today, plan := c.Day(at), DayPlan{}
	for _, p := range c.Days {
		if p.From <= today {
			plan = p
		}
	}
	return today, plan
}

// settling is longer than instances remember a campaign, and than their clocks
// part: nobody still counts by the old plan on the first day of the new one.
const settling = time.Minute

// days gives the plans after a change. Uses of today were counted by the plan
// of today, in shares that only grow: so a higher limit holds at once, and a lower
// one, or one where there was none, from the next day on.
func (c Campaign) days(to Limits, now time.Time) []DayPlan {
	if to.MaxRedemptionsPerDay == c.MaxRedemptionsPerDay && to.ExpectedRate == c.ExpectedRate {
		return c.Days
	}
	most := 0
	for _, p := range c.Days {
		most = max(most, p.Slots)
	}
	next := DayPlan{Limit: to.MaxRedemptionsPerDay, Slots: max(most, to.daySlots())}
	if next.Limit == 0 {
		if most == 0 {
			return nil
		}
		return []DayPlan{next}
	}
	_, present := c.DayPlan(now)
	next.From = nextDay(to.Day(now.Add(settling)))
	if present.Limit == 0 {
		return []DayPlan{next}
	}
	present.Limit = max(present.Limit, next.Limit)
	return []DayPlan{present, next}
}

func nextDay(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic("coupon: not a date: " + day) // it is formatted above
	}
	return at.AddDate(0, 0, 1).Format(time.DateOnly)
}

// firstDays is the plan of a new campaign.
func (l Limits) firstDays() []DayPlan {
	if l.MaxRedemptionsPerDay == 0 {
		return nil
	}
	return []DayPlan{{Limit: l.MaxRedemptionsPerDay, Slots: l.daySlots()}}
}

func (l Limits) daySlots() int {
	if l.MaxRedemptionsPerDay == 0 {
		return 0
	}
	return slotsFor(Measures{Uses: l.MaxRedemptionsPerDay}, l.ExpectedRate)
}

// PlanDay chooses the slot of the day that a use is taken from, given how many
// uses each slot has seen; first is where the order tries first.
func (p DayPlan) PlanDay(day string, seen []int64, first int) (Take, error) {
	for i := range p.Slots {
		n := (first + i) % p.Slots
		if seen[n] < p.Share(n) {
			return p.Take(day, n), nil
		}
	}
	return Take{}, ErrDayLimit.Arg("limit", p.Limit)
}

// Take is one use of a slot of that day.
func (p DayPlan) Take(day string, slot int) Take {
	return Take{Slot: slot, Took: Measures{Uses: 1}, Day: day, Share: p.Share(slot)}
}

// checkDays wants a zone that is known, and days to be counted in it.
func (l Limits) checkDays() error {
	if l.TimeZone == "" {
		return nil
	}
	if _, err := moment.Zone(l.TimeZone); err != nil {
		return ErrTimeZoneUnknown.At("time_zone").Arg("time_zone", l.TimeZone).Because(err)
	}
	return nil
}
