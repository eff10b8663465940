package customer

import (
	"strings"
	"time"
)

// yearless begins a birthday without a year (ISO 8601 writes it so, and so do address books).
const yearless = "--"

// earliest is before anybody alive was born.
const earliest = 1900

// ahead is by how much the day is later somewhere on earth than in UTC: who was
// born there today was not born tomorrow.
const ahead = 14 * time.Hour

// checkBirthday wants a date that there was, or a day that some year has.
func checkBirthday(text string, now time.Time) error {
	if text == "" {
		return nil
	}
	if day, ok := strings.CutPrefix(text, yearless); ok {
		text = "2000-" + day // a leap year
	}
	born, err := time.Parse(time.DateOnly, text)
	if err != nil || born.Year() < earliest || born.After(now.Add(ahead)) {
		return ErrBirthdayInvalid.At("birthday")
	}
	return nil
}

// BirthdayParts gives month and day of the birthday; zeros where none is known.
func (p Profile) BirthdayParts() (month, day int) {
	if len(p.Birthday) < len("05-17") {
		return 0, 0
	}
	at, err := time.Parse(time.DateOnly, "2000"+p.Birthday[len(p.Birthday)-len("-05-17"):])
	if err != nil {
		return 0, 0
	}
	return int(at.Month()), at.Day()
}
