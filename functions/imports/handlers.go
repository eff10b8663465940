package imports

import (
	"context"
	"errors"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// maxRaces bounds how often an import is begun anew after a change of its campaign overtook it.
const maxRaces = 5

func (h handler) create(ctx context.Context, in *CreateInput) (*Output, error) {
	caller := shop.CallerFrom(ctx)
	once := idem.New(caller.Secrets, "imports", in.IdempotencyKey, in.RawBody)
	if i, answered, err := h.store.AnsweredImport(ctx, caller.Space, once); answered || err != nil {
		return &Output{i}, err
	}
	for range maxRaces {
		camp, err := h.store.Campaign(ctx, caller.Space, in.Body.Campaign)
		if errors.Is(err, fault.ErrNotFound) {
			err = coupon.ErrCampaignUnknown.At("campaign")
		}
		if err == nil {
			err = camp.CheckIssue()
		}
		if err != nil {
			return nil, err
		}
		wish := coupon.ImportIssue{Campaign: camp, Shared: in.Body.Shared, Metadata: in.Body.Metadata, Now: h.front.Now().UTC()}
		i, err := h.store.CreateImport(ctx, caller.Space, wish, once)
		if !errors.Is(err, fault.ErrStale) {
			return &Output{i}, err
		}
	}
	return nil, fault.ErrUnavailable.In("imports.create")
}

func (h handler) get(ctx context.Context, in *IDInput) (*Output, error) {
	i, err := h.store.Import(ctx, shop.CallerFrom(ctx).Space, in.ID)
	return &Output{i}, err
}

func (h handler) list(ctx context.Context, in *web.Paging) (*ListOutput, error) {
	page, err := web.Page(ctx, *in, "imports", func(below string, limit int) ([]coupon.Import, error) {
		return h.store.Imports(ctx, shop.CallerFrom(ctx).Space, below, limit)
	}, func(i coupon.Import) string { return i.ID })
	return &ListOutput{page}, err
}
