package moment

import (
	"errors"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

func TestSpans(t *testing.T) {
	noon, later := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), time.Date(2026, 7, 1, 13, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		span Span
		has  [4]bool // before noon, at noon, before later, at later
	}{
		{Span{noon, later}, [4]bool{false, true, true, false}},
		{Span{From: noon}, [4]bool{false, true, true, true}},
		{Span{Until: later}, [4]bool{true, true, true, false}},
		{Span{}, [4]bool{true, true, true, true}},
	} {
		for i, at := range []time.Time{noon.Add(-1), noon, later.Add(-1), later} {
			if got := c.span.Has(at); got != c.has[i] {
				t.Errorf("%v has %v: %t", c.span, at, got)
			}
		}
		if err := c.span.Check("a", "b"); err != nil {
			t.Errorf("%v: %v", c.span, err)
		}
	}
	for _, c := range []struct {
		span  Span
		err   error
		param string
	}{
		{Span{noon, noon}, ErrReversed, "b"},
		{Span{later, noon}, ErrReversed, "b"},
		{Span{From: noon.AddDate(-100, 0, 0)}, ErrOutOfRange, "a"},
		{Span{Until: noon.AddDate(9000, 0, 0)}, ErrOutOfRange, "b"},
	} {
		err := c.span.Check("a", "b")
		if f, ok := fault.As(err); !errors.Is(err, c.err) || !ok || f.Param != c.param {
			t.Errorf("%v: %v", c.span, err)
		}
	}
}
