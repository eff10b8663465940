package coupon

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/moment"
)

func berlin(w ...Window) *Hours { return &Hours{TimeZone: "Europe/Berlin", Windows: w} }

// opened checks hours at a moment, and gives when they say that they are next open.
func opened(t *testing.T, h *Hours, at string) (bool, string) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	var f failures
	h.check(now, &f)
	if len(f.parts) == 0 {
		return true, ""
	}
	next, ok := f.parts[0].Args["opens_at"].(time.Time)
	if !ok {
		return false, "never"
	}
	return false, next.Format(time.RFC3339)
}

// In 2026 clocks in Berlin are put forward on 29 March and back on 25 October.
func TestHours(t *testing.T) {
	evening := berlin(Window{Weekdays: []string{"friday", "saturday"}, From: "18:00", To: "02:00"})
	sunday := berlin(Window{Weekdays: []string{"sunday"}})
	gap := berlin(Window{From: "02:15", To: "02:45"})
	early := berlin(Window{From: "02:30", To: "05:00"})
	const open = ""
	for _, c := range []struct {
		hours *Hours
		at    string
		next  string // open where it is
	}{
		{evening, "2026-07-03T15:59:59Z", "2026-07-03T18:00:00+02:00"}, // a Friday
		{evening, "2026-07-03T16:00:00Z", open},
		{evening, "2026-07-03T23:59:59Z", open}, // Saturday, 01:59:59 there
		{evening, "2026-07-04T00:00:00Z", "2026-07-04T18:00:00+02:00"},
		{evening, "2026-07-04T23:59:59Z", open},
		{evening, "2026-07-05T00:00:00Z", "2026-07-10T18:00:00+02:00"},
		{evening, "2026-12-04T16:59:59Z", "2026-12-04T18:00:00+01:00"}, // winter
		{evening, "2026-12-04T17:00:00Z", open},
		{evening, "2026-03-29T00:59:59Z", open}, // Sunday, 01:59:59; then it is 03:00
		{evening, "2026-03-29T01:00:00Z", "2026-04-03T18:00:00+02:00"},
		{evening, "2026-10-24T23:59:59Z", open}, // Sunday, 01:59:59 in summer time
		{evening, "2026-10-25T00:00:00Z", "2026-10-30T18:00:00+01:00"},

		{sunday, "2026-03-23T22:00:00Z", "2026-03-29T00:00:00+01:00"}, // not with 03:00, when clocks are put forward
		{sunday, "2026-03-28T23:00:00Z", open},                        // a day of 23 hours
		{sunday, "2026-03-29T21:59:59Z", open},
		{sunday, "2026-03-29T22:00:00Z", "2026-04-05T00:00:00+02:00"},
		{sunday, "2026-10-24T22:00:00Z", open}, // a day of 25 hours
		{sunday, "2026-10-25T22:59:59Z", open},
		{sunday, "2026-10-25T23:00:00Z", "2026-11-01T00:00:00+01:00"},

		{gap, "2026-03-29T00:00:00Z", "2026-03-30T02:15:00+02:00"}, // 02:15 is skipped that day
		{gap, "2026-10-25T00:00:00Z", "2026-10-25T02:15:00+02:00"},
		{gap, "2026-10-25T00:20:00Z", open}, // 02:20, and an hour later again
		{gap, "2026-10-25T00:45:00Z", "2026-10-25T02:15:00+01:00"},
		{gap, "2026-10-25T01:20:00Z", open},
		{gap, "2026-10-25T01:45:00Z", "2026-10-26T02:15:00+01:00"},
		{early, "2026-03-29T00:59:00Z", "2026-03-29T03:00:00+02:00"}, // 02:30 is skipped: it opens with 03:00
		{early, "2026-03-29T01:00:00Z", open},

		{berlin(Window{}), "2026-03-29T01:00:00Z", open},
		{berlin(Window{To: "00:30"}), "2026-07-01T22:30:00Z", "2026-07-03T00:00:00+02:00"},
		{berlin(Window{From: "23:30", To: "24:00"}), "2026-07-01T21:59:59Z", open},
		{berlin(Window{From: "20:00", To: "21:00"}, Window{Weekdays: []string{"wednesday"}, From: "14:00", To: "14:01"}), "2026-07-01T12:00:59Z", open},
		{nil, "2026-07-01T12:00:00Z", open},
	} {
		if ok, next := opened(t, c.hours, c.at); ok != (c.next == open) || next != c.next {
			t.Errorf("%+v at %s: %v, next %s, want %s", c.hours, c.at, ok, next, c.next)
		}
	}
}

// The next opening is the first open minute, found by looking at each.
func TestNextOpening(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zoneName := rapid.SampledFrom([]string{"Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC", "Africa/Cairo", "Pacific/Apia"}).Draw(t, "zone")
		clockTime := rapid.Custom(func(t *rapid.T) string {
			return time.Unix(int64(rapid.IntRange(0, minutesOfDay-1).Draw(t, "minute"))*60, 0).UTC().Format("15:04")
		})
		h := &Hours{TimeZone: zoneName}
		for range rapid.IntRange(1, 3).Draw(t, "windows") {
			w := Window{From: clockTime.Draw(t, "from"), To: clockTime.Draw(t, "to")}
			w.Weekdays = rapid.SliceOfNDistinct(rapid.SampledFrom(weekdays[:]), 0, 3, rapid.ID).Draw(t, "weekdays")
			if w.From == w.To {
				w.From, w.To = "", ""
			}
			h.Windows = append(h.Windows, w)
		}
		loc, err := moment.Zone(zoneName)
		if err != nil {
			t.Fatal(err)
		}
		year := rapid.IntRange(2010, 2030).Draw(t, "year") // Apia skipped a day in 2011
		now := time.Date(year, 1, 1, 0, rapid.IntRange(0, 366*minutesOfDay).Draw(t, "now"), 0, 0, time.UTC).In(loc)
		if h.open(now) {
			t.Skip("open")
		}
		got, ok := h.next(now)
		for at := now; ; at = at.Add(time.Minute) {
			if at.Sub(now) > 15*day {
				if ok && got.Before(at) {
					t.Fatalf("%v, and none was found", got)
				}
				return
			}
			if h.open(at) {
				if !ok || !got.Equal(at) {
					t.Fatalf("%+v at %v: %v, %v, want %v", h, now, ok, got, at)
				}
				return
			}
		}
	})
}

func FuzzMinute(f *testing.F) {
	f.Add("18:30")
	for _, seed := range []string{"24:00", "24:01", "10:75", "1:000", "10:0a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, ok := minute(s)
		if at, err := time.Parse("15:04", s); ok != (err == nil && len(s) == 5 || s == "24:00") || ok && s != "24:00" && m != at.Hour()*60+at.Minute() {
			t.Errorf("%q: %d %v", s, m, ok)
		}
	})
}
