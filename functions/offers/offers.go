// Package offers answers "which of this customer's coupons fit this cart?": at
// most three, the best one last, and what the cart is near to.
//
// Who may call it: the shop's server only (secret key): it shows a customer's codes.
// What it may touch: reads keys, campaigns, coupons and whose they are; writes
// nothing. Validations, which web pages may call, cannot look up anybody's coupons.
// Load: warm; carts and account pages of customers who are known.
package offers

import (
	"context"
	"net/http"
	"time"
	_ "time/tzdata" // rules name time zones, and the machine may know none

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	_ "github.com/lagniappe/lagniappe/internal/expression" // rules have expressions
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

type handler struct {
	front web.Front
	store coupon.Wallet
}

// New makes the function.
func New(f web.Front, store coupon.Wallet) http.Handler {
	api, h := web.NewAPI(f), handler{f, store}
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/offers", ID: "make_offers", Tag: "Offers", Scope: shop.CouponsRead,
		Summary: "Which of a customer's coupons fit this order?",
		Doc: "At most three of the customer's coupons and of the automatic campaigns, by what they take off now; what ends sooner comes " +
			"before what ends later. **The best one is last**, as you would say it. Each is judged like a validation of that code alone, " +
			"beside the automatic campaigns. The newest hundred coupons of the customer are looked at, and of each campaign one is offered. " +
			"A coupon that was issued within the last second may be missing. Nothing is reserved.",
	}, h.offer)
	return api.Handler()
}

// Input is a cart and its customer.
type Input struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: nothing changes."`
	AcceptLanguage string `header:"Accept-Language" hidden:"true"`
	Body           OffersRequest
}

// OffersRequest is the body of a call for offers.
type OffersRequest struct {
	Order    order.Order    `json:"order"`
	Customer customer.Ref   `json:"customer,omitzero" doc:"Without one, only automatic campaigns are offered."`
	Facts    customer.Facts `json:"customer_facts,omitzero" doc:"What rules ask about the customer."`
}

// Offers are what fits an order.
type Offers struct {
	Object         string  `json:"object" enum:"offers"`
	Livemode       bool    `json:"livemode"`
	Currency       string  `json:"currency"`
	Subtotal       int64   `json:"subtotal" doc:"The lines before discount, in minor units."`
	ShippingAmount int64   `json:"shipping_amount"`
	Data           []Offer `json:"data" doc:"At most three, the best one last."`
	Almost         *Near   `json:"almost,omitempty" doc:"What the order misses by the least amount, if anything."`
}

// Offer is a coupon or an automatic campaign that fits.
type Offer struct {
	Named
	Discount int64                 `json:"discount" doc:"What it takes off, in minor units; lines and shipping_discount sum to it."`
	Lines    []coupon.LineDiscount `json:"lines"`
	Shipping int64                 `json:"shipping_discount"`
	coupon.Given
}

// Named says what is offered.
type Named struct {
	Code      string        `json:"code,omitzero" doc:"Automatic campaigns have none." example:"7KQ4-M2XC-9PDA"`
	Coupon    string        `json:"coupon,omitzero"`
	Campaign  string        `json:"campaign"`
	Automatic bool          `json:"automatic,omitzero" doc:"A campaign that needs no code: it applies by itself."`
	Reason    coupon.Reason `json:"reason" doc:"Tell the customer."`
	ExpiresAt time.Time     `json:"expires_at,omitzero" doc:"First moment after validity, of the coupon or its campaign."`
}

// Near is what would fit a larger order.
type Near struct {
	Named
	Problem web.ProblemPart `json:"problem" doc:"minimum_amount_missed; values.missing is the amount that is missing."`
}

// Output is the answer.
type Output struct{ Body Offers }

func (h handler) offer(ctx context.Context, in *Input) (*Output, error) {
	caller := shop.CallerFrom(ctx)
	if err := coupon.CheckFacts(caller, in.Body.Customer, in.Body.Facts); err != nil {
		return nil, err
	}
	r, err := coupon.NewRequest(ctx, caller, nil, in.Body.Order, in.Body.Customer, h.front.Now().UTC())
	if err != nil {
		return nil, err
	}
	if r, err = r.Knowing(ctx, coupon.FactsFromCall(in.Body.Facts)); err != nil {
		return nil, err
	}
	found, err := coupon.MakeOffers(ctx, h.store, r)
	if err != nil {
		return nil, err
	}
	out := Offers{
		Object: "offers", Livemode: caller.Space.Live, Currency: r.Order.Currency, Subtotal: r.Totals.Subtotal,
		ShippingAmount: r.Order.ShippingAmount, Data: []Offer{},
	}
	for _, o := range found.Best {
		out.Data = append(out.Data, Offer{name(o), o.Discount, o.Lines, o.Shipping, o.Given})
	}
	if m := found.Miss; m != nil {
		p := web.NewProblem(m.Problem, in.AcceptLanguage, "")
		out.Almost = &Near{name(m.Offer), web.ProblemPart{Code: p.Code, Detail: p.Detail, Param: p.Param, Values: p.Values}}
	}
	return &Output{out}, nil
}

func name(o coupon.Offer) Named {
	n := Named{Code: o.Code, Coupon: o.Coupon, Campaign: o.Campaign, Automatic: o.Automatic, Reason: o.Reason, ExpiresAt: o.ExpiresAt}
	if o.Automatic {
		n.Coupon = "" // which it has none of
	}
	return n
}
