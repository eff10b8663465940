// Package validations answers "would this code apply, and what would it take
// off?" without changing anything.
//
// Who may call it: the shop's server (secret key) and the shop's web page
// (publishable key, any origin that the key allows).
// What it may touch: reads keys, campaigns and coupons; adds to what is counted
// of attempts that fail, and can read none of it.
// Load: hot; every change of a cart may ask.
package validations

import (
	"context"
	"net/http"
	_ "time/tzdata" // rules name time zones, and the machine may know none

	"github.com/lagniappe/lagniappe/internal/attempt"
	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	_ "github.com/lagniappe/lagniappe/internal/expression" // rules have expressions
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Store is what the function needs of storage.
type Store interface {
	coupon.Reader
	attempt.Store
}

type handler struct {
	front web.Front
	store Store
	guard attempt.Guard
}

// New makes the function.
func New(f web.Front, store Store) http.Handler {
	api, h := web.NewAPI(f), handler{f, store, attempt.Guard{Store: store, Now: f.Now, Log: f.Log}}
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/validations", ID: "validate", Tag: "Validations", Scope: shop.Validate, Browser: true,
		Summary: "Would these codes apply, and what would they take off?",
		Doc: "A dry run: always 200, with `valid` and, per code, what it takes off line by line or why it does not apply. " +
			"Nothing is reserved. A publishable key is told only that a code is not usable, whatever the reason lies with the code; " +
			"conditions of a live code that the cart misses are named, with what is missing. " +
			"Codes that do not exist or are not usable are counted, each by itself: 20 in ten minutes for each network that uses a publishable key, " +
			"30 for each customer that a secret key names. After that every code, a right one, too, is answered 429 " +
			"`too_many_wrong_codes`, with Retry-After.",
	}, h.validate)
	web.Handle(api, web.Op{
		Method: http.MethodOptions, Path: "/v1/validations", ID: "preflight_validations", Tag: "Validations",
		Browser: true, Status: http.StatusNoContent, Summary: "CORS preflight",
	}, preflight)
	return api.Handler()
}

func preflight(context.Context, *struct{}) (*web.Preflight, error) {
	return web.NewPreflight("POST"), nil
}

// Input is a cart and the code that a customer typed.
type Input struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: nothing changes."`
	AcceptLanguage string `header:"Accept-Language" hidden:"true"`
	Body           ValidationRequest
}

// ValidationRequest is the body of a validation.
type ValidationRequest struct {
	Codes    []string       `json:"codes" maxItems:"20" nullable:"false" doc:"Up to twenty codes; ten can be redeemed together. None ([]) to see what automatic campaigns take off." example:"[\"7KQ4-M2XC-9PDA\"]"`
	Order    order.Order    `json:"order"`
	Customer customer.Ref   `json:"customer,omitzero"`
	Facts    customer.Facts `json:"customer_facts,omitzero" doc:"What rules ask about the customer; with a secret key only."`
}

// Validation is what would happen.
type Validation struct {
	Object         string    `json:"object" enum:"validation"`
	Livemode       bool      `json:"livemode"`
	Valid          bool      `json:"valid" doc:"Every code applies; without codes: an automatic campaign does."`
	Currency       string    `json:"currency"`
	Subtotal       int64     `json:"subtotal" doc:"The lines before discount, in minor units."`
	ShippingAmount int64     `json:"shipping_amount"`
	Discount       int64     `json:"discount"`
	GiftApplied    int64     `json:"gift_applied" doc:"What gift cards would pay: tender, not part of discount."`
	AmountDue      int64     `json:"amount_due"`
	Codes          []Verdict `json:"codes"`
}

// Verdict is what one code would do.
type Verdict struct {
	Code      string                `json:"code,omitzero" doc:"As it was sent; automatic campaigns have none."`
	Automatic bool                  `json:"automatic,omitzero" doc:"A campaign that needs no code. One that does not apply is not listed."`
	Status    string                `json:"status" enum:"applicable,inapplicable"`
	Coupon    string                `json:"coupon,omitzero"`
	Campaign  string                `json:"campaign,omitzero"`
	Discount  int64                 `json:"discount"`
	Lines     []coupon.LineDiscount `json:"lines"`
	Shipping  int64                 `json:"shipping_discount"`
	Gift      int64                 `json:"gift_applied,omitzero" doc:"Of a gift card: what it would pay, in minor units; less is left where a hold that has just ended is not taken back yet."`
	Reason    *coupon.Reason        `json:"reason,omitempty" doc:"Tell the customer."`
	coupon.Given
	Problem  *web.ProblemPart  `json:"problem,omitempty" doc:"Why it does not apply."`
	Problems []web.ProblemPart `json:"problems,omitempty" doc:"Every condition that failed, and by how much."`
}

