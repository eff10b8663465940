package coupon

import (
	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// What befalls redemptions.
const (
	RedemptionCreated    event.Type = "redemption.created"
	RedemptionRolledBack event.Type = "redemption.rolled_back" // wholly; returns of single lines are told of the order
)

// Events are what has befallen the redemption.
func (r Redemption) Events(sp shop.Space) []event.Event {
	subject := event.Subject{Object: "redemption", ID: r.ID, URL: "/v1/redemptions/" + r.ID}
	told := []event.Event{event.New(sp, RedemptionCreated, subject, r.CreatedAt)}
	if !r.RolledBackAt.IsZero() {
		told = append(told, event.New(sp, RedemptionRolledBack, subject, r.RolledBackAt))
	}
	return told
}
