package web

import (
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Rows reads single objects out of a large body as a body of their own would be
// read: as strictly, by the same schema, with the same faults.
type Rows[T any] struct {
	registry huma.Registry
	schema   *huma.Schema
}

// NewRows prepares to read.
func NewRows[T any]() Rows[T] {
	r := newSchemas()
	return Rows[T]{r, r.Schema(reflect.TypeFor[T](), false, "")}
}

// Read gives the object, or what is wrong with it.
func (r Rows[T]) Read(data []byte) (v T, f *fault.Error) {
	var parsed any
	if err := strictJSON.Unmarshal(data, &parsed); err != nil {
		return v, unreadable(err)
	}
	var found huma.ValidateResult
	at := huma.NewPathBuffer(nil, 0)
	at.Push("body")
	huma.Validate(r.registry, r.schema, at, huma.ModeWriteToServer, parsed, &found)
	if len(found.Errors) > 0 {
		return v, requestFault(http.StatusUnprocessableEntity, found.Errors)
	}
	if err := strictJSON.Unmarshal(data, &v); err != nil {
		return v, unreadable(err)
	}
	return v, nil
}

// unreadable is what is made of a body that is no JSON, or not of this type.
func unreadable(err error) *fault.Error {
	return requestFault(http.StatusUnprocessableEntity, []error{&huma.ErrorDetail{Message: err.Error(), Location: "body"}})
}
