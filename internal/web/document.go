package web

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lagniappe/lagniappe/internal/customer"
)

// Version is the API's version, as the contract states it.
const Version = "1.0.0"

func newSchemas() huma.Registry {
	schemas := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	schemas.RegisterTypeAlias(reflect.TypeFor[customer.Ref](), reflect.TypeFor[customerSchema]())
	return schemas
}

// NewDocument starts an OpenAPI document: what all operations share.
func NewDocument() *huma.OpenAPI {
	return &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Lagniappe", Version: Version,
			Description: "Coupons, referrals and surprises for web shops. Amounts are integers in minor units, times are RFC 3339, errors are RFC 9457 problems with a stable code.",
		},
		Components: &huma.Components{
			Schemas: newSchemas(),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"secret_key":      {Type: "http", Scheme: "bearer", Description: "`sk_live_…` or `sk_test_…`: the shop's server. Keep it there."},
				"publishable_key": {Type: "http", Scheme: "bearer", Description: "`pk_live_…` or `pk_test_…`: may stand in a web page; it can only validate."},
			},
		},
	}
}

// customerSchema describes customer.Ref: a string or an object.
type customerSchema struct{}

// Schema implements huma.SchemaProvider.
func (customerSchema) Schema(r huma.Registry) *huma.Schema {
	longest := customer.MaxID
	return &huma.Schema{
		Description: "The shop's own customer id, or {email} for a guest.",
		OneOf: []*huma.Schema{
			{Type: huma.TypeString, MaxLength: &longest, Pattern: customer.IDPattern, PatternDescription: "1 to 128 of A–Z a–z 0–9 . _ : - (no e-mail addresses)", Examples: []any{"c-1001"}},
			r.Schema(reflect.TypeFor[customer.Guest](), true, ""),
		},
	}
}
