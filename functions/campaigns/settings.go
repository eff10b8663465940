package campaigns

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

func (h handler) settings(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/settings", ID: "get_settings", Tag: tag, Scope: shop.CampaignsRead,
		Summary: "Read the shop's settings",
	}, h.getSettings)
	web.Handle(api, web.Op{
		Method: http.MethodPut, Path: "/v1/settings", ID: "set_settings", Tag: tag, Scope: shop.CampaignsWrite,
		Summary: "Set the shop's settings",
		Doc: "The whole of it: what is left out is taken off. Calls notice within 5 seconds. With other thresholds all customers are gone through, " +
			"from the next minute on: changed stages are told then, and segments follow.",
	}, h.setSettings)
}

// SettingsRequest is the body of new settings.
type SettingsRequest struct {
	MarginFloor coupon.MarginFloor `json:"margin_floor,omitzero" doc:"The least that an order earns, over its lines with a unit_cost."`

	FactsFromOrders bool `json:"facts_from_orders,omitzero" doc:"Say so when you tell all your orders (PUT /v1/orders), past ones included: rules about the customer then take from them what customer_facts leaves out, and who has no order has none."`

	Stages customer.Thresholds `json:"stages,omitzero" doc:"Where one loyalty stage ends and the next begins; what is left out has its default."`
}

// SettingsInput are new settings.
type SettingsInput struct{ Body SettingsRequest }

// SettingsOutput are the settings in force.
type SettingsOutput struct{ Body coupon.Settings }

func (h handler) getSettings(ctx context.Context, _ *struct{}) (*SettingsOutput, error) {
	s, err := h.store.Settings(ctx, shop.CallerFrom(ctx).Space)
	return &SettingsOutput{s}, err
}

func (h handler) setSettings(ctx context.Context, in *SettingsInput) (*SettingsOutput, error) {
	sp := shop.CallerFrom(ctx).Space
	s := coupon.Settings{Object: "settings", Livemode: sp.Live, MarginFloor: in.Body.MarginFloor, Stages: in.Body.Stages, FactsFromOrders: in.Body.FactsFromOrders}
	if err := s.Check(); err != nil {
		return nil, err
	}
	return &SettingsOutput{s}, h.store.SetSettings(ctx, sp, s)
}
