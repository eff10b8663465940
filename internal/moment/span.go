package moment

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// ErrReversed answers an end that does not lie after its start.
var ErrReversed = fault.Define(fault.Invalid, "dates_reversed")

// Span is the time from one moment to before another. What is zero is open.
type Span struct{ From, Until time.Time }

// Has reports whether a moment lies in it.
func (s Span) Has(t time.Time) bool {
	return (s.From.IsZero() || !t.Before(s.From)) && (s.Until.IsZero() || t.Before(s.Until))
}

// Check refuses a span in which nothing can lie, naming the fields.
func (s Span) Check(from, until string) error {
	if err := Check(s.From, from); err != nil {
		return err
	}
	if err := Check(s.Until, until); err != nil {
		return err
	}
	if !s.From.IsZero() && !s.Until.IsZero() && !s.From.Before(s.Until) {
		return ErrReversed.At(until)
	}
	return nil
}

// String names the span as cursors are bound to it.
func (s Span) String() string {
	return s.From.UTC().Format(time.RFC3339Nano) + "/" + s.Until.UTC().Format(time.RFC3339Nano)
}
