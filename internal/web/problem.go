package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
)

// Problem is an error as callers see it: RFC 9457 with a stable code.
type Problem struct { //nolint:errname // RFC 9457's own word; it is the schema's name in the contract
	Type      string         `json:"type" doc:"Always about:blank; tell problems apart by code."`
	Title     string         `json:"title" doc:"The HTTP status in words."`
	Status    int            `json:"status"`
	Code      string         `json:"code" doc:"Stable; program against it." example:"coupon_expired"`
	Detail    string         `json:"detail" doc:"What is wrong and what to do, in the caller's language (Accept-Language: en, de)."`
	Param     string         `json:"param,omitzero" doc:"The field at fault." example:"order.lines[0].quantity"`
	Values    map[string]any `json:"values,omitempty" doc:"The numbers and ids in the sentence, for programs."`
	RequestID string         `json:"request_id,omitzero"`
	Errors    []ProblemPart  `json:"errors,omitempty" doc:"The single faults, where there are several."`
}

// ProblemPart is one fault of several.
type ProblemPart struct {
	Code   string         `json:"code" example:"minimum_amount_missed"`
	Detail string         `json:"detail"`
	Param  string         `json:"param,omitzero"`
	Values map[string]any `json:"values,omitempty"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Code }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var statuses = map[fault.Kind]int{
	fault.Internal: http.StatusInternalServerError, fault.Malformed: http.StatusBadRequest,
	fault.Unauthorized: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Stale: http.StatusPreconditionFailed,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unsupported: http.StatusUnsupportedMediaType,
	fault.Invalid: http.StatusUnprocessableEntity, fault.TooMany: http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable,
}

// NewProblem renders a fault in the language that the caller prefers.
func NewProblem(f *fault.Error, acceptLanguage, requestID string) *Problem {
	lang := preferred(acceptLanguage)
	status := statuses[f.Kind]
	p := &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Code: f.Code,
		Detail: sentence(lang, f), Param: f.Param, Values: f.Args, RequestID: requestID,
	}
	for _, part := range f.Parts {
		p.Errors = append(p.Errors, ProblemPart{Code: part.Code, Detail: sentence(lang, part), Param: part.Param, Values: part.Args})
	}
	return p
}

// init makes ours the one renderer of errors: what handlers return and what
// huma finds wrong with a request.
func init() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		if status == 0 { // at registration, to see what type errors have: no sentence is needed yet
			return &Problem{}
		}
		return NewProblem(requestFault(status, errs), "", "")
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		f := requestFault(status, errs)
		if message == noBody {
			f = errBodyMissing
		}
		noteFault(ctx.Context(), f)
		if f.Kind == fault.Unavailable {
			ctx.SetHeader("Retry-After", "1")
		}
		if after, ok := f.Args[fault.RetryAfter].(int64); ok {
			ctx.SetHeader("Retry-After", strconv.FormatInt(after, 10))
		}
		if f.Kind == fault.Unauthorized {
			ctx.SetHeader("WWW-Authenticate", "Bearer")
		}
		return NewProblem(f, ctx.Header("Accept-Language"), requestID(ctx.Context()))
	}
	huma.ValidateStrictCasing = true // strictJSON is strict, too
	sayInCodes()
}

// writeProblem renders a fault outside of any operation.
func writeProblem(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	noteFault(r.Context(), f)
	p := NewProblem(f, r.Header.Get("Accept-Language"), requestID(r.Context()))
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller may have left
}

// maxParts bounds an answer: a small body can be wrong in thousands of places.
const maxParts = 20

// requestFault gives the fault behind what huma reports: a handler's own, or
// the list of what is wrong with the request.
func requestFault(status int, errs []error) *fault.Error {
	var parts []*fault.Error
	for _, err := range errs {
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			parts = append(parts, detailFault(d))
		} else if err != nil {
			return faultOf(err)
		}
	}
	whole := requestFaults[status]
	if whole == nil {
		whole = fault.ErrInternal
	}
	if status == http.StatusUnsupportedMediaType {
		return whole
	}
	if len(parts) == 1 {
		one := *parts[0]
		one.Kind = whole.Kind
		return &one
	}
	if len(parts) > maxParts {
		parts = parts[:maxParts]
	}
	if len(parts) > 0 {
		return whole.At(parts[0].Param).Of(parts...)
	}
	return whole
}

// limited adds the bound that a value missed; as a number where it is one.
func limited(f *fault.Error, bound string) *fault.Error {
	if n, err := strconv.ParseFloat(bound, 64); err == nil { // huma writes large bounds as 1e+09
		return f.Arg("limit", int64(n))
	}
	if bound != "" && utf8.ValidString(bound) {
		return f.Arg("limit", bound)
	}
	return f
}

// The findings that huma has no variable for.
const (
	unknownQuery = "unknown query parameter"
	noParameter  = "required query parameter is missing"
	noBody       = "request body is required"
	badTime      = "invalid date/time" // in a query; the message goes on
)

// detailFault reads one of huma's findings: its message is a code of ours with
// arguments (see sayInCodes), its location begins with where the value stood.
func detailFault(d *huma.ErrorDetail) *fault.Error {
	code, arg, _ := strings.Cut(d.Message, "|")
	f, known := findings[code]
	switch {
	case code == unknownQuery:
		f, known = errFieldUnknown, true
	case code == noParameter:
		f, known = errFieldMissing, true
	case strings.HasPrefix(code, badTime):
		f, known = errTimeInvalid, true
	}
	if !known {
		f, arg = fault.ErrInvalid, ""
	}
	_, param, _ := strings.Cut(d.Location, ".")
	switch {
	case f == errBodyMalformed:
		return f
	case d.Location == "body" && (f == errFieldRepeated || f == fault.ErrInvalid):
		return f.At(arg)
	case f == errFieldMissing:
		return f.At(strings.Trim(param+"."+arg, "."))
	case (f == errTooLong || f == errTooShort) && strings.HasSuffix(param, "country"): // "Germany": how long a code is tells nobody which
		return order.ErrCountryUnknown.At(param).Arg("country", d.Value)
	}
	if param == "" {
		param = d.Location
	}
	return limited(f.At(param), arg)
}
