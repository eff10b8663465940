package coupon

import (
	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// What befalls campaigns. Changes that follow each other within a moment may be told as one.
const (
	CampaignCreated event.Type = "campaign.created"
	CampaignUpdated event.Type = "campaign.updated" // pause and resume included
)

// Events are what has befallen the campaign, as far as it shows.
func (c Campaign) Events(sp shop.Space) []event.Event {
	subject := event.Subject{Object: "campaign", ID: c.ID, Version: 1, URL: "/v1/campaigns/" + c.ID}
	told := []event.Event{event.New(sp, CampaignCreated, subject, c.CreatedAt)}
	if subject.Version = c.Revision; c.Revision > 1 {
		told = append(told, event.New(sp, CampaignUpdated, subject, c.UpdatedAt))
	}
	return told
}
