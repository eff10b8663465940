// Package metric counts what AWS cannot see from outside: which answers were
// refusals, replays or outages of ours. A count rides on the log line that the
// request has anyway, in CloudWatch's embedded metric format (EMF); nothing is
// called, and nothing waits. Requests, latency, crashes and throttles are not
// here: API Gateway, Lambda and DynamoDB publish them for free.
//
// A custom metric is billed by the month for each name and each value of its
// dimensions, and only for hours in which something was counted. So there are
// few names, one dimension, and no count for an ordinary success: an idle stack
// pays nothing, a busy one $0.30 a month for each name. Which function, route,
// shop or code it was, the same line tells to a query, without a dimension.
//
// This is ours rather than a library's: those for Go write a line of their own
// per metric, where one line is to be both, and what they would save is the one
// struct below. (Of the two that are known, one has rested since 2021; the fork
// that is kept wants a newer Go than we do.)
package metric

import (
	"log/slog"
	"time"
)

// Namespace is where CloudWatch keeps our metrics.
const Namespace = "Lagniappe"

// Dimension tells the stacks of an account apart.
const Dimension = "Stack"

// Name is what is counted. Each has a monthly price, so a new one needs a reason.
type Name string

// What is counted. The HTTP answers are told apart by who has to act.
const (
	Refused        Name = "Refused"        // 409, 412, 429 to a valid key: used up, expired, taken, changed
	Invalid        Name = "Invalid"        // any other 4xx to a valid key: the shop's request has to change
	KeysRefused    Name = "KeysRefused"    // 401, 403: a key that is unknown, revoked, expired, or may not do this
	Replayed       Name = "Replayed"       // a redemption or rollback that was sent again and got its first answer
	Unavailable    Name = "Unavailable"    // 503 of ours: throttled, in conflict or cut off for longer than we retry
	InternalErrors Name = "InternalErrors" // 500 of ours: a fault of the code or of its permissions
	Drift          Name = "Drift"          // counters that differ from their rows, found by the auditor; 0 says that it looked
	LeaksSuspected Name = "LeaksSuspected" // private codes that many people tried in vain, as the radar found
	Parked         Name = "Parked"         // rows whose consequences fail for good, set aside by the relay; what is due and cannot be read
)

// Names lists them all, so that a test can hold alarms and dashboard to them.
func Names() []Name {
	return []Name{Refused, Invalid, KeysRefused, Replayed, Unavailable, InternalErrors, Drift, LeaksSuspected, Parked}
}

// Sink is the stack that is counted for. The zero Sink counts nothing.
type Sink struct{ Stack string }

// Count gives the attributes that make a log line count n of name. They have to
// stand at the top of the line, so the logger may not be within a group.
func (s Sink) Count(at time.Time, name Name, n int64) []slog.Attr {
	if s.Stack == "" || name == "" {
		return nil
	}
	return []slog.Attr{
		slog.Any("_aws", metadata{
			Timestamp: at.UnixMilli(),
			Directives: []directive{{
				Namespace: Namespace, Dimensions: [][]string{{Dimension}}, Metrics: []definition{{Name: name, Unit: "Count"}},
			}},
		}),
		slog.String(Dimension, s.Stack), slog.Int64(string(name), n),
	}
}

// metadata tells CloudWatch which members of the line are metrics and which are
// their dimensions. The names are the format's.
type metadata struct {
	Timestamp  int64       `json:"Timestamp"`
	Directives []directive `json:"CloudWatchMetrics"`
}

type directive struct {
	Namespace  string       `json:"Namespace"`
	Dimensions [][]string   `json:"Dimensions"`
	Metrics    []definition `json:"Metrics"`
}

type definition struct {
	Name Name   `json:"Name"`
	Unit string `json:"Unit"`
}
