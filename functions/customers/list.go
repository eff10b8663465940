package customers

import (
	"bytes"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// CustomersInput asks for a page of customers.
type CustomersInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"20"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
	Format string `query:"format" enum:"json,csv,jsonl" doc:"Left out, the header Accept decides."`
	Accept string `header:"Accept" hidden:"true"`
}

// CustomersOutput is a page of customers: a list, or lines.
type CustomersOutput struct {
	ContentType string `header:"Content-Type"`
	Link        string `header:"Link" doc:"Of CSV and JSON Lines: the next page, with rel=next."`
	Body        any
}

func (in *CustomersInput) form() string {
	switch {
	case in.Format != "":
		return in.Format
	case strings.Contains(in.Accept, "text/csv"):
		return "csv"
	case strings.Contains(in.Accept, "application/x-ndjson"):
		return "jsonl"
	}
	return "json"
}

func (h handler) list(ctx context.Context, in *CustomersInput) (*CustomersOutput, error) {
	caller := shop.CallerFrom(ctx)
	below, err := web.Paging{Cursor: in.Cursor}.Position(ctx, caller, "customers")
	if err != nil {
		return nil, err
	}
	found, next, err := h.upTo(ctx, caller.Space, below, in.Limit)
	if err != nil {
		return nil, err
	}
	page, err := web.NewList(ctx, caller, "customers", found, next)
	if err != nil {
		return nil, err
	}
	return in.output(page), nil
}

func (in *CustomersInput) output(page *web.List[customer.Customer]) *CustomersOutput {
	var b bytes.Buffer
	out := &CustomersOutput{Body: page}
	switch in.form() {
	case "csv":
		out.ContentType = "text/csv; charset=utf-8"
		b.Write(customer.Heading())
		for _, c := range page.Data {
			b.Write(c.CSV())
		}
	case "jsonl":
		out.ContentType = "application/x-ndjson"
		for _, c := range page.Data {
			b.Write(c.JSONLine())
		}
	default:
		return out
	}
	out.Body = b.Bytes()
	if page.HasMore {
		q := url.Values{"format": {in.form()}, "limit": {strconv.Itoa(in.Limit)}, "cursor": {page.NextCursor}}
		out.Link = "</v1/customers?" + q.Encode() + `>; rel="next"`
	}
	return out
}

// How a page is read: in pieces, up to what an answer may have. The largest
// customer is smaller than a request's body.
const (
	pieceSize = 100
	maxPage   = 4_000_000
)

// upTo gives at most so many customers, and no more than an answer holds.
func (h handler) upTo(ctx context.Context, sp shop.Space, below string, limit int) (all []customer.Customer, next string, err error) {
	size := 0
	for len(all) < limit {
		found, after, err := h.store.Customers(ctx, sp, below, min(limit-len(all), pieceSize))
		if err != nil {
			return nil, "", err
		}
		for i, c := range found {
			if size += weight(c); size <= maxPage {
				continue
			}
			if i == 0 && len(all) > 0 {
				return all, below, nil
			}
			found, after, err = h.store.Customers(ctx, sp, below, max(i, 1)) // once more, up to where it is full
			return slices.Concat(all, found), after, err
		}
		all, below = append(all, found...), after
		if next = after; next == "" {
			break
		}
	}
	return all, next, nil
}

// weight is how many bytes a customer has at most, in whatever form: Lambda hands
// an answer on as a JSON string, in which these signs take another byte.
func weight(c customer.Customer) int {
	const frame = 400 // what stands around a profile
	size := func(line []byte) int {
		return len(line) + bytes.Count(line, []byte(`"`)) + bytes.Count(line, []byte(`\`)) + bytes.Count(line, []byte("\n"))
	}
	return max(size(c.CSV()), size(c.JSONLine())) + frame
}
