// Package stream is what a table tells of its changes: that a row of this key
// is not what it was, and no more.
//
// What follows from a change is level-triggered. Whoever is told of a key reads
// the row as it is now and makes what follows from that true, with conditions in
// each write. It makes no difference then how often a change is told, in which
// order, how late, or to how many at once: the end is the same. So nothing here
// has an old image, a sequence number or a count of deliveries.
package stream

import (
	"context"
	"errors"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Record is a row that changed.
type Record struct {
	Table string // its name
	PK    string
	SK    string
}

// String names the row, for operators. Keys hold ids and keyed hashes, nothing
// that anybody could be reached by.
func (r Record) String() string { return r.Table + "|" + r.PK + "|" + r.SK }

// Follower makes true what follows from a change.
type Follower interface {
	Follow(ctx context.Context, r Record) error
}

// Parked is a row whose consequences failed in a way that trying again does not mend.
type Parked struct {
	Record
	Reason string // a code, never a message
	At     time.Time
}

// Passing reports whether an error will pass by itself: an outage, a throttle,
// rivals, a deadline. What does not pass is parked, so that it holds up no others.
func Passing(err error) bool {
	f, ok := fault.As(err)
	return ok && f.Kind == fault.Unavailable || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// Reason is what is kept of an error: its code.
func Reason(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Code
	}
	return fault.ErrInternal.Code
}
