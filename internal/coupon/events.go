package coupon

import (
	"time"

	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// What befalls campaigns. Changes that follow each other within a moment may be told as one.
const (
	CampaignCreated event.Type = "campaign.created"
	CampaignUpdated event.Type = "campaign.updated" // pause and resume included
	CampaignStarted event.Type = "campaign.started" // its starts_at has come
	CampaignExpired event.Type = "campaign.expired" // its expires_at has come
)

// LeakSuspected is that a private code was tried in vain by many.
const LeakSuspected event.Type = "coupon.leak_suspected"

// Event is that the leak was raised.
func (l Leak) Event() event.Event {
	return event.New(l.Space, LeakSuspected, event.Subject{Object: "coupon", ID: l.Coupon, URL: "/v1/coupons/" + l.Coupon}, l.RaisedAt)
}

// LookAfterCampaign is the task to tell what has befallen a campaign.
const LookAfterCampaign queue.Kind = "campaign"

// Events are what has befallen the campaign by now, as far as it shows.
func (c Campaign) Events(sp shop.Space, now time.Time) []event.Event {
	subject := event.Subject{Object: "campaign", ID: c.ID, Version: 1, URL: "/v1/campaigns/" + c.ID}
	told := []event.Event{event.New(sp, CampaignCreated, subject, c.CreatedAt)}
	if subject.Version = c.Revision; c.Revision > 1 {
		told = append(told, event.New(sp, CampaignUpdated, subject, c.UpdatedAt))
	}
	subject.Version = 0 // of no version: a time came
	for t, at := range map[event.Type]time.Time{CampaignStarted: c.StartsAt, CampaignExpired: c.ExpiresAt} {
		if !at.IsZero() && !at.After(now) {
			told = append(told, event.New(sp, t, subject, at))
		}
	}
	return told
}

// Next is when something will befall the campaign by itself; zero: nothing.
func (c Campaign) Next(now time.Time) time.Time {
	for _, at := range []time.Time{c.StartsAt, c.ExpiresAt} {
		if at.After(now) {
			return at
		}
	}
	return time.Time{}
}
