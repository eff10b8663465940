// Package customers keeps who a shop's customers are, what they have agreed to, and
// by which names they are grouped.
//
// Who may call it: the shop's server (secret key); to confirm and to withdraw a
// consent anybody who holds the token for it.
// What it may touch: reads keys; reads and writes people, and beside the coupons
// the rows that say which person an address or number means. To export what is
// held about a person it reads that one's orders and coupons, and where stages begin.
// An erasure it puts on the list of what is due; the function jobs does it.
// Load: medium; imports come in bursts.
package customers

import (
	"context"
	"net/http"
	_ "time/tzdata" // profiles name time zones, and the machine may know none

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Store is what the function needs of storage.
type Store interface {
	// Customer reads one by who it is: customer.Ref's Person. Of one who was merged it is customer.ErrMerged.
	Customer(ctx context.Context, sp shop.Space, person string) (customer.Customer, error)
	// FindCustomer finds one by an id, address or number that is theirs, or was.
	FindCustomer(ctx context.Context, sp shop.Space, person string) (customer.Customer, error)
	// SaveCustomer puts next in the place of prev, or answers fault.ErrStale, or customer.ErrIdentityTaken.
	SaveCustomer(ctx context.Context, sp shop.Space, prev, next customer.Customer) (customer.Customer, error)
	// MergeCustomers joins one in another, which becomes next where it is prev, or answers fault.ErrStale.
	MergeCustomers(ctx context.Context, sp shop.Space, prev, next, from customer.Customer) (customer.Customer, error)
	// Customers lists newest first; the string says where the next page begins.
	Customers(ctx context.Context, sp shop.Space, below string, limit int) ([]customer.Customer, string, error)
	// EraseCustomer begins to erase one, or gives the erasure that has begun.
	EraseCustomer(ctx context.Context, sp shop.Space, person string) (customer.Erasure, error)
	// Duplicates lists who may be the same person.
	Duplicates(ctx context.Context, sp shop.Space, c customer.Customer) ([]customer.Duplicate, error)
	ConsentStore
	ExportStore
	SegmentStore
}

type handler struct {
	front web.Front
	store Store
}

const tag = "Customers"

// New makes the function.
func New(f web.Front, store Store) http.Handler {
	api, h := web.NewAPI(f), handler{f, store}
	web.Handle(api, web.Op{
		Method: http.MethodPut, Path: "/v1/customers/{id}", ID: "put_customer", Tag: tag, Scope: shop.CustomersWrite,
		Status: http.StatusCreated, Replays: true, Errors: []int{409, 412}, Summary: "Create or replace a customer",
		Doc: "The whole profile under your own id: what is left out is taken off. Sending the same again changes nothing. " +
			"201 made it, 200 did not. Values are refused or stored exactly as they came. An e-mail address and a phone number lead to " +
			"one customer: of another one, now or formerly, they are 409 `identity_taken`. Send the ETag that you read in If-Match to " +
			"replace only that state.",
	}, h.put)
	web.Handle(api, web.Op{
		Method: http.MethodPatch, Path: "/v1/customers/{id}", ID: "change_customer", Tag: tag, Scope: shop.CustomersWrite,
		Errors: []int{404, 409, 412}, Summary: "Change a customer",
		Doc: "A merge patch (RFC 7396): what is named changes, null removes. With If-Match only the state that you read is changed.",
	}, h.change)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/customers/{id}", ID: "get_customer", Tag: tag, Scope: shop.CustomersRead,
		Errors: []int{404}, Summary: "Read a customer",
		Doc: "By the id of one who was merged it is the one into whom: see `id` of the answer.",
	}, h.get)
	web.Handle(api, web.Op{
		Method: http.MethodDelete, Path: "/v1/customers/{id}", ID: "erase_customer", Tag: tag, Scope: shop.CustomersWrite,
		Status: http.StatusAccepted, Errors: []int{404, 409}, Summary: "Erase a customer",
		Doc: "At once nobody finds the profile any more. Within minutes all that was told of the customer up to then goes: profile, " +
			"addresses, consents, orders and returns, events. Redemptions and coupons stay without the name. The event `customer.erased` " +
			"says when it is done; its subject is the erasure, since nothing names the customer any more. Until then the id cannot be used " +
			"again (409 `erasure_in_progress`). Doing it twice is doing it once.",
	}, h.erase)
	h.lists(api)
	h.merges(api)
	h.consents(api)
	h.exports(api)
	h.segments(api)
	return api.Handler()
}

func (h handler) lists(api *web.API) {
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/customers", ID: "list_customers", Tag: tag, Scope: shop.CustomersRead,
		Summary: "List customers, newest first; export them as CSV or JSON Lines", Also: []string{"text/csv", "application/x-ndjson"},
		Answer: web.ListOf[customer.Customer](),
		Doc: "With `format=csv` or `format=jsonl` (or such an `Accept`) these are the rows that an import of customers takes: id and profile, " +
			"exactly as stored. The next page's address is then in the header `Link`. A page ends with `limit` customers or 4 MB, whatever comes first. " +
			"What a spreadsheet might take for a formula is not disguised: open a CSV file there as text.",
	}, h.list)
	web.Handle(api, web.Op{
		Method: http.MethodPost, Path: "/v1/customers/search", ID: "search_customers", Tag: tag, Scope: shop.CustomersRead,
		Summary: "Find a customer by id, e-mail address or phone number",
		Doc: "By exactly one of them. A POST, so that no address stands in a URL. An address that the customer no longer has still " +
			"finds the customer. The list has one or none.",
	}, h.search)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/v1/customers/{id}/duplicates", ID: "list_duplicates", Tag: tag, Scope: shop.CustomersRead,
		Errors: []int{404}, Summary: "Which other customers may be the same person?",
		Doc: "Customers with the same name and birthday, or the same name and postal address; letter case, ways to compose letters " +
			"and spaces do not matter. (An e-mail address or phone number cannot be shared at all.) Up to 50 for each reason.",
	}, h.duplicates)
}
