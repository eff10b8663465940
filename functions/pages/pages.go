// Package pages shows people and tools what is here: the API reference, the
// OpenAPI document, and a helpful answer to every address that does not exist.
//
// Who may call it: anybody, without a key.
// What it may touch: nothing; all it shows is compiled in.
// Load: light.
package pages

import (
	"context"
	"net/http"

	"github.com/lagniappe/lagniappe/infra/openapi"
	"github.com/lagniappe/lagniappe/internal/web"
)

// New makes the function.
func New(f web.Front) http.Handler {
	api := web.NewAPI(f)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/", ID: "reference", Tag: "Reference", Summary: "This API as a page for people",
	}, reference)
	web.Handle(api, web.Op{
		Method: http.MethodGet, Path: "/openapi.json", ID: "openapi", Tag: "Reference", Summary: "This API as an OpenAPI 3.1 document",
	}, document)
	return api.Handler()
}

// Output is a page or a document.
type Output struct {
	ContentType string `header:"Content-Type"`
	Cache       string `header:"Cache-Control"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

const (
	cache  = "public, max-age=300"
	policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

func reference(context.Context, *struct{}) (*Output, error) {
	page, err := referencePage()
	return &Output{"text/html; charset=utf-8", cache, policy, page}, err
}

func document(context.Context, *struct{}) (*Output, error) {
	return &Output{"application/openapi+json", cache, policy, openapi.Document}, nil
}
