package coupons

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// cards is what the function needs of storage for gift cards.
type cards interface {
	// AnsweredTopUp gives the first answer to a repeated call, if there is one.
	AnsweredTopUp(ctx context.Context, sp shop.Space, k idem.Key) (coupon.Entry, bool, error)
	TopUp(ctx context.Context, sp shop.Space, id string, amount int64, once idem.Key) (coupon.Entry, error)
	// Ledger lists newest first; the string says where the next page begins.
	Ledger(ctx context.Context, sp shop.Space, id, below string, limit int) ([]coupon.Entry, string, error)
}

func (h handler) cards(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/coupons/{id}/top_up", ID: "top_up_coupon", Tag: tag, Scope: shop.CouponsWrite,
		Status: http.StatusCreated, Errors: []int{404, 409}, Summary: "Put money on a gift card",
		Doc: "Answers the entry in the card's ledger. Two top-ups of the same amount look alike, so this needs an Idempotency-Key: " +
			"with the same key it is one for 24 hours.",
	}, h.topUp)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/coupons/{id}/ledger", ID: "list_ledger", Tag: tag, Scope: shop.CouponsRead,
		Errors: []int{404}, Summary: "List every change of a gift card's balance, newest first",
		Doc: "Entries are never changed or removed, and sum to the balance. A coupon without a balance has none.",
	}, h.ledger)
}

// TopUpInput is money for a card.
type TopUpInput struct {
	IDInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Required: it tells this top-up from the next."`
	Body           TopUpRequest
	RawBody        []byte
}

// TopUpRequest is the body of a top-up.
type TopUpRequest struct {
	Amount int64 `json:"amount" minimum:"1" maximum:"9007199254740991" doc:"In minor units of the card's currency." example:"2500"`
}

// EntryOutput is an entry of a ledger.
type EntryOutput struct{ Body coupon.Entry }

func (h handler) topUp(ctx context.Context, in *TopUpInput) (*EntryOutput, error) {
	if in.IdempotencyKey == "" {
		return nil, coupon.ErrFieldMissing.At("Idempotency-Key")
	}
	caller := shop.CallerFrom(ctx)
	once := idem.New(caller.Secrets, "top_up "+in.ID, in.IdempotencyKey, in.RawBody)
	if e, answered, err := h.store.AnsweredTopUp(ctx, caller.Space, once); answered || err != nil {
		return &EntryOutput{e}, err
	}
	e, err := h.store.TopUp(ctx, caller.Space, in.ID, in.Body.Amount, once)
	return &EntryOutput{e}, err
}

// LedgerInput says whose entries to list.
type LedgerInput struct {
	IDInput
	web.Paging
}

// LedgerOutput is a page of entries.
type LedgerOutput struct{ Body *web.List[coupon.Entry] }

func (h handler) ledger(ctx context.Context, in *LedgerInput) (*LedgerOutput, error) {
	caller, filter := shop.CallerFrom(ctx), "ledger coupon="+in.ID
	below, err := in.Position(ctx, caller, filter)
	if err != nil {
		return nil, err
	}
	found, next, err := h.store.Ledger(ctx, caller.Space, in.ID, below, in.Limit)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, filter, found, next)
	return &LedgerOutput{page}, err
}
