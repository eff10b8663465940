// Package web is the one way in: it checks the key, decodes and validates the
// request, and renders answers and problems. Handlers are typed functions that
// return a value or an error; [Handle] registers them together with their part
// of the OpenAPI document, so that contract and code are one thing.
//
// A request passes: request id, log line and panic guard (middleware.go) → key
// and scope (auth.go) → strict JSON and schema (json.go, huma) → handler →
// answer, or the one renderer of problems (problem.go, sentences.go).
package web

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Callers checks keys.
type Callers interface {
	// Caller finds whose key it is, or shop.ErrKeyInvalid.
	Caller(ctx context.Context, token string) (shop.Caller, error)
}

// Front is what every HTTP function is built with.
type Front struct {
	Callers   Callers
	Vault     *shop.Vault
	Now       func() time.Time
	Log       *slog.Logger
	RequestID func(context.Context) string // nil: drawn at random
	Trace     func(context.Context) string // the trace header, as Lambda tells it; nil: the request's own
	Metrics   metric.Sink                  // zero: nothing is counted
	Document  *huma.OpenAPI                // nil: the function's own; the contract collects all in one
	Within    time.Duration                // ends what a request may wait for; 0: as everywhere
}

// API is one function's operations.
type API struct {
	front Front
	mux   *http.ServeMux
	huma  huma.API
	terse bool // the document is nobody's: answers are not described
}

// MaxBody is the largest request body in bytes.
const MaxBody = 64 << 10

// NewAPI makes an API without operations.
func NewAPI(f Front) *API {
	a := &API{front: f, mux: http.NewServeMux(), terse: f.Document == nil}
	if !a.terse {
		a.open(exact{a.mux})
	}
	a.mux.HandleFunc("/", NotFound)
	return a
}

// open makes what operations are registered with; they are mounted on m.
func (a *API) open(m humago.Mux) {
	if a.terse {
		a.front.Document = NewDocument()
		a.describeNot(reflect.TypeFor[Problem]())
	}
	a.huma = humago.New(m, huma.Config{
		OpenAPI:                      a.front.Document,
		Formats:                      map[string]huma.Format{"application/json": strictJSON, "json": strictJSON},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	})
	a.huma.UseMiddleware(a.authenticate)
}

// exact is a mux in which "/" means the root alone, as it does in the contract
// and for the gateway; to http.ServeMux it means everything.
type exact struct{ *http.ServeMux }

// HandleFunc implements humago.Mux.
func (m exact) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	if strings.HasSuffix(pattern, " /") {
		pattern += "{$}"
	}
	m.ServeMux.HandleFunc(pattern, h)
}

// lone is the mux of a single operation, whose route was matched already.
type lone struct{ http.Handler }

// HandleFunc implements humago.Mux.
func (l *lone) HandleFunc(_ string, h func(http.ResponseWriter, *http.Request)) {
	l.Handler = http.HandlerFunc(h)
}

// NotFound answers a route that does not exist, or not with that method.
func NotFound(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, r, fault.ErrNotFound.In("web.NotFound"))
}

// Handler gives the API as an http.Handler, with everything around it.
func (a *API) Handler() http.Handler { return a.front.guard(a.mux) }
