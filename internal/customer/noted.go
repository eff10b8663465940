package customer

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// StageChanged is that a customer came to another stage, as far as was noticed.
const StageChanged event.Type = "customer.stage_changed"

// LookAfterStage is the task to see whether a person's stage is another by now.
const LookAfterStage queue.Kind = "stage"

// Erased is that all of a customer is gone. Its subject is the erasure: nothing names the customer any more.
const Erased event.Type = "customer.erased"

// Erase is the task to remove what is left of a customer who is to be erased.
const Erase queue.Kind = "erasure"

// Noted is the stage that a customer was last found in.
type Noted struct {
	Customer string // the shop's id
	Stage    Stage
	Version  int64 // counts the changes
	At       time.Time
}

// Event is that the customer came to this stage.
func (n Noted) Event(sp shop.Space) event.Event {
	subject := event.Subject{Object: "customer", ID: n.Customer, Version: n.Version, URL: "/v1/customers/" + n.Customer + "/stage"}
	return event.New(sp, StageChanged, subject, n.At)
}

// Until is when the standing may change by itself: the customer lapses, an order
// grows too old to count, having been won back is over. Zero: never.
func (s Standing) Until() time.Time {
	var next time.Time
	sooner := func(at time.Time, n int64) {
		// Past the boundary, whichever side of it the rule counts in.
		if at = at.Add(ofDays(n) + time.Millisecond); at.After(s.AsOf) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if s.Figures.OrdersCount == 0 {
		return next
	}
	sooner(s.Figures.LastOrderAt, s.Thresholds.LapsedAfterDays)
	for _, c := range s.Figures.Recent {
		sooner(c.At, s.Thresholds.LoyalWithinDays)
		sooner(c.At, s.Thresholds.WonBackDays)
	}
	return next
}
