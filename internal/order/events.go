package order

import (
	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// CameBack is that something of an order came back.
const CameBack event.Type = "order.returned"

// Events are what has befallen the order, as far as was told: each state that it
// was in as order.<status>, once, when we first heard of it, whatever the sequence
// in which versions came.
func (r Record) Events(sp shop.Space) []event.Event {
	subject := event.Subject{Object: "order", ID: r.ID, URL: "/v1/orders/" + r.ID}
	var told []event.Event
	for status, at := range r.Reached {
		told = append(told, event.New(sp, event.Type("order."+string(status)), subject, at))
	}
	return told
}

// Event is that the return came in. Its subject is named by its order, too: a
// return's id is unique within that alone.
func (t Return) Event(sp shop.Space) event.Event {
	return event.New(sp, CameBack, event.Subject{Object: "return", ID: t.Order + "/" + t.ID, URL: "/v1/orders/" + t.Order}, t.CreatedAt)
}
