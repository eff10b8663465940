package web

import (
	"encoding/json"
	"errors"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Patch is a merge patch (RFC 7396) for a T.
type Patch[T any] struct{ raw json.RawMessage }

// Schema implements huma.SchemaProvider.
func (Patch[T]) Schema(r huma.Registry) *huma.Schema { return PatchSchema[T](r) }

// UnmarshalJSON keeps the patch as it is.
func (p *Patch[T]) UnmarshalJSON(b []byte) error { return p.raw.UnmarshalJSON(b) }

// Apply gives the value as patched.
func (p Patch[T]) Apply(v T) (T, error) { return ApplyPatch(v, p.raw) }

// PatchSchema is a T in which every field may be left out or null, so that a
// patch is held to the same bounds.
func PatchSchema[T any](r huma.Registry) *huma.Schema {
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

// ApplyPatch gives v with a merge patch on it.
func ApplyPatch[T any](v T, patch json.RawMessage) (out T, err error) {
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
