package coupons

import (
	"context"
	"errors"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

func (h handler) issue(ctx context.Context, in *IssueInput) (*Output, error) {
	caller := shop.CallerFrom(ctx)
	once := idem.New(caller.Secrets, "coupons", in.IdempotencyKey, in.RawBody)
	if c, answered, err := h.store.AnsweredCoupon(ctx, caller.Space, once); answered || err != nil {
		return &Output{c}, err
	}
	for range maxRaces {
		wish, err := h.wish(ctx, caller, in)
		if err != nil {
			return nil, err
		}
		c, err := h.store.IssueCoupon(ctx, caller.Space, caller.Secrets, wish, once)
		if !errors.Is(err, fault.ErrStale) {
			return &Output{c}, err
		}
	}
	return nil, fault.ErrUnavailable.In("coupons.issue")
}

// maxRaces bounds how often the first coupon of a campaign is issued anew after a change overtook it.
const maxRaces = 5

// wish checks what was asked for.
func (h handler) wish(ctx context.Context, caller shop.Caller, in *IssueInput) (coupon.Issue, error) {
	b := in.Body
	i := coupon.Issue{
		Named: b.Code, Balance: b.Balance, StartsAt: b.StartsAt, ExpiresAt: b.ExpiresAt, Metadata: b.Metadata, Now: h.front.Now().UTC(),
	}
	if b.Code != "" {
		if err := coupon.CheckNamed(b.Code); err != nil {
			return i, err
		}
	}
	if !b.Customer.IsZero() {
		if err := b.Customer.Check("customer"); err != nil {
			return i, err
		}
		i.Customer = b.Customer.ID
	}
	var err error
	if i.Person, err = b.Customer.Person(ctx, caller); err != nil {
		return i, err
	}
	if err := i.Check(); err != nil {
		return i, err
	}
	if i.Campaign, err = h.campaign(ctx, caller, b.Campaign); err != nil {
		return i, err
	}
	return i, i.CheckCard()
}

// campaign reads the one that a body names.
func (h handler) campaign(ctx context.Context, caller shop.Caller, id string) (coupon.Campaign, error) {
	c, err := h.store.Campaign(ctx, caller.Space, id)
	if errors.Is(err, fault.ErrNotFound) {
		err = coupon.ErrCampaignUnknown.At("campaign")
	}
	if err != nil {
		return c, err
	}
	return c, c.CheckIssue()
}

// IDInput names a coupon.
type IDInput struct {
	ID string `path:"id" maxLength:"64" example:"cpn_8m3q1v7t0c5x2k9d"`
}

func (h handler) get(ctx context.Context, in *IDInput) (*Output, error) {
	c, err := h.store.Coupon(ctx, shop.CallerFrom(ctx).Space, in.ID)
	return &Output{c}, err
}

// LookUpInput is a code.
type LookUpInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: nothing changes."`
	Body           CouponLookup
}

// CouponLookup is the body of a look-up.
type CouponLookup struct {
	Code string `json:"code" maxLength:"160" example:"7KQ4-M2XC-9PDA"`
}

func (h handler) lookUp(ctx context.Context, in *LookUpInput) (*Output, error) {
	caller := shop.CallerFrom(ctx)
	code, err := coupon.ParseCode(in.Body.Code)
	if err != nil {
		return nil, coupon.ErrCodeMalformed.At("code")
	}
	try, err := h.guard.Admit(ctx, "")
	if err != nil {
		return nil, err
	}
	c, err := h.store.CouponByCode(ctx, caller.Space, caller.Secrets, code)
	if errors.Is(err, fault.ErrNotFound) || errors.Is(err, coupon.ErrUnknown) {
		err = try.Done(ctx, []string{in.Body.Code}, nil, false, coupon.ErrUnknown.At("code"))
	}
	return &Output{c}, err
}

// ActionInput names a coupon to disable or enable.
type ActionInput struct {
	IDInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: doing it twice is doing it once."`
}

func (h handler) setDisabled(disabled bool) func(context.Context, *ActionInput) (*Output, error) {
	return func(ctx context.Context, in *ActionInput) (*Output, error) {
		c, err := h.store.SetDisabled(ctx, shop.CallerFrom(ctx).Space, in.ID, disabled)
		return &Output{c}, err
	}
}

// ListInput says whose coupons to list.
type ListInput struct {
	web.Paging
	Campaign string `query:"campaign" maxLength:"64" doc:"A campaign's id."`
	Customer string `query:"customer" maxLength:"128" doc:"The shop's id of a customer (an address never stands in a URL)."`
}

// ListOutput is a page of coupons.
type ListOutput struct{ Body *web.List[coupon.Coupon] }

func (h handler) list(ctx context.Context, in *ListInput) (*ListOutput, error) {
	caller := shop.CallerFrom(ctx)
	f := coupon.Filter{Campaign: in.Campaign}
	if in.Customer != "" {
		who := customer.Ref{ID: in.Customer}
		if err := who.Check("customer"); err != nil {
			return nil, err
		}
		var err error
		if f.Person, err = who.Person(ctx, caller); err != nil {
			return nil, err
		}
	}
	if f == (coupon.Filter{}) {
		return nil, coupon.ErrFilterMissing.At("campaign")
	}
	filter := "coupons campaign=" + f.Campaign + " person=" + f.Person
	below, err := in.Position(ctx, caller, filter)
	if err != nil {
		return nil, err
	}
	found, next, err := h.store.Coupons(ctx, caller.Space, f, below, in.Limit)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, filter, found, next)
	return &ListOutput{page}, err
}
