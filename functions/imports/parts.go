package imports

import (
	"context"
	"strconv"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// PartPath names a part.
type PartPath struct {
	IDInput
	Part int `path:"n" minimum:"1" maximum:"99999" doc:"The caller's number of the part." example:"1"`
}

// PutInput is a part as it was sent.
type PutInput struct {
	PartPath
	ContentType    string `header:"Content-Type" hidden:"true"`
	AcceptLanguage string `header:"Accept-Language" hidden:"true"`
	RawBody        []byte `contentType:"text/csv"`
}

// ReportInput asks for the report of a part.
type ReportInput struct {
	PartPath
	web.Paging
	AcceptLanguage string `header:"Accept-Language" hidden:"true"`
}

// PartReport is what became of a part.
type PartReport struct {
	Object   string                `json:"object" enum:"import_part"`
	Import   string                `json:"import" example:"imp_06kd8t5v2w7x9y3z"`
	Part     int                   `json:"part"`
	Status   string                `json:"status" enum:"done"`
	Lines    int64                 `json:"lines" doc:"Without empty lines and the heading."`
	Accepted int64                 `json:"accepted" doc:"Lines that are coupons or customers now."`
	Refused  int64                 `json:"refused"`
	Skipped  int64                 `json:"skipped,omitzero" doc:"Lines of customers who were there already, where those are to be skipped."`
	Refusals *web.List[LineReport] `json:"refusals" doc:"The refused lines, by number."`
}

// LineReport is a line that became nothing, and why.
type LineReport struct {
	Line int    `json:"line" doc:"Within the part, counted from 1; empty lines and the heading count."`
	Text string `json:"text,omitzero" doc:"Of codes: the code as it was sent."`
	web.ProblemPart
}

// PartOutput is a report.
type PartOutput struct{ Body PartReport }

func (h handler) put(ctx context.Context, in *PutInput) (*PartOutput, error) {
	caller := shop.CallerFrom(ctx)
	imp, err := h.find(ctx, in.ID, mayWrite)
	if err != nil {
		return nil, err
	}
	put := h.putCodes
	if imp.Kind == coupon.ImportCustomers {
		put = h.putCustomers
	}
	p, err := put(ctx, caller, imp, in)
	if err != nil {
		return nil, err
	}
	return output(ctx, caller, p, 0, firstPage, in.AcceptLanguage)
}

func (h handler) putCodes(ctx context.Context, caller shop.Caller, imp coupon.Import, in *PutInput) (coupon.ImportPart, error) {
	read, err := imp.ReadPart(ctx, caller, in.Part, in.ContentType, in.RawBody)
	if err != nil {
		return coupon.ImportPart{}, err
	}
	return h.store.ImportPart(ctx, caller.Space, caller.Secrets, imp, read)
}

// firstPage is how many refusals the answer to a part names.
const firstPage = 100

func (h handler) report(ctx context.Context, in *ReportInput) (*PartOutput, error) {
	caller := shop.CallerFrom(ctx)
	at, err := in.Position(ctx, caller, filter(in.ID, in.Part))
	if err != nil {
		return nil, err
	}
	if _, err := h.find(ctx, in.ID, mayRead); err != nil {
		return nil, err
	}
	p, err := h.store.ImportedPart(ctx, caller.Space, in.ID, in.Part)
	if err != nil {
		return nil, err
	}
	from, _ := strconv.Atoi(at) // from a cursor that we sealed; empty is the beginning
	return output(ctx, caller, p, from, in.Limit, in.AcceptLanguage)
}

func filter(id string, part int) string { return "refusals " + id + " " + strconv.Itoa(part) }

// output is a report with the refusals from one on.
func output(ctx context.Context, caller shop.Caller, p coupon.ImportPart, from, limit int, lang string) (*PartOutput, error) {
	end, next := min(from+limit, len(p.Refused)), ""
	if end < len(p.Refused) {
		next = strconv.Itoa(end)
	}
	var lines []LineReport
	for _, r := range p.Refused[min(from, end):end] {
		why := web.NewProblem(r.Fault(), lang, "")
		lines = append(lines, LineReport{
			Line: r.Line, Text: r.Text, ProblemPart: web.ProblemPart{Code: why.Code, Detail: why.Detail, Param: why.Param, Values: why.Values},
		})
	}
	page, err := web.NewList(ctx, caller, filter(p.Import, p.Number), lines, next)
	return &PartOutput{PartReport{
		Object: "import_part", Import: p.Import, Part: p.Number, Status: "done",
		Lines: p.Lines, Accepted: p.Accepted(), Refused: int64(len(p.Refused)), Skipped: p.Skipped, Refusals: page,
	}}, err
}
