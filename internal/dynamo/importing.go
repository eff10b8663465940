package dynamo

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// importing is one part whose lines are becoming coupons.
type importing struct {
	*Store
	space   shop.Space
	secrets shop.Secrets
	imp     coupon.Import
	part    coupon.ImportPart
}

// linesAtOnce bounds the connections of a part. A thousand lines at some ten
// milliseconds each are done within a second.
const linesAtOnce = 32

// sideBySide calls do for each of n numbers, and ends with the first error.
func sideBySide(ctx context.Context, n int, do func(context.Context, int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(linesAtOnce)
	for i := range n {
		g.Go(func() error { return do(ctx, i) })
	}
	return g.Wait()
}

// claimed claims the beginnings of the codes for the shop's named codes, each
// once, and gives the lines that may go on. The others' beginnings are a
// campaign's or a batch's.
func (i *importing) claimed(ctx context.Context, lines []coupon.Line) ([]coupon.Line, error) {
	var prefixes []string
	place := map[string]int{}
	for _, l := range lines {
		if _, ok := place[l.Code.Prefix()]; !ok {
			place[l.Code.Prefix()] = len(prefixes)
			prefixes = append(prefixes, l.Code.Prefix())
		}
	}
	ours := make([]bool, len(prefixes))
	err := sideBySide(ctx, len(prefixes), func(ctx context.Context, n int) (err error) {
		ours[n], err = i.claim(ctx, prefixes[n])
		return err
	})
	var out []coupon.Line
	for _, l := range lines {
		if ours[place[l.Code.Prefix()]] {
			out = append(out, l)
		} else {
			i.part.Refused = append(i.part.Refused, l.Refused(coupon.ErrCodeReserved.At("code")))
		}
	}
	return out, err
}

// claim says whether named codes may begin so. What a beginning means never changes.
func (i *importing) claim(ctx context.Context, prefix string) (bool, error) {
	if m, known := i.prefixes.peek(space(i.space) + prefix); known {
		return m.named(), nil
	}
	refused, err := i.settle(ctx, "dynamo.ImportPart", i.prefixClaim(i.space, prefix))
	if err == nil && refused == nil {
		i.prefixes.put(space(i.space)+prefix, meaning{})
	}
	return refused == nil, err
}

// missing leaves out the lines whose coupons an earlier try of this part has
// made, so that each try gets further than the one before.
func (i *importing) missing(ctx context.Context, lines []coupon.Line) ([]coupon.Line, error) {
	keys := make([]item, len(lines))
	for n, l := range lines {
		keys[n] = couponKey(i.space, coupon.ID(i.secrets, l.Code))
	}
	rows, err := i.batch(ctx, i.tables.Coupons, keys, true)
	var out []coupon.Line
	for n, l := range lines {
		if !i.mine(rows[rowID(keys[n])]) {
			out = append(out, l)
		}
	}
	return out, err
}

// makeAll makes the coupons. A code that exists is refused, unless this part made it.
func (i *importing) makeAll(ctx context.Context, lines []coupon.Line) error {
	taken, now := make([]bool, len(lines)), i.now().UTC()
	err := sideBySide(ctx, len(lines), func(ctx context.Context, n int) error {
		row := couponRow(i.space, i.imp.Coupon(i.secrets, lines[n], now))
		row["import_id"], row["import_part"] = str(i.imp.ID), num(i.part.Number)
		refused, err := i.settle(ctx, "dynamo.ImportPart", write{table: i.tables.Coupons, item: row, condition: "attribute_not_exists(pk)"})
		taken[n] = refused != nil && !i.mine(refused[0].old)
		return err
	})
	for n, l := range lines {
		if taken[n] {
			i.part.Refused = append(i.part.Refused, l.Refused(coupon.ErrCodeTaken.At("code")))
		}
	}
	return err
}

func (i *importing) mine(row item) bool {
	return getStr(row, "import_id") == i.imp.ID && getNum(row, "import_part") == int64(i.part.Number)
}
