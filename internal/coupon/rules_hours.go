package coupon

import (
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
)

// Hours are when something is open, by the clocks of a time zone. What counts
// is what they show: an hour that summer time skips is never open, one that
// comes twice is open twice.
type Hours struct {
	TimeZone string   `json:"time_zone" minLength:"1" maxLength:"64" doc:"A name of the IANA time zone database." example:"Europe/Berlin"`
	Windows  []Window `json:"windows" minItems:"1" maxItems:"50" nullable:"false" doc:"Open while one of them is."`
}

// Window is a stretch of the week, half open. Without weekdays it is of every day, without times of whole days.
type Window struct {
	Weekdays []string `json:"weekdays,omitempty" maxItems:"7" enum:"monday,tuesday,wednesday,thursday,friday,saturday,sunday" doc:"On which days it begins; every day where none is named."`
	From     string   `json:"from,omitzero" maxLength:"5" doc:"First minute, 00:00 by default." example:"18:00"`
	To       string   `json:"to,omitzero" maxLength:"5" doc:"First minute after, 24:00 by default. One that is earlier than from is of the next day." example:"02:00"`
}

// check asks whether it is open now, and says when it is next.
func (h *Hours) check(now time.Time, f *failures) {
	if h == nil {
		return
	}
	loc, err := moment.Zone(h.TimeZone)
	if err != nil {
		f.add(ErrTimeZoneUnknown.At("rules.hours.time_zone").Arg("time_zone", h.TimeZone).Because(err))
		return
	}
	if now = now.In(loc); h.open(now) {
		return
	}
	e := ErrHoursClosed.At("order").Arg("time_zone", h.TimeZone)
	if opens, ok := h.next(now); ok {
		e = e.Arg("opens_at", opens)
	}
	f.add(e)
}

func (h *Hours) open(t time.Time) bool {
	return slices.ContainsFunc(h.Windows, func(w Window) bool { return w.open(t) })
}

func (w Window) open(t time.Time) bool {
	from, to := w.minutes()
	m := t.Hour()*60 + t.Minute()
	if from < to {
		return w.on(t.Weekday()) && from <= m && m < to
	}
	return w.on(t.Weekday()) && from <= m || w.on((t.Weekday()+6)%7) && m < to
}

func (w Window) on(d time.Weekday) bool {
	return len(w.Weekdays) == 0 || slices.Contains(w.Weekdays, weekdays[d])
}

// minutes gives the window's bounds in minutes of the day; they are checked when they are saved.
func (w Window) minutes() (from, to int) {
	from, to = 0, minutesOfDay
	if w.From != "" {
		from, _ = minute(w.From)
	}
	if w.To != "" {
		to, _ = minute(w.To)
	}
	return from, to
}

const minutesOfDay = 24 * 60

// minute reads "18:30"; "24:00" is the end of the day.
func minute(s string) (int, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	h, m := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	return h*60 + m, m < 60 && h*60+m <= minutesOfDay
}

// contradiction names the part of the hours that cannot be.
func (h *Hours) contradiction(at string) error {
	if h == nil {
		return nil
	}
	if _, err := moment.Zone(h.TimeZone); err != nil {
		return ErrTimeZoneUnknown.At(at+".time_zone").Arg("time_zone", h.TimeZone)
	}
	if len(h.Windows) == 0 {
		return ErrFieldMissing.At(at + ".windows")
	}
	for i, w := range h.Windows {
		if err := w.contradiction(fieldAt(at+".windows", i)); err != nil {
			return err
		}
	}
	return nil
}

func (w Window) contradiction(at string) error {
	for i, name := range w.Weekdays {
		if !slices.Contains(weekdays[:], name) {
			return fault.ErrInvalid.At(fieldAt(at+".weekdays", i))
		}
	}
	from, to := w.minutes()
	if _, ok := minute(w.From); w.From != "" && !ok || from == minutesOfDay {
		return ErrTimeOfDay.At(at + ".from")
	}
	if _, ok := minute(w.To); w.To != "" && !ok {
		return ErrTimeOfDay.At(at + ".to")
	}
	if from == to {
		return ErrWindowEmpty.At(at)
	}
	return nil
}

// weekdays by their names in rules, as time.Weekday counts them.
var weekdays = [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
