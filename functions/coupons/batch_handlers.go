package coupons

import (
	"context"
	"errors"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

func (h handler) createBatch(ctx context.Context, in *BatchInput) (*BatchOutput, error) {
	caller := shop.CallerFrom(ctx)
	once := idem.New(caller.Secrets, "batches", in.IdempotencyKey, in.RawBody)
	if b, answered, err := h.store.AnsweredBatch(ctx, caller.Space, once); answered || err != nil {
		return &BatchOutput{b}, err
	}
	for range maxRaces {
		wish, err := h.batchWish(ctx, caller, in.Body)
		if err != nil {
			return nil, err
		}
		b, err := h.store.CreateBatch(ctx, caller.Space, wish, once)
		if !errors.Is(err, fault.ErrStale) {
			return &BatchOutput{b}, err
		}
	}
	return nil, fault.ErrUnavailable.In("coupons.createBatch")
}

// batchWish checks what was asked for.
func (h handler) batchWish(ctx context.Context, caller shop.Caller, b BatchRequest) (coupon.BatchIssue, error) {
	wish, err := coupon.BatchIssue{
		Count: b.Count, Pattern: coupon.Pattern{Prefix: b.Prefix, Length: b.Length, Alphabet: b.Alphabet},
		StartsAt: b.StartsAt, ExpiresAt: b.ExpiresAt, Metadata: b.Metadata, Now: h.front.Now().UTC(),
	}.Check()
	if err != nil {
		return wish, err
	}
	if wish.Campaign, err = h.campaign(ctx, caller, b.Campaign); err != nil {
		return wish, err
	}
	return wish, wish.Campaign.CheckBulk()
}

func (h handler) getBatch(ctx context.Context, in *BatchIDInput) (*BatchOutput, error) {
	b, err := h.store.Batch(ctx, shop.CallerFrom(ctx).Space, in.ID)
	return &BatchOutput{b}, err
}

func (h handler) revokeBatch(ctx context.Context, in *RevokeInput) (*BatchOutput, error) {
	b, err := h.store.RevokeBatch(ctx, shop.CallerFrom(ctx).Space, in.ID)
	return &BatchOutput{b}, err
}

func (h handler) listBatches(ctx context.Context, in *BatchListInput) (*BatchListOutput, error) {
	if in.Campaign == "" {
		return nil, coupon.ErrFieldMissing.At("campaign")
	}
	page, err := web.Page(ctx, in.Paging, "batches campaign="+in.Campaign, func(below string, limit int) ([]coupon.Batch, error) {
		return h.store.Batches(ctx, shop.CallerFrom(ctx).Space, in.Campaign, below, limit)
	}, func(b coupon.Batch) string { return b.ID })
	return &BatchListOutput{page}, err
}
