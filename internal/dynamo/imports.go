package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// CreateImport makes an import: its row, its place in the list, and for a
// campaign's first coupons the mark that freezes currency and reward types.
func (s *Store) CreateImport(ctx context.Context, sp shop.Space, i coupon.ImportIssue, once idem.Key) (coupon.Import, error) {
	for range maxTries {
		id, err := ident.NewTimed(s.now(), s.random, coupon.ImportPrefix)
		if err != nil {
			return coupon.Import{}, err
		}
		imp, err := i.Import(id)
		if err != nil {
			return coupon.Import{}, err
		}
		ws := []write{
			{table: s.tables.Campaigns, item: importRow(sp, imp), condition: "attribute_not_exists(pk)", unique: true},
			{table: s.tables.Campaigns, item: key(importsPK(sp), imp.ID)},
		}
		first := imp.Kind == coupon.ImportCodes && !i.Campaign.Issued
		if first {
			ws = append(ws, s.firstIssue(sp, imp.Campaign, imp.CampaignVersion))
		}
		refused, err := s.settle(ctx, "dynamo.CreateImport", s.withOnce(sp, s.tables.Campaigns, once, imp, ws)...)
		if err != nil || refused == nil {
			return imp, err
		}
		if !once.IsZero() && refused[0].failed {
			return replayed[coupon.Import](refused[0].old, once)
		}
		if mark := refused[len(refused)-1]; first && mark.failed {
			return coupon.Import{}, fault.ErrStale.In("dynamo.CreateImport") // the campaign changed since it was read
		}
	} // the id was taken: draw again
	return coupon.Import{}, fault.ErrUnavailable.In("dynamo.CreateImport")
}

func importRow(sp shop.Space, i coupon.Import) item {
	row := importKey(sp, i.ID, skHead)
	row["doc"] = document(i)
	for _, counter := range []string{"parts", "lines_read", "accepted", "refused", "skipped"} {
		row[counter] = num(0)
	}
	return row
}

func readImport(row item) (coupon.Import, error) {
	var i coupon.Import
	err := getDocument(row, "doc", &i)
	i.Parts, i.Lines = getNum(row, "parts"), getNum(row, "lines_read")
	i.Accepted, i.Refused, i.Skipped = getNum(row, "accepted"), getNum(row, "refused"), getNum(row, "skipped")
	return i, err
}

// AnsweredImport gives the first answer to a repeated call that creates an import.
func (s *Store) AnsweredImport(ctx context.Context, sp shop.Space, k idem.Key) (coupon.Import, bool, error) {
	return answered[coupon.Import](ctx, s, s.tables.Campaigns, sp, k)
}

// Import reads one, with the sums of its parts.
func (s *Store) Import(ctx context.Context, sp shop.Space, id string) (coupon.Import, error) {
	if !coupon.ValidImportID(id) {
		return coupon.Import{}, fault.ErrNotFound
	}
	row, err := s.get(ctx, s.tables.Campaigns, importKey(sp, id, skHead))
	if err != nil {
		return coupon.Import{}, err
	}
	if row == nil {
		return coupon.Import{}, fault.ErrNotFound
	}
	return readImport(row)
}

// Imports lists a page, newest first; below is the id that ended the page before.
func (s *Store) Imports(ctx context.Context, sp shop.Space, below string, limit int) ([]coupon.Import, error) {
	listed, err := s.page(ctx, query{
		table: s.tables.Campaigns, hashAttr: attrPK, hash: importsPK(sp), sortAttr: attrSK, below: below, limit: limit,
	})
	if err != nil {
		return nil, err
	}
	keys := make([]item, len(listed))
	for i, l := range listed {
		keys[i] = importKey(sp, getStr(l, attrSK), skHead)
	}
	rows, err := s.batch(ctx, s.tables.Campaigns, keys, true)
	if err != nil {
		return nil, err
	}
	out := make([]coupon.Import, len(keys))
	for i, k := range keys {
		if out[i], err = readImport(rows[rowID(k)]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
