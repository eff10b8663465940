package dynamo

import (
	"bytes"
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// ImportPart makes coupons of a part's lines, each by a write of its own, and
// then closes the part with its report. If it dies in between, the same part
// again goes on: a row that this part made is no refusal. The hash is of the
// part's content: another under the same number is refused with ErrPartDiffers.
func (s *Store) ImportPart(ctx context.Context, sp shop.Space, secrets shop.Secrets, imp coupon.Import, p coupon.ImportPartIssue) (coupon.ImportPart, error) {
	begun, err := s.beginPart(ctx, sp, p)
	if err != nil {
		return coupon.ImportPart{}, err
	}
	if getNum(begun, "finished_at") > 0 {
		return readPart(p.Import, p.Number, begun)
	}
	i := importing{Store: s, space: sp, secrets: secrets, imp: imp, part: p.ImportPart}
	lines, err := i.claimed(ctx, p.Good)
	if err == nil && begun != nil {
		lines, err = i.missing(ctx, lines)
	}
	if err == nil {
		err = i.makeAll(ctx, lines)
	}
	if err != nil {
		return coupon.ImportPart{}, err
	}
	return s.finishPart(ctx, sp, i.part.Sorted())
}

// beginPart claims the part's number for its content. It gives the row of an earlier try, or nil.
func (s *Store) beginPart(ctx context.Context, sp shop.Space, p coupon.ImportPartIssue) (item, error) {
	row := partKey(sp, p.Import, p.Number)
	row["hash"], row["began_at"] = bin(p.Hash), moment(s.now())
	refused, err := s.settle(ctx, "dynamo.beginPart", write{table: s.tables.Campaigns, item: row, condition: "attribute_not_exists(pk)"})
	if err != nil || refused == nil {
		return nil, err
	}
	if !bytes.Equal(getBin(refused[0].old, "hash"), p.Hash) {
		return nil, coupon.ErrPartDiffers.At("n").Arg("part", p.Number)
	}
	return refused[0].old, nil
}

// finishPart keeps the part's report and adds it to the import's sums, once:
// whoever comes second gives what the first has kept.
func (s *Store) finishPart(ctx context.Context, sp shop.Space, p coupon.ImportPart) (coupon.ImportPart, error) {
	lines, accepted, report := num(p.Lines), num(p.Accepted()), document(p.Refused)
	refused, err := s.settle(ctx, "dynamo.finishPart",
		write{
			table: s.tables.Campaigns, key: partKey(sp, p.Import, p.Number),
			update:    "SET finished_at = :now, lines_read = :lines, skipped = :skipped, report = :report",
			condition: "attribute_not_exists(finished_at)",
			values:    item{":now": moment(s.now()), ":lines": lines, ":skipped": num(p.Skipped), ":report": report},
		},
		write{
			table: s.tables.Campaigns, key: importKey(sp, p.Import, skHead),
			update: "SET parts = parts + :one, lines_read = lines_read + :lines, accepted = accepted + :accepted, refused = refused + :refused" +
				", skipped = if_not_exists(skipped, :none) + :skipped", // imports from before there were customers have none
			values: item{
				":one": num(1), ":lines": lines, ":accepted": accepted, ":refused": num(len(p.Refused)), ":skipped": num(p.Skipped), ":none": num(0),
			},
		})
	if err != nil {
		return coupon.ImportPart{}, err
	}
	if refused != nil {
		return s.ImportedPart(ctx, sp, p.Import, p.Number)
	}
	return p, nil
}

// ImportedPart reads a part that is done.
func (s *Store) ImportedPart(ctx context.Context, sp shop.Space, id string, number int) (coupon.ImportPart, error) {
	if !coupon.ValidImportID(id) {
		return coupon.ImportPart{}, fault.ErrNotFound
	}
	row, err := s.get(ctx, s.tables.Campaigns, partKey(sp, id, number))
	if err != nil {
		return coupon.ImportPart{}, err
	}
	if getNum(row, "finished_at") == 0 {
		return coupon.ImportPart{}, fault.ErrNotFound
	}
	return readPart(id, number, row)
}

func readPart(id string, number int, row item) (coupon.ImportPart, error) {
	p := coupon.ImportPart{Import: id, Number: number, Lines: getNum(row, "lines_read"), Skipped: getNum(row, "skipped")}
	return p, getDocument(row, "report", &p.Refused)
}
