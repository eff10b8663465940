package web

import (
	"cmp"
	"context"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lagniappe/lagniappe/internal/shop"
)

// Op describes an operation.
type Op struct {
	Method, Path string
	ID           string // operationId
	Summary      string
	Doc          string
	Tag          string
	Scope        shop.Scope // what the key must permit; empty: anybody
	OrScope      shop.Scope // permits it, too; the handler says to whom what
	Browser      bool       // open to publishable keys, and so to other origins
	Status       int        // of success; 200 where unset
	Errors       []int      // statuses beside the usual
	Replays      bool       // a repeated POST, or a PUT of what is there, answers 200 instead of 201

	// Of a handler that chooses between JSON and other media types: the type of
	// the JSON answer, and the others.
	Answer reflect.Type
	Also   []string

	MaxBody int      // bytes of the largest body; 0: as everywhere
	Takes   []string // media types of a body that the handler reads itself
}

// Handle registers an operation. A deployed function prepares each when it is
// first called, since an instance mostly serves one kind of call: preparing all
// of them was most of its cold start. What is wrong with a registration shows in
// the contract's test, which prepares all.
func Handle[I, O any](a *API, op Op, h func(context.Context, *I) (*O, error)) {
	if !a.terse {
		register(a, op, h)
		return
	}
	prepared := sync.OnceValue(func() http.Handler {
		var one lone
		api := &API{front: a.front, terse: true}
		api.open(&one)
		register(api, op, h)
		return one
	})
	exact{a.mux}.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) { prepared().ServeHTTP(w, r) })
}

func register[I, O any](a *API, op Op, h func(context.Context, *I) (*O, error)) {
	o := op.huma()
	body, ok := reflect.TypeFor[O]().FieldByName("Body")
	switch {
	case op.Answer != nil:
		a.describeBoth(op, &o)
	case ok && a.terse:
		a.describeNot(body.Type)
	}
	huma.Register(a.huma, o, h)
	if op.Replays {
		responses := a.operation(op).Responses
		again := *responses["201"]
		again.Description = "The first answer again"
		responses["200"] = &again
	}
}

func (a *API) operation(op Op) *huma.Operation {
	path := a.front.Document.Paths[op.Path]
	if op.Method == http.MethodPut {
		return path.Put
	}
	return path.Post
}

// describeNot leaves the schema of an answer empty. A deployed function needs
// schemas to check requests; those of answers are for the contract alone, and
// were a third of what registration costs at a cold start. So no request may
// have the type of an answer; the contract's test sees to it.
func (a *API) describeNot(answer reflect.Type) {
	if answer.Kind() == reflect.Pointer {
		answer = answer.Elem()
	}
	a.front.Document.Components.Schemas.RegisterTypeAlias(answer, reflect.TypeFor[struct{}]())
}

// describeBoth says what an answer of several kinds is; its Go type, any, says nothing.
func (a *API) describeBoth(op Op, o *huma.Operation) {
	if a.terse {
		return
	}
	content := map[string]*huma.MediaType{
		"application/json": {Schema: a.front.Document.Components.Schemas.Schema(op.Answer, true, op.ID+"Response")},
	}
	for _, media := range op.Also {
		content[media] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	o.Responses = map[string]*huma.Response{"200": {Content: content}}
}

// ListOf is the type of a page, for [Op.Answer].
func ListOf[T any]() reflect.Type { return reflect.TypeFor[*List[T]]() }

func (op Op) huma() huma.Operation {
	o := huma.Operation{
		Method: op.Method, Path: op.Path, OperationID: op.ID, Summary: op.Summary, Description: op.Doc,
		DefaultStatus: op.Status, MaxBodyBytes: int64(cmp.Or(op.MaxBody, MaxBody)) + 1, // huma refuses at the bound itself
		BodyReadTimeout: -1, Errors: op.Errors,
		Metadata: map[string]any{metaOp: op},
	}
	if len(op.Takes) > 0 {
		o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	}
	for _, media := range op.Takes {
		o.RequestBody.Content[media] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	if op.Tag != "" {
		o.Tags = []string{op.Tag}
	}
	if op.Scope != "" {
		o.Security = []map[string][]string{{"secret_key": {string(op.Scope)}}}
		o.Errors = append(o.Errors, 400, 401, 403, 422, 429, 500, 503)
	}
	if op.OrScope != "" {
		o.Security = append(o.Security, map[string][]string{"secret_key": {string(op.OrScope)}})
	}
	if op.Browser && op.Scope != "" {
		o.Security = append(o.Security, map[string][]string{"publishable_key": {string(op.Scope)}})
	}
	return o
}
