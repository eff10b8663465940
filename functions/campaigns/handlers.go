package campaigns

import (
	"context"
	"strconv"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// CreateInput is a new campaign.
type CreateInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Body           coupon.Definition
	RawBody        []byte
}

// Output is a campaign with its ETag.
type Output struct {
	ETag string `header:"ETag"`
	Body coupon.Campaign
}

func newOutput(c coupon.Campaign, err error) (*Output, error) {
	if err != nil {
		return nil, err
	}
	return &Output{etag(c), c}, nil
}

func etag(c coupon.Campaign) string { return `"` + strconv.FormatInt(c.Revision, 10) + `"` }

func (h handler) create(ctx context.Context, in *CreateInput) (*Output, error) {
	if err := in.Body.Check(); err != nil {
		return nil, err
	}
	caller := shop.CallerFrom(ctx)
	once := idem.New(caller.Secrets, "campaigns", in.IdempotencyKey, in.RawBody)
	return newOutput(h.store.CreateCampaign(ctx, caller.Space, in.Body, once))
}

// ListOutput is a page of campaigns.
type ListOutput struct{ Body *web.List[coupon.Campaign] }

func (h handler) list(ctx context.Context, in *web.Paging) (*ListOutput, error) {
	page, err := web.Page(ctx, *in, "campaigns", func(below string, limit int) ([]coupon.Campaign, error) {
		return h.store.Campaigns(ctx, shop.CallerFrom(ctx).Space, below, limit)
	}, func(c coupon.Campaign) string { return c.ID })
	return &ListOutput{page}, err
}

// IDInput names a campaign.
type IDInput struct {
	ID string `path:"id" maxLength:"64" example:"camp_06kd8t5v2w7x9y3z"`
}

func (h handler) get(ctx context.Context, in *IDInput) (*Output, error) {
	return newOutput(h.store.Campaign(ctx, shop.CallerFrom(ctx).Space, in.ID))
}

// ActionInput names a campaign to pause or resume.
type ActionInput struct {
	IDInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: doing it twice is doing it once."`
}

func (h handler) setPaused(paused bool) func(context.Context, *ActionInput) (*Output, error) {
	return func(ctx context.Context, in *ActionInput) (*Output, error) {
		return newOutput(h.store.SetPaused(ctx, shop.CallerFrom(ctx).Space, in.ID, paused))
	}
}
