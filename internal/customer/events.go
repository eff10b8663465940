package customer

import (
	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// What befalls customers. Changes that follow each other within a moment may be told as one.
const (
	Created event.Type = "customer.created"
	Updated event.Type = "customer.updated"
)

// Events are what has befallen the customer, as far as it shows. They hold
// nothing of the profile.
func (c Customer) Events(sp shop.Space) []event.Event {
	subject := event.Subject{Object: "customer", ID: c.ID, Version: 1, URL: "/v1/customers/" + c.ID}
	told := []event.Event{event.New(sp, Created, subject, c.CreatedAt)}
	if subject.Version = c.Version; c.Version > 1 {
		told = append(told, event.New(sp, Updated, subject, c.UpdatedAt))
	}
	return told
}
