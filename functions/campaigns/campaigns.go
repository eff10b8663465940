// Package campaigns defines what coupons are worth: rewards, rules, limits,
// validity, and the reason that the customer is told.
//
// Who may call it: the shop's server or a marketer's tool (secret key).
// What it may touch: reads keys; reads and writes campaigns; makes, changes and
// reads the slots of limits beside the coupons, never a coupon itself; reads
// orders, which name nobody, to replay a campaign over them.
// Load: light; a forecast over stored orders reads some thousand rows.
package campaigns

import (
	"context"
	"net/http"
	_ "time/tzdata" // rules name time zones, and the machine may know none

	"github.com/lagniappe/lagniappe/internal/coupon"
	_ "github.com/lagniappe/lagniappe/internal/expression" // rules have expressions
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Store is what the function needs of storage.
type Store interface {
	CreateCampaign(ctx context.Context, sp shop.Space, d coupon.Definition, once idem.Key) (coupon.Campaign, error)
	Campaign(ctx context.Context, sp shop.Space, id string) (coupon.Campaign, error)
	// Campaigns lists newest first, ids below the given one.
	Campaigns(ctx context.Context, sp shop.Space, below string, limit int) ([]coupon.Campaign, error)
	// ChangeCampaign puts next in the place of prev, or answers fault.ErrStale.
	ChangeCampaign(ctx context.Context, sp shop.Space, prev, next coupon.Campaign) (coupon.Campaign, error)
	Settings(ctx context.Context, sp shop.Space) (coupon.Settings, error)
	SetSettings(ctx context.Context, sp shop.Space, s coupon.Settings) error
	SetPaused(ctx context.Context, sp shop.Space, id string, paused bool) (coupon.Campaign, error)
	// PastOrders reads stored orders, oldest first.
	PastOrders(ctx context.Context, sp shop.Space, h coupon.History) (coupon.Past, error)
}

type handler struct {
	front web.Front
	store Store
}

const tag = "Campaigns"

// New makes the function.
func New(f web.Front, store Store) http.Handler {
	api, h := web.NewAPI(f), handler{f, store}
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/campaigns", ID: "create_campaign", Tag: tag, Scope: shop.CampaignsWrite,
		Status: http.StatusCreated, Summary: "Create a campaign",
	}, h.create)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/campaigns", ID: "list_campaigns", Tag: tag, Scope: shop.CampaignsRead,
		Summary: "List campaigns, newest first",
	}, h.list)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/campaigns/{id}", ID: "get_campaign", Tag: tag, Scope: shop.CampaignsRead,
		Errors: []int{404}, Summary: "Read a campaign",
	}, h.get)
	web.Handle(api, web.Op{
		Method: http.MethodPatch, Path: "/v1/campaigns/{id}", ID: "change_campaign", Tag: tag, Scope: shop.CampaignsWrite,
		Errors: []int{404, 409, 412}, Summary: "Change a campaign",
		Doc: "A merge patch (RFC 7396): what is named changes, null removes. Coupons that are out keep the terms that they were " +
			"issued under, unless `apply_to_issued` moves them. Once coupons are out, currency and reward types are frozen. " +
			"Send the ETag that you read in If-Match to change only that state. Redemptions notice within 5 seconds; a limit that " +
			"is lowered holds at once. `limit_changes` says how that stands: while one is `pending`, send the change again to go on.",
	}, h.change)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/campaigns/{id}/forecast", ID: "forecast_campaign", Tag: tag, Scope: shop.CampaignsRead,
		Errors: []int{404}, Summary: "What would this campaign have done to past orders?",
		Doc: "Replays the campaign, as it is defined now, over orders of yours, each at its own time: to how many it would have applied " +
			"and why not to the others, what it would have cost, and which orders it would have sold below cost. Nothing changes, and " +
			"nothing is kept. A campaign of which no code is out is a draft: forecast first, issue then. " +
			"Either send `orders`, or name a span of the stored ones with `placed_from` and `placed_until`, which takes a key that may read " +
			"orders. Cancelled and refunded ones are left out (`cancelled`). What rules ask of a customer is told by the stored orders " +
			"before each, as they stand by now; segments and metadata of that time are not known (`facts_unknown`), and neither is anything of " +
			"customers with more than 5,000 orders. A call looks at 1,000 orders, the oldest first, or at fewer where that takes long. " +
			"`next_cursor` goes on: as a forecast of its own, in which every limit and every customer begins anew.",
	}, h.forecast)
	for path, paused := range map[string]bool{"pause": true, "resume": false} {
		web.Handle(api, web.Op{
			Method: http.MethodPost, Path: "/v1/campaigns/{id}/" + path, ID: path + "_campaign", Tag: tag, Scope: shop.CampaignsWrite,
			Errors: []int{404}, Summary: map[bool]string{true: "Pause a campaign", false: "Resume a campaign"}[paused],
			Doc: "Redemptions notice within 5 seconds. Doing it twice is doing it once.",
		}, h.setPaused(paused))
	}
	h.settings(api)
	return api.Handler()
}
