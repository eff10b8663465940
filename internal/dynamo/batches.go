package dynamo

import (
	"context"
	"maps"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// CreateBatch makes a batch of a checked wish, however many codes it has: its
// row, the claim on its prefix, its place in the campaign's list, and for a
// campaign's first coupons the mark that freezes currency and reward types.
func (s *Store) CreateBatch(ctx context.Context, sp shop.Space, i coupon.BatchIssue, once idem.Key) (coupon.Batch, error) {
	for range maxTries {
		b, err := s.newBatch(i)
		if err != nil {
			return coupon.Batch{}, err
		}
		refused, err := s.settle(ctx, "dynamo.CreateBatch", s.withOnce(sp, s.tables.Campaigns, once, b, s.batching(sp, i, b))...)
		if err != nil || refused == nil {
			return b, err
		}
		if !once.IsZero() && refused[0].failed {
			return replayed[coupon.Batch](refused[0].old, once)
		}
		if !once.IsZero() {
			refused = refused[1:]
		}
		prefix, mark := refused[1].failed, refused[3:]
		switch {
		case prefix && len(i.Pattern.Prefix) >= coupon.PrefixSize:
			return coupon.Batch{}, coupon.ErrCodeReserved.At("prefix")
		case len(mark) > 0 && mark[0].failed:
			return coupon.Batch{}, fault.ErrStale.In("dynamo.CreateBatch") // the campaign changed since it was read
		}
	} // the id or what was drawn of the prefix was taken: draw again
	return coupon.Batch{}, coupon.ErrCodeReserved.At("prefix")
}

func (s *Store) newBatch(i coupon.BatchIssue) (coupon.Batch, error) {
	id, err := ident.NewTimed(s.now(), s.random, coupon.BatchPrefix)
	if err != nil {
		return coupon.Batch{}, err
	}
	return i.Batch(id, s.random)
}

// batching lists the writes of a new batch. Its prefix names the campaign, too:
// so a named code cannot claim it.
func (s *Store) batching(sp shop.Space, i coupon.BatchIssue, b coupon.Batch) []write {
	const fresh = "attribute_not_exists(pk)"
	prefix := prefixKey(sp, b.CodePrefix())
	prefix["campaign_id"], prefix["batch_id"] = str(b.Campaign), str(b.ID)
	ws := []write{
		{table: s.tables.Campaigns, item: batchRow(sp, b), condition: fresh, unique: true},
		{table: s.tables.Campaigns, item: prefix, condition: fresh},
		{table: s.tables.Campaigns, item: key(batchesPK(sp, b.Campaign), b.ID)},
	}
	if !i.Campaign.Issued {
		ws = append(ws, s.firstIssue(sp, b.Campaign, b.CampaignVersion))
	}
	return ws
}

func batchRow(sp shop.Space, b coupon.Batch) item {
	row := batchKey(sp, b.ID)
	maps.Copy(row, item{"doc": document(b), "key": bin(b.Key)})
	return row
}

func readBatch(row item) (coupon.Batch, error) {
	var b coupon.Batch
	err := getDocument(row, "doc", &b)
	b.Key, b.RevokedAt = getBin(row, "key"), getTime(row, "revoked_at")
	b.Active = b.RevokedAt.IsZero()
	return b, err
}

// AnsweredBatch gives the first answer to a repeated call that creates a batch.
func (s *Store) AnsweredBatch(ctx context.Context, sp shop.Space, k idem.Key) (coupon.Batch, bool, error) {
	return answered[coupon.Batch](ctx, s, s.tables.Campaigns, sp, k)
}

// Batch reads one.
func (s *Store) Batch(ctx context.Context, sp shop.Space, id string) (coupon.Batch, error) {
	if !coupon.ValidBatchID(id) {
		return coupon.Batch{}, fault.ErrNotFound
	}
	row, err := s.get(ctx, s.tables.Campaigns, batchKey(sp, id))
	if err != nil {
		return coupon.Batch{}, err
	}
	if row == nil {
		return coupon.Batch{}, fault.ErrNotFound
	}
	return readBatch(row)
}

// Batches lists a campaign's, newest first; below is the id that ended the page before.
func (s *Store) Batches(ctx context.Context, sp shop.Space, campaign, below string, limit int) ([]coupon.Batch, error) {
	listed, err := s.page(ctx, query{
		table: s.tables.Campaigns, hashAttr: attrPK, hash: batchesPK(sp, campaign), sortAttr: attrSK, below: below, limit: limit,
	})
	if err != nil {
		return nil, err
	}
	keys := make([]item, len(listed))
	for i, l := range listed {
		keys[i] = batchKey(sp, getStr(l, attrSK))
	}
	rows, err := s.batch(ctx, s.tables.Campaigns, keys, true)
	if err != nil {
		return nil, err
	}
	out := make([]coupon.Batch, len(keys))
	for i, k := range keys {
		if out[i], err = readBatch(rows[rowID(k)]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// RevokeBatch ends every code of a batch that is not redeemed, for good: one
// write, which redemptions notice within their cache's seconds.
func (s *Store) RevokeBatch(ctx context.Context, sp shop.Space, id string) (coupon.Batch, error) {
	if !coupon.ValidBatchID(id) {
		return coupon.Batch{}, fault.ErrNotFound
	}
	_, err := s.settle(ctx, "dynamo.RevokeBatch", write{
		table: s.tables.Campaigns, key: batchKey(sp, id), update: "SET revoked_at = :now",
		condition: "attribute_exists(pk) AND attribute_not_exists(revoked_at)", values: item{":now": moment(s.now())},
	})
	if err != nil {
		return coupon.Batch{}, err
	}
	s.batches.forget(space(sp) + id)
	return s.Batch(ctx, sp, id)
}
