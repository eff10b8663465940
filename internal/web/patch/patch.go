// Package patch reads merge patches. It stands apart from package web so that
// functions that change nothing do not load what they are applied with.
package patch

import (
	"encoding/json"
	"errors"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Of is a merge patch (RFC 7396) for a T.
type Of[T any] struct{ raw json.RawMessage }

// Schema implements huma.SchemaProvider.
func (Of[T]) Schema(r huma.Registry) *huma.Schema { return Schema[T](r) }

// UnmarshalJSON keeps the patch as it is.
func (p *Of[T]) UnmarshalJSON(b []byte) error { return p.raw.UnmarshalJSON(b) }

// Apply gives the value as patched.
func (p Of[T]) Apply(v T) (T, error) { return Apply(v, p.raw) }

// Schema is a T in which every field may be left out or null, so that a
// patch is held to the same bounds.
func Schema[T any](r huma.Registry) *huma.Schema {
	s := optional(r, huma.SchemaFromType(r, reflect.TypeFor[T]()))
	s.Nullable = false
	s.PrecomputeMessages()
	return s
}

// optional copies a schema so that it and, in objects, all its fields may be
// null or missing. Arrays stay whole: a merge patch replaces them.
func optional(r huma.Registry, s *huma.Schema) *huma.Schema {
	if s.Ref != "" {
		s = r.SchemaFromRef(s.Ref)
	}
	c := *s
	c.Nullable, c.Required = true, nil
	if s.Properties != nil {
		c.Properties = make(map[string]*huma.Schema, len(s.Properties))
		for name, field := range s.Properties {
			c.Properties[name] = optional(r, field)
		}
	}
	if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
		c.AdditionalProperties = optional(r, values)
	}
	c.PrecomputeMessages()
	return &c
}

// Apply gives v with a merge patch on it.
func Apply[T any](v T, patch json.RawMessage) (out T, err error) {
	before, err := json.Marshal(v)
	if err != nil {
		return out, err
	}
	after, err := jsonpatch.MergePatch(before, patch)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(after, &out); err != nil {
		f := fault.ErrInvalid.Because(err)
		if typed, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			f = f.At(typed.Field)
		}
		return out, f
	}
	return out, nil
}
