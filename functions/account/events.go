package account

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

func (h handler) handleEvents(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/events", ID: "list_events", Tag: "Events", Scope: shop.EventsRead, Summary: "List events",
		Doc: "What happened in the last 30 days, latest first. An event names its subject and holds no copy of it: read the subject for how it stands now. " +
			"Events come in a moment after what they tell of, each once. A filtered page may be short, or empty, although there are more.",
	}, h.events)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/events/{id}", ID: "get_event", Tag: "Events", Scope: shop.EventsRead,
		Errors: []int{404}, Summary: "Read an event",
	}, h.event)
}

// EventsInput asks for a page of events.
type EventsInput struct {
	web.Paging
	Type   event.Type `query:"type" enum:"campaign.created,campaign.updated,campaign.started,campaign.expired,order.placed,order.paid,order.fulfilled,order.cancelled,order.refunded,order.returned,redemption.created,redemption.rolled_back,coupon.leak_suspected,customer.created,customer.updated,customer.stage_changed,customer.merged,customer.erased,consent.requested,consent.granted,consent.denied,consent.withdrawn" doc:"Only events of this type." example:"campaign.updated"`
	Object string     `query:"object" enum:"campaign,order,return,redemption,coupon,customer,erasure,consent" doc:"Only events about this kind of object." example:"campaign"`
}

// EventsOutput is a page of events.
type EventsOutput struct{ Body *web.List[event.Event] }

func (h handler) events(ctx context.Context, in *EventsInput) (*EventsOutput, error) {
	caller := shop.CallerFrom(ctx)
	filter := "events?type=" + string(in.Type) + "&object=" + in.Object
	below, err := in.Position(ctx, caller, filter)
	if err != nil {
		return nil, err
	}
	found, next, err := h.store.Events(ctx, caller.Space, event.Filter{Type: in.Type, Object: in.Object}, below, in.Limit)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, filter, found, next)
	return &EventsOutput{page}, err
}

// EventInput names an event.
type EventInput struct {
	ID string `path:"id" maxLength:"64" example:"evt_06dnx1k2c00123456789abcdef"`
}

// EventOutput is an event.
type EventOutput struct{ Body event.Event }

func (h handler) event(ctx context.Context, in *EventInput) (*EventOutput, error) {
	e, err := h.store.Event(ctx, shop.CallerFrom(ctx).Space, in.ID)
	return &EventOutput{e}, err
}
