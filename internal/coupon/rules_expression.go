package coupon

import "github.com/lagniappe/lagniappe/internal/fault"

// What can be wrong with an expression when it is saved.
var (
	ErrExpressionInvalid      = fault.Define(fault.Invalid, "expression_invalid")
	ErrExpressionNotPermitted = fault.Define(fault.Invalid, "expression_not_permitted")
	ErrExpressionTooCostly    = fault.Define(fault.Invalid, "expression_too_costly")
)

// Expression is a condition that was compiled.
type Expression interface {
	// Holds evaluates it, at a cost that was bounded when it was compiled.
	Holds(*Environment) (bool, error)
	// Facts are the customer facts that it asks for, by name.
	Facts() []string
}

// Language compiles expressions; its errors are the faults above. It may
// remember what it compiled.
type Language func(text string) (Expression, error)

var language Language = func(string) (Expression, error) {
	return nil, fault.ErrInternal.In("coupon: no language was registered (import internal/expression)")
}

// RegisterLanguage makes expressions understood. It is for the init of the
// package that brings the language, like an image format's: its library is a
// third of a function's code, so only functions that ask rules import it.
func RegisterLanguage(l Language) { language = l }

// compiles refuses an expression that does not.
func compiles(at, text string) error {
	if text == "" {
		return nil
	}
	_, err := language(text)
	if f, ok := fault.As(err); ok {
		return f.At(at)
	}
	return err
}

// checkExpression asks the expression last. One that cannot be evaluated does
// not hold: a mistake of the shop's must neither give anything away nor fail the call.
func (r *Rules) checkExpression(c *Cart, f *failures) {
	if r.Expression == "" {
		return
	}
	e, err := language(r.Expression)
	if err != nil {
		f.add(ErrExpressionFailed.At("order").Because(err))
		return
	}
	if !c.knowsAll(e.Facts(), f) {
		return
	}
	holds, err := e.Holds(c.environment(r))
	switch {
	case err != nil:
		f.add(ErrExpressionFailed.At("order").Because(err))
	case !holds:
		f.add(ErrExpressionNotMet.At("order"))
	}
}
