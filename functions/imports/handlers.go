package imports

import (
	"context"
	"errors"
	"slices"

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
	if err := mayWrite(caller, in.Body.Kind); err != nil {
		return nil, err
	}
	if err := in.Body.check(); err != nil {
		return nil, err
	}
	once := idem.New(caller.Secrets, "imports", in.IdempotencyKey, in.RawBody)
	if i, answered, err := h.store.AnsweredImport(ctx, caller.Space, once); answered || err != nil {
		return &Output{i}, err
	}
	for range maxRaces {
		wish, err := h.wish(ctx, caller, in.Body)
		if err != nil {
			return nil, err
		}
		i, err := h.store.CreateImport(ctx, caller.Space, wish, once)
		if !errors.Is(err, fault.ErrStale) {
			return &Output{i}, err
		}
	}
	return nil, fault.ErrUnavailable.In("imports.create")
}

// wish is what was asked for, with the campaign as it is.
func (h handler) wish(ctx context.Context, caller shop.Caller, b ImportRequest) (coupon.ImportIssue, error) {
	wish := coupon.ImportIssue{Shared: b.Shared, OnExisting: b.OnExisting, Livemode: caller.Space.Live, Metadata: b.Metadata, Now: h.front.Now().UTC()}
	if b.Kind == coupon.ImportCustomers {
		return wish, nil
	}
	var err error
	wish.Campaign, err = h.store.Campaign(ctx, caller.Space, b.Campaign)
	if errors.Is(err, fault.ErrNotFound) {
		err = coupon.ErrCampaignUnknown.At("campaign")
	}
	if err == nil {
		err = wish.Campaign.CheckIssue()
	}
	return wish, err
}

// mayWrite reports whether the key may import this kind. The operation asked for one of the scopes only.
func mayWrite(c shop.Caller, k coupon.ImportKind) error {
	return needs(c, k, shop.CouponsWrite, shop.CustomersWrite)
}

func mayRead(c shop.Caller, k coupon.ImportKind) error {
	return needs(c, k, shop.CouponsRead, shop.CustomersRead)
}

func needs(c shop.Caller, k coupon.ImportKind, codes, customers shop.Scope) error {
	scope := codes
	if k == coupon.ImportCustomers {
		scope = customers
	}
	if !c.Permits(scope) {
		return shop.ErrKeyNotPermitted.Arg("scope", string(scope))
	}
	return nil
}

// find reads an import that the key may know.
func (h handler) find(ctx context.Context, id string, may func(shop.Caller, coupon.ImportKind) error) (coupon.Import, error) {
	caller := shop.CallerFrom(ctx)
	i, err := h.store.Import(ctx, caller.Space, id)
	if err == nil {
		err = may(caller, i.Kind)
	}
	return i, err
}

func (h handler) get(ctx context.Context, in *IDInput) (*Output, error) {
	i, err := h.find(ctx, in.ID, mayRead)
	if err != nil {
		return nil, err
	}
	return &Output{i}, nil
}

func (h handler) list(ctx context.Context, in *web.Paging) (*ListOutput, error) {
	caller := shop.CallerFrom(ctx)
	page, err := web.Page(ctx, *in, "imports", func(below string, limit int) ([]coupon.Import, error) {
		return h.store.Imports(ctx, caller.Space, below, limit)
	}, func(i coupon.Import) string { return i.ID })
	if err != nil {
		return nil, err
	}
	page.Data = slices.DeleteFunc(page.Data, func(i coupon.Import) bool { return mayRead(caller, i.Kind) != nil })
	return &ListOutput{page}, nil
}
