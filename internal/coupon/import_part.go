package coupon

import (
	"context"
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// instant reads a time of CSV; an earlier error stays.
func instant(s, column string, before error) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil && before == nil {
		before = fault.ErrInvalid.At(column)
	}
	return t, before
}

// Part is a part before its lines were judged.
func (i Import) Part(c shop.Caller, number int, mediaType string, body []byte, lines int) (p ImportPartIssue) {
	p.Import, p.Number, p.Lines = i.ID, number, int64(lines)
	form, _, _ := strings.Cut(strings.ToLower(mediaType), ";")
	p.Hash = c.Secrets.Replay.Sum("import part", strings.TrimSpace(form), string(body))[:16]
	return p
}

// ReadPart reads a part's body. Its columns are those of CSV's heading or the
// members of JSON objects. An error means the part as a whole.
func (i Import) ReadPart(ctx context.Context, c shop.Caller, number int, mediaType string, body []byte) (p ImportPartIssue, err error) {
	rows, err := rowsOf(mediaType, body)
	if err != nil {
		return p, err
	}
	p = i.Part(c, number, mediaType, body, len(rows))
	seen := map[Code]int{}
	for _, r := range rows {
		l, err := i.line(ctx, c, r)
		if first, again := seen[l.Code]; err == nil && again {
			err = ErrRepeatedInPart.Arg("line", first)
		}
		if err == nil {
			seen[l.Code] = l.Number
			p.Good = append(p.Good, l)
			continue
		}
		if fault.IsOutage(err) {
			return p, err
		}
		f, _ := fault.As(err)
		p.Refused = append(p.Refused, l.Refused(f))
	}
	return p, nil
}

// line judges a row. Of a refused one it gives what the report needs.
func (i Import) line(ctx context.Context, c shop.Caller, r row) (l Line, err error) {
	l = Line{Number: r.number, Text: r.Code, Customer: r.Customer, StartsAt: r.StartsAt, ExpiresAt: r.ExpiresAt}
	if r.err != nil {
		if f, ok := fault.As(r.err); ok {
			return l, f
		}
		return l, ErrLineMalformed
	}
	if err := CheckNamed(r.Code); err != nil {
		return l, err
	}
	if l.Code, err = ParseCode(r.Code); err != nil {
		return l, err
	}
	if r.Customer != "" {
		who := customer.Ref{ID: r.Customer}
		if err := who.Check("customer"); err != nil {
			return l, err
		}
		if l.Person, err = who.Person(ctx, c); err != nil {
			return l, err
		}
	}
	wish := Issue{Person: l.Person, StartsAt: r.StartsAt, ExpiresAt: r.ExpiresAt, Now: i.CreatedAt} // so that a second try judges alike
	if i.ForAll() {
		wish.Named = r.Code
	}
	return l, wish.Check()
}