// Output is the answer.
type Output struct{ Body Validation }

func (h handler) validate(ctx context.Context, in *Input) (*Output, error) {
	caller := shop.CallerFrom(ctx)
	if caller.Publishable() && !in.Body.Customer.IsZero() {
		return nil, customer.ErrTokenRequired.At("customer")
	}
	if err := coupon.CheckFacts(caller, in.Body.Customer, in.Body.Facts); err != nil {
		return nil, err
	}
	r, err := coupon.NewRequest(ctx, caller, in.Body.Codes, in.Body.Order, in.Body.Customer, h.front.Now().UTC())
	if err != nil {
		return nil, err
	}
	if r, err = r.Knowing(ctx, coupon.FactsFromCall(in.Body.Facts)); err != nil {
		return nil, err
	}
	r.Say = func(f *fault.Error) string { return web.NewProblem(f, in.AcceptLanguage, "").Detail }
	try, err := h.guard.Admit(ctx, r.Person)
	if err != nil {
		return nil, err
	}
	would, err := coupon.Validate(ctx, h.store, r)
	if err != nil {
		return nil, err
	}
	if err := try.Missed(ctx, attempt.Misses(in.Body.Codes, would.Refused[:len(in.Body.Codes)])); err != nil {
		return nil, err
	}
	return &Output{answer(caller, in, r, would)}, nil
}

// answer lists the codes as they were sent, and then the automatic campaigns that apply.
func answer(caller shop.Caller, in *Input, r coupon.Request, would coupon.Validation) Validation {
	v := Validation{
		Object: "validation", Livemode: caller.Space.Live, Valid: true, Currency: r.Order.Currency,
		Codes: []Verdict{}, Subtotal: r.Totals.Subtotal, ShippingAmount: r.Order.ShippingAmount,
		Discount: would.Discount, GiftApplied: would.GiftApplied, AmountDue: would.AmountDue,
	}
	for i, code := range in.Body.Codes {
		said := verdict(caller, code, in.AcceptLanguage, would.Codes[i], would.Refused[i])
		v.Valid = v.Valid && said.Status == applicable
		v.Codes = append(v.Codes, said)
	}
	for _, a := range would.Codes[len(in.Body.Codes):] {
		v.Codes = append(v.Codes, verdict(caller, "", in.AcceptLanguage, a, nil))
	}
	v.Valid = v.Valid && len(v.Codes) > 0
	return v
}

// The two ways in which a verdict can go.
const (
	applicable   = "applicable"
	inapplicable = "inapplicable"
)

// verdict says what a code takes off, or why it does not apply.
func verdict(caller shop.Caller, code, lang string, a coupon.Applied, refused error) Verdict {
	if f, ok := fault.As(refused); ok {
		return refuse(caller, code, lang, f)
	}
	if a.Problem != nil { // left out when it was redeemed
		known := &fault.Error{Code: a.Problem.Code}
		if caller.Publishable() && coupon.ForBrowser(known).Code != known.Code {
			return refuse(caller, code, lang, coupon.ErrNotUsable)
		}
		return Verdict{
			Code: code, Status: inapplicable, Lines: []coupon.LineDiscount{},
			Problem: &web.ProblemPart{Code: a.Problem.Code, Detail: a.Problem.Detail, Param: a.Problem.Param},
		}
	}
	return Verdict{
		Code: code, Automatic: a.Automatic, Status: applicable, Coupon: a.Coupon, Campaign: a.Campaign,
		Discount: a.Discount, Lines: a.Lines, Shipping: a.Shipping, Gift: a.GiftApplied, Reason: &a.Reason, Given: a.Given,
	}
}

// refuse turns the reason why a code does not apply into its verdict.
func refuse(caller shop.Caller, code, lang string, f *fault.Error) Verdict {
	if caller.Publishable() {
		f = coupon.ForBrowser(f)
	}
	p := web.NewProblem(f, lang, "")
	return Verdict{
		Code: code, Status: inapplicable, Lines: []coupon.LineDiscount{},
		Problem:  &web.ProblemPart{Code: p.Code, Detail: p.Detail, Param: p.Param, Values: p.Values},
		Problems: p.Errors,
	}
}
