// Package imports takes in the codes and the customers that a shop has already,
// part by part, and reports every line that became none.
//
// Who may call it: the shop's server or a marketer's tool (secret key).
// What it may touch: reads keys and campaigns (and marks a campaign as issued
// and code prefixes as taken); reads and writes imports; makes coupons, and
// changes none; reads and writes profiles, and beside the coupons the rows that
// say which person an address or number means. No consent: it needs evidence.
// Load: rare, and heavy: a call has up to 4 MiB and makes up to a thousand
// coupons or customers, many at a time. So it stands apart from the functions
// coupons and customers, whose callers would wait behind it.
package imports

import (
	"context"
	"net/http"
	"sync"
	"time"
	_ "time/tzdata" // profiles name time zones, and the machine may know none

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
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
	// ImportCustomers does so for customers. become gives what one who exists becomes by a line.
	ImportCustomers(ctx context.Context, sp shop.Space, i coupon.Import, p coupon.ImportPartIssue, lines []customer.Line,
		become func(ctx context.Context, prev, line customer.Customer) (customer.Customer, error)) (coupon.ImportPart, error)
	// ImportedPart reads a part that is done.
	ImportedPart(ctx context.Context, sp shop.Space, id string, number int) (coupon.ImportPart, error)
}

type handler struct {
	front web.Front
	store Store
	rows  func() web.Rows[customer.Row]
}

const tag = "Imports"

// maxPart is the largest body of a part. Base64, as the gateway wraps what is not text, makes it a third larger; Lambda takes 6 MB.
const maxPart = 4 << 20

// answerWithin leaves a thousand customers time on a table that has had no load
// before; the function's own timeout (template.yaml) is 29 seconds.
const answerWithin = 26 * time.Second

// New makes the function.
func New(f web.Front, store Store) http.Handler {
	f.Within = answerWithin
	api, h := web.NewAPI(f), handler{f, store, sync.OnceValue(web.NewRows[customer.Row])}
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/imports", ID: "create_import", Tag: tag, Scope: shop.CouponsWrite, OrScope: shop.CustomersWrite,
		Status: http.StatusCreated, Errors: []int{404, 409}, Summary: "Begin to import existing codes or customers",
		Doc: "Then send them in parts. Codes are issued under the campaign's present terms. For customers say with `on_existing` what becomes of " +
			"those who are there already, by their id: `replace` (as PUT does) or `skip`. The key needs the scopes that single coupons or customers do.",
	}, h.create)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/imports", ID: "list_imports", Tag: tag, Scope: shop.CouponsRead, OrScope: shop.CustomersRead,
		Summary: "List imports, newest first",
	}, h.list)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/imports/{id}", ID: "get_import", Tag: tag, Scope: shop.CouponsRead, OrScope: shop.CustomersRead,
		Errors: []int{404}, Summary: "Read an import: how many lines were accepted",
	}, h.get)
	web.Handle(api, web.Op{
		Method: http.MethodPut, Path: "/v1/imports/{id}/parts/{n}", ID: "put_import_part", Tag: tag, Scope: shop.CouponsWrite, OrScope: shop.CustomersWrite,
		Errors: []int{404, 409, 413, 415}, Summary: "Import a part", MaxBody: maxPart, Takes: []string{"text/csv", "application/x-ndjson"},
		Doc: "Up to 1,000 lines and 4 MiB. Codes: CSV (columns `code`, `customer`, `starts_at`, `expires_at`; in this order, or as a heading names them) " +
			"or JSON Lines with the same members. Customers: CSV in UTF-8 with a heading (`id`, and of `given_name`, `family_name`, `full_name`, " +
			"`salutation`, `salutation_text`, `language`, `email`, `phone`, `phone_country`, `birthday`, `time_zone`, `address.lines` with line breaks " +
			"in the cell, `address.postal_code`, `address.city`, `address.region`, `address.country`, `tags` with commas between them, and `metadata` " +
			"as a JSON object or `metadata.<key>` what you have), or JSON Lines: `id` and the fields of `PUT /v1/customers/{id}`. A column that is none of these " +
			"refuses the part before any line. The answer reports every refused line; the others are coupons or customers now. Of customers it " +
			"names line, field and reason, no value. Send the same part again after whatever went wrong: it goes on where it stopped, and gives the same report. " +
			"Other content under the same number is 409 `import_part_differs`.",
	}, h.put)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/imports/{id}/parts/{n}", ID: "get_import_part", Tag: tag, Scope: shop.CouponsRead, OrScope: shop.CustomersRead,
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
	Kind       coupon.ImportKind `json:"kind" enum:"codes,customers"`
	Campaign   string            `json:"campaign,omitzero" maxLength:"64" doc:"Of codes; it is needed." example:"camp_06kd8t5v2w7x9y3z"`
	Shared     bool              `json:"shared,omitzero" doc:"Of codes: everybody may use each; otherwise each is for one use."`
	OnExisting coupon.OnExisting `json:"on_existing,omitzero" enum:"replace,skip" doc:"Of customers; it is needed: what becomes of those who are there already."`
	Metadata   map[string]string `json:"metadata,omitempty" maxProperties:"50"`
}

// check wants what belongs to the kind, and nothing of the other.
func (r ImportRequest) check() error {
	needed, given, other := "campaign", r.Campaign != "", "on_existing"
	foreign := r.OnExisting != ""
	if r.Kind == coupon.ImportCustomers {
		needed, given, other, foreign = "on_existing", r.OnExisting != "", "campaign", r.Campaign != "" || r.Shared
	}
	switch {
	case !given:
		return coupon.ErrFieldMissing.At(needed)
	case foreign:
		return fault.ErrInvalid.At(other)
	}
	return nil
}

// Output is an import.
type Output struct{ Body coupon.Import }

// IDInput names an import.
type IDInput struct {
	ID string `path:"id" maxLength:"64" example:"imp_06kd8t5v2w7x9y3z"`
}

// ListOutput is a page of imports.
type ListOutput struct{ Body *web.List[coupon.Import] }
