package consent

import (
	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Event is that the customer said so, as consent.<status>, at the time when it
// was told to us.
func (f Consent) Event(sp shop.Space) event.Event {
	subject := event.Subject{Object: "consent", ID: f.ID, URL: "/v1/customers/" + f.Customer + "/consents/history"}
	return event.New(sp, event.Type("consent."+string(f.Status)), subject, f.RecordedAt)
}
