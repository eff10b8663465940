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
	caller, filter := shop.CallerFrom(ctx), "batches campaign="+in.Campaign
	below, err := in.Position(ctx, caller, filter)
	if err != nil {
		return nil, err
	}
	found, err := h.store.Batches(ctx, caller.Space, in.Campaign, below, in.Limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > in.Limit {
		found = found[:in.Limit]
		next = found[in.Limit-1].ID
	}
	page, err := web.NewList(ctx, caller, filter, found, next)
	return &BatchListOutput{page}, err
}
