// Package fault is how every part of Lagniappe says no.
//
// A fault has a kind (what sort of no: it decides the HTTP status), a stable
// code that callers may program against, the field at fault, and arguments for
// the sentence that the caller reads. It never carries text from inside: the
// cause stays in Err, which only the log sees. Package web renders faults, in
// one place; everything that is not a fault becomes a plain 500 there.
//
// A package defines its faults once, as variables, with [Define], and gives
// each use its details:
//
//	var ErrCouponExpired = fault.Define(fault.Conflict, "coupon_expired")
//	return ErrCouponExpired.At("codes[0]").Arg("ExpiresAt", t)
package fault

import (
	"errors"
	"maps"
	"slices"
)

// Kind sorts faults by what the caller can do about them.
type Kind uint8

// The kinds, in the order of the HTTP statuses that web maps them to.
const (
	Internal     Kind = iota // our mistake: 500
	Malformed                // the request cannot be read: 400
	Unauthorized             // no key, or not a valid one: 401
	Forbidden                // a valid key that may not do this: 403
	NotFound                 // unknown here, another shop's included: 404
	Conflict                 // the state of things forbids it: 409
	Stale                    // If-Match names an older state: 412
	TooLarge                 // more than we read: 413
	Unsupported              // a media type that we do not read: 415
	Invalid                  // a value or a rule is violated: 422
	TooMany                  // slow down: 429
	Unavailable              // not now, try again: 503
)

// Error is one fault. Treat it as immutable: the methods return copies.
type Error struct {
	Kind  Kind
	Code  string         // stable, snake_case
	Op    string         // where it happened, for the log
	Param string         // the field at fault, as a path: order.lines[0].quantity
	Args  map[string]any // values for the sentence
	Parts []*Error       // the single faults, where there are several
	Err   error          // the cause; never shown to callers
}

var defined = make(map[string]*Error, 200) // room for all: it is filled at every cold start

// Define declares a fault. Call it from package-level variables only; a code
// that is declared twice is a programming error and panics at start-up.
func Define(kind Kind, code string) *Error {
	if defined[code] != nil {
		panic("fault: code declared twice: " + code)
	}
	e := &Error{Kind: kind, Code: code}
	defined[code] = e
	return e
}

// Codes lists every declared code, so that a test can prove that each has its sentences.
func Codes() []string { return slices.Sorted(maps.Keys(defined)) }

// Error is for logs: code, operation and cause.
func (e *Error) Error() string {
	s := e.Code
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Param != "" {
		s += " at " + e.Param
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is compare by code, so that a detailed copy matches its definition.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// At names the field at fault.
func (e *Error) At(param string) *Error {
	c := *e
	c.Param = param
	return &c
}

// Arg adds a value for the sentence.
func (e *Error) Arg(name string, value any) *Error {
	c := *e
	c.Args = maps.Clone(e.Args)
	if c.Args == nil {
		c.Args = map[string]any{}
	}
	c.Args[name] = value
	return &c
}

// In names the operation, for the log.
func (e *Error) In(op string) *Error {
	c := *e
	c.Op = op
	return &c
}

// Because keeps the cause, for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// Of lists the single faults behind e.
func (e *Error) Of(parts ...*Error) *Error {
	c := *e
	c.Parts = parts
	return &c
}

// As finds the fault in err's chain.
func As(err error) (*Error, bool) { return errors.AsType[*Error](err) }

// IsOutage tells an error that says nothing about what was asked: sent again, the same may go well.
func IsOutage(err error) bool {
	f, ok := As(err)
	return err != nil && (!ok || f.Kind == Internal || f.Kind == Unavailable)
}
