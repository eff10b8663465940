package main

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// openAnswers lets the objects that only answers have grow: /v1 promises new
// optional fields, and a client generated from this document must not refuse
// them. What requests have stays closed, as the code is.
func openAnswers(doc *huma.OpenAPI) {
	closed := map[string]bool{}
	schemas := doc.Components.Schemas.Map()
	for _, path := range doc.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Put, path.Patch, path.Options} {
			if op != nil && op.RequestBody != nil {
				for _, m := range op.RequestBody.Content {
					reach(schemas, m.Schema, closed)
				}
			}
		}
	}
	for name, s := range schemas {
		if !closed[name] && s.Type == huma.TypeObject {
			s.AdditionalProperties = true
		}
	}
}

// reach marks every schema that s leads to.
func reach(schemas map[string]*huma.Schema, s *huma.Schema, seen map[string]bool) {
	if s == nil {
		return
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok && !seen[name] {
		seen[name] = true
		reach(schemas, schemas[name], seen)
	}
	reach(schemas, s.Items, seen)
	for _, p := range s.Properties {
		reach(schemas, p, seen)
	}
	for _, o := range s.OneOf {
		reach(schemas, o, seen)
	}
}
