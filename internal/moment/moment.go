// Package moment holds times as rows and answers do: in UTC, in milliseconds,
// within the years that RFC 3339 can write.
package moment

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// ErrOutOfRange answers a time before 2000 or after 9999.
var ErrOutOfRange = fault.Define(fault.Invalid, "time_out_of_range")

// Check refuses a time that cannot be meant or cannot be written; none at all is fine.
func Check(t time.Time, param string) error {
	if year := t.UTC().Year(); !t.IsZero() && (year < 2000 || year > 9999) {
		return ErrOutOfRange.At(param)
	}
	return nil
}

// Stored is the time as it is kept.
func Stored(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
