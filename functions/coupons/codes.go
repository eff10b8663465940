package coupons

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/url"
	"strconv"
	"strings"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// BatchCode is a code of a batch.
type BatchCode struct {
	Code   string `json:"code" example:"SUMMER-7KQ4-M2X-C9P-DA4"`
	Coupon string `json:"coupon" doc:"The id of its coupon, such as to disable it."`
}

// CodesInput asks for a page of codes.
type CodesInput struct {
	BatchIDInput
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Cursor string `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before."`
	Format string `query:"format" enum:"json,csv" doc:"Left out, the header Accept decides."`
	Accept string `header:"Accept" hidden:"true"`
}

// CodesOutput is a page of codes: a list, or CSV.
type CodesOutput struct {
	ContentType string `header:"Content-Type"`
	Link        string `header:"Link" doc:"Of CSV: the next page, with rel=next."`
	Body        any
}

func (h handler) listCodes(ctx context.Context, in *CodesInput) (*CodesOutput, error) {
	caller, filter := shop.CallerFrom(ctx), "codes batch="+in.ID
	at, err := web.Paging{Cursor: in.Cursor}.Position(ctx, caller, filter)
	if err != nil {
		return nil, err
	}
	b, err := h.store.Batch(ctx, caller.Space, in.ID)
	if err != nil {
		return nil, err
	}
	codes, next, err := page(b, at, in.Limit)
	if err != nil {
		return nil, err
	}
	list, err := web.NewList(ctx, caller, filter, codes, next)
	if err != nil || !in.wantsCSV() {
		return &CodesOutput{Body: list}, err
	}
	out := &CodesOutput{ContentType: "text/csv; charset=utf-8"}
	out.Body, err = inCSV(codes)
	if list.HasMore {
		out.Link = in.after(list.NextCursor)
	}
	return out, err
}

func (in *CodesInput) wantsCSV() bool {
	return in.Format == "csv" || in.Format == "" && strings.Contains(in.Accept, "text/csv")
}

// after is the next page's address in the form of RFC 8288.
func (in *CodesInput) after(cursor string) string {
	q := url.Values{"format": {"csv"}, "limit": {strconv.Itoa(in.Limit)}, "cursor": {cursor}}
	return "</v1/batches/" + in.ID + "/codes?" + q.Encode() + `>; rel="next"`
}

// page computes codes from the number at on; next is where the following page begins.
func page(b coupon.Batch, at string, limit int) (codes []BatchCode, next string, err error) {
	coder, err := coupon.NewCoder(b)
	if err != nil {
		return nil, "", fault.ErrInternal.In("coupons.page").Because(err)
	}
	from, _ := strconv.ParseInt(at, 10, 64) // from a cursor that we sealed; empty is the beginning
	end := min(from+int64(limit), b.Count)
	for i := from; i < end; i++ {
		codes = append(codes, BatchCode{string(coder.Append(nil, i)), coder.IDOf(i)})
	}
	if end < b.Count {
		next = strconv.FormatInt(end, 10)
	}
	return codes, next, nil
}

func inCSV(codes []BatchCode) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"code", "coupon"}}
	for _, c := range codes {
		rows = append(rows, []string{c.Code, c.Coupon})
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}
