// Package imports takes in the codes that a shop has already, part by part,
// and reports every line that became no coupon.
//
// Who may call it: the shop's server or a marketer's tool (secret key).
// What it may touch: reads keys and campaigns (and marks a campaign as issued
// and code prefixes as taken); reads and writes imports; makes coupons, and
// changes none.
// Load: rare, and heavy: a call has up to 4 MiB and makes up to a thousand
// coupons, some thirty at a time. So it stands apart from function coupons, whose
// callers would wait behind it.
package imports

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Store is what the function needs of storage.
type Store interface {
	Campaign(ctx context.Context, sp shop.Space, id string) (coupon.Campaign, error)
	// AnsweredImport gives the first answer to a repeated call, if there is one.
	AnsweredImport(ctx context.Context, sp shop.Space, k idem.Key) (coupon.Import, bool, error)
	// CreateImport answers fault.ErrStale where the campaign was changed since it was read, before its first issue.
	CreateImport(ctx context.Context, sp shop.Space, i coupon.ImportIssue, once idem.Key) (coupon.Import, error)
	Import(ctx context.Context, sp shop.Space, id string) (coupon.Import, error)
	// Imports lists newest first, ids below the given one.
	Imports(ctx context.Context, sp shop.Space, below string, limit int) ([]coupon.Import, error)
	// ImportPart makes the coupons of a part, or goes on where an earlier try of it stopped.
	ImportPart(ctx context.Context, sp shop.Space, s shop.Secrets, i coupon.Import, p coupon.ImportPartIssue) (coupon.ImportPart, error)
	// ImportedPart reads a part that is done.
	ImportedPart(ctx context.Context, sp shop.Space, id string, number int) (coupon.ImportPart, error)
}

type handler struct {
	front web.Front
	store Store
}

const tag = "Imports"

// maxPart is the largest body of a part. Base64, as the gateway wraps what is not text, makes it a third larger; Lambda takes 6 MB.
const maxPart = 4 << 20

// New makes the function.
func New(f web.Front, store Store) http.Handler {
	api, h := web.NewAPI(f), handler{f, store}
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/imports", ID: "create_import", Tag: tag, Scope: shop.CouponsWrite,
		Status: http.StatusCreated, Errors: []int{404, 409}, Summary: "Begin to import existing codes",
		Doc: "Then send the codes in parts. They are issued under the campaign's present terms.",
	}, h.create)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/imports", ID: "list_imports", Tag: tag, Scope: shop.CouponsRead,
		Summary: "List imports, newest first",
	}, h.list)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/imports/{id}", ID: "get_import", Tag: tag, Scope: shop.CouponsRead,
		Errors: []int{404}, Summary: "Read an import: how many lines became coupons",
	}, h.get)
	web.Handle(api, web.Op{
		Method: http.MethodPut, Path: "/v1/imports/{id}/parts/{n}", ID: "put_import_part", Tag: tag, Scope: shop.CouponsWrite,
		Errors: []int{404, 409, 413, 415}, Summary: "Import a part", MaxBody: maxPart, Takes: []string{"text/csv", "application/x-ndjson"},
		Doc: "Up to 1,000 lines and 4 MiB, as CSV (columns `code`, `customer`, `starts_at`, `expires_at`; in this order, or as a heading names them) " +
			"or as JSON Lines with the same members. The answer reports every refused line; the others are coupons now. " +
			"Send the same part again after whatever went wrong: it goes on where it stopped, and gives the same report. " +
			"Other content under the same number is 409 `import_part_differs`.",
	}, h.put)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/imports/{id}/parts/{n}", ID: "get_import_part", Tag: tag, Scope: shop.CouponsRead,
		Errors: []int{404}, Summary: "Read the report of a part that is done",
	}, h.report)
	return api.Handler()
}

// CreateInput is a new import.
type CreateInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Body           ImportRequest
	RawBody        []byte
}

// ImportRequest is the body that begins an import.
type ImportRequest struct {
	Kind     string            `json:"kind" enum:"codes"`
	Campaign string            `json:"campaign" maxLength:"64" example:"camp_06kd8t5v2w7x9y3z"`
	Shared   bool              `json:"shared,omitzero" doc:"Everybody may use each code; otherwise each is for one use."`
	Metadata map[string]string `json:"metadata,omitempty" maxProperties:"50"`
}

// Output is an import.
type Output struct{ Body coupon.Import }

// IDInput names an import.
type IDInput struct {
	ID string `path:"id" maxLength:"64" example:"imp_06kd8t5v2w7x9y3z"`
}

// ListOutput is a page of imports.
type ListOutput struct{ Body *web.List[coupon.Import] }
