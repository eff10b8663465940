package coupons

import (
	"context"
	"net/http"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// BatchStore is what batches need of storage.
type BatchStore interface {
	// AnsweredBatch gives the first answer to a repeated call, if there is one.
	AnsweredBatch(ctx context.Context, sp shop.Space, k idem.Key) (coupon.Batch, bool, error)
	// CreateBatch answers fault.ErrStale where the campaign was changed since it was read, before its first issue.
	CreateBatch(ctx context.Context, sp shop.Space, i coupon.BatchIssue, once idem.Key) (coupon.Batch, error)
	Batch(ctx context.Context, sp shop.Space, id string) (coupon.Batch, error)
	// Batches lists newest first, ids below the given one.
	Batches(ctx context.Context, sp shop.Space, campaign, below string, limit int) ([]coupon.Batch, error)
	RevokeBatch(ctx context.Context, sp shop.Space, id string) (coupon.Batch, error)
}

const batchTag = "Batches"

func (h handler) batches(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/batches", ID: "create_batch", Tag: batchTag, Scope: shop.CouponsWrite,
		Status: http.StatusCreated, Errors: []int{404, 409}, Summary: "Make many codes at once",
		Doc: "However many codes, nothing but the batch is stored: code i is computed, and checked by arithmetic. Each is for one use. " +
			"A pattern whose codes could be guessed is refused with `code_space_too_small`, which names the least length. " +
			"Send an `Idempotency-Key`: without one, a repeated call makes another batch.",
	}, h.createBatch)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/batches", ID: "list_batches", Tag: batchTag, Scope: shop.CouponsRead,
		Summary: "List a campaign's batches, newest first",
	}, h.listBatches)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/batches/{id}", ID: "get_batch", Tag: batchTag, Scope: shop.CouponsRead,
		Errors: []int{404}, Summary: "Read a batch",
	}, h.getBatch)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/batches/{id}/codes", ID: "list_batch_codes", Tag: batchTag, Scope: shop.CouponsRead,
		Errors: []int{404}, Summary: "List a batch's codes, as JSON or CSV", Also: []string{"text/csv"}, Answer: web.ListOf[BatchCode](),
		Doc: "With `Accept: text/csv` or `format=csv` it is a CSV file with a heading; the next page's address is in the header `Link`, " +
			"as in JSON it is in `next_cursor`. For all of millions, the operator's command `export-codes` is faster.",
	}, h.listCodes)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/batches/{id}/revoke", ID: "revoke_batch", Tag: batchTag, Scope: shop.CouponsWrite,
		Errors: []int{404}, Summary: "Revoke a batch",
		Doc: "None of its codes can be redeemed any more, for good; what was redeemed stays so. Redemptions notice within 5 seconds. " +
			"Doing it twice is doing it once. A single code is disabled as any coupon is.",
	}, h.revokeBatch)
}

// BatchInput is a new batch.
type BatchInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Body           BatchRequest
	RawBody        []byte
}

// BatchRequest is the body that makes a batch.
type BatchRequest struct {
	Campaign  string            `json:"campaign" maxLength:"64" example:"camp_06kd8t5v2w7x9y3z"`
	Count     int64             `json:"count" minimum:"1" maximum:"100000000" example:"10000"`
	Prefix    string            `json:"prefix,omitzero" maxLength:"12" pattern:"^[0-9A-Za-z]+$" patternDescription:"letters A–Z and digits" doc:"How every code begins. Its first four characters must be nobody else's; what is missing of them is drawn." example:"SUMMER"`
	Length    int               `json:"length,omitzero" minimum:"1" maximum:"36" doc:"Characters behind the prefix, without dashes; left out, as few as are safe." example:"13"`
	Alphabet  string            `json:"alphabet,omitzero" maxLength:"32" doc:"The characters to draw from, 10 at least of 0123456789ABCDEFGHJKMNPQRSTVWXYZ; left out, all." example:"0123456789"`
	StartsAt  time.Time         `json:"starts_at,omitzero" doc:"First moment of its codes' own validity."`
	ExpiresAt time.Time         `json:"expires_at,omitzero" doc:"First moment after its codes' own validity."`
	Metadata  map[string]string `json:"metadata,omitempty" maxProperties:"50"`
}

// BatchOutput is a batch.
type BatchOutput struct{ Body coupon.Batch }

// BatchListInput says whose batches to list.
type BatchListInput struct {
	web.Paging
	Campaign string `query:"campaign" maxLength:"64" doc:"A campaign's id; it is needed."`
}

// BatchListOutput is a page of batches.
type BatchListOutput struct{ Body *web.List[coupon.Batch] }

// BatchIDInput names a batch.
type BatchIDInput struct {
	ID string `path:"id" maxLength:"64" example:"bat_06kd8t5v2w7x9y3z"`
}

// RevokeInput names a batch to revoke.
type RevokeInput struct {
	BatchIDInput
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"Accepted and ignored: doing it twice is doing it once."`
}
