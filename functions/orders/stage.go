package orders

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

func (h handler) stages(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/customers/{id}/stage", ID: "get_stage", Tag: "Customers", Scope: shop.CustomersRead,
		Summary: "How far has a customer's loyalty come, and why?",
		Doc: "Stage, relationship, recency, frequency and money, from the customer's orders as far as they have been followed up (seconds), " +
			"at the moment `as_of`. `reasons` has every rule that was asked, in the language of Accept-Language; the last one decided. " +
			"Who never ordered is a prospect, and so is an id that nobody knows.",
	}, h.stage)
}

// StageInput names a customer.
type StageInput struct {
	ID             string `path:"id" maxLength:"128" example:"c-1001"`
	AcceptLanguage string `header:"Accept-Language" hidden:"true"`
}

// Stage is a customer's standing with its reasons in words.
type Stage struct {
	Object   string `json:"object" enum:"stage"`
	Livemode bool   `json:"livemode"`
	Customer string `json:"customer"`
	customer.Standing
	Reasons []StageReason `json:"reasons"`
}

// StageReason is one rule that was asked.
type StageReason struct {
	Code   string `json:"code" enum:"no_order,last_order,referrals,orders_within,came_back,orders"`
	Met    bool   `json:"met"`
	Detail string `json:"detail" example:"Orders in the last 365 days: 4. For loyal, 3 are needed."`
}

// StageOutput is the answer.
type StageOutput struct{ Body Stage }

func (h handler) stage(ctx context.Context, in *StageInput) (*StageOutput, error) {
	caller, who := shop.CallerFrom(ctx), customer.Ref{ID: in.ID}
	if err := who.Check("id"); err != nil {
		return nil, err
	}
	person, err := who.Person(ctx, caller)
	if err != nil {
		return nil, err
	}
	figures, err := h.store.Figures(ctx, caller.Space, person)
	if err != nil {
		return nil, err
	}
	thresholds, err := h.store.Stages(ctx, caller.Space)
	if err != nil {
		return nil, err
	}
	out := Stage{Object: "stage", Livemode: caller.Space.Live, Customer: in.ID, Standing: customer.Stand(figures, thresholds, h.front.Now().UTC())}
	for _, r := range out.Standing.Reasons {
		out.Reasons = append(out.Reasons, StageReason{r.Code, r.Met, web.Phrase(in.AcceptLanguage, "stage_"+r.Code, r.Args)})
	}
	return &StageOutput{out}, nil
}
