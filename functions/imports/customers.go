package imports

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/phone"
	"github.com/lagniappe/lagniappe/internal/shop"
)

func (h handler) putCustomers(ctx context.Context, caller shop.Caller, imp coupon.Import, in *PutInput) (coupon.ImportPart, error) {
	rows, err := rowsOf(in.ContentType, in.RawBody)
	if err != nil {
		return coupon.ImportPart{}, err
	}
	p := imp.Part(caller, in.Part, in.ContentType, in.RawBody, len(rows))
	var lines []customer.Line
	seen := map[string]int{}
	for _, r := range rows {
		c, err := h.judge(ctx, caller, r, seen)
		switch {
		case err == nil:
			lines = append(lines, customer.Line{Number: r.Line, Customer: c})
		case fault.IsOutage(err):
			return coupon.ImportPart{}, err
		default:
			f, _ := fault.As(err)
			p.Refused = append(p.Refused, coupon.Line{Number: r.Line}.Refused(customer.Impersonal(f)))
		}
	}
	return h.store.ImportCustomers(ctx, caller.Space, imp, p, lines, h.become)
}

func rowsOf(mediaType string, body []byte) (rows []customer.RawRow, err error) {
	inCSV, err := coupon.PartInCSV(mediaType)
	switch {
	case err != nil:
		return nil, err
	case inCSV:
		rows, err = customer.RowsOfCSV(body, coupon.MaxLines)
	default:
		rows = customer.RowsOfJSON(body, coupon.MaxLines)
	}
	if len(rows) > coupon.MaxLines {
		err = coupon.ErrPartTooLong.Arg("limit", coupon.MaxLines)
	}
	return rows, err
}

// judge gives the customer of a line as PUT would make it. Of two lines with one
// id, address or number the second is refused: which was meant, nobody can know.
func (h handler) judge(ctx context.Context, caller shop.Caller, r customer.RawRow, seen map[string]int) (customer.Customer, error) {
	if r.Err != nil {
		return customer.Customer{}, r.Err
	}
	row, f := h.rows().Read(r.JSON)
	if f != nil {
		return customer.Customer{}, inRow(f)
	}
	if err := (customer.Ref{ID: row.ID}).Check("id"); err != nil {
		return customer.Customer{}, err
	}
	now := h.front.Now()
	if err := row.Check(now, phone.Read); err != nil {
		return customer.Customer{}, err
	}
	c, err := customer.New(ctx, caller, row.ID, row.Profile, phone.Read, now)
	if err != nil {
		return c, err
	}
	names := append([]customer.Identity{{Field: "id", Person: c.Person}}, c.Identities...)
	for _, name := range names {
		if line, again := seen[name.Person]; again {
			return c, customer.ErrRowRepeated.At(name.Field).Arg("line", line)
		}
	}
	for _, name := range names {
		seen[name.Person] = r.Line
	}
	return c, nil
}

// inRow says of a line what is said of a body: it may be no object, or have a
// field that there is not. How that is called is the line's own, and not repeated.
func inRow(f *fault.Error) *fault.Error {
	if len(f.Parts) > 0 {
		f = f.Parts[0]
	}
	switch {
	case f.Code == "field_unknown":
		return customer.ErrRowFieldUnknown
	case f.Param == "" || f.Param == "body":
		return customer.ErrRowMalformed
	}
	return f
}

func (h handler) become(ctx context.Context, prev, line customer.Customer) (customer.Customer, error) {
	return prev.With(ctx, shop.CallerFrom(ctx), line.Profile, phone.Read, h.front.Now())
}
