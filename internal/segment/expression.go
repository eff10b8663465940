package segment

import (
	"slices"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// What an expression may ask for that has to be known, or that changes by itself.
const (
	FactNow      = "now"      // the time has a part in it
	FactOrdered  = "ordered"  // days since an order: there was one, and the time has a part in it
	FactBirthday = "birthday" // it is known
)

// Expression is a condition that was compiled.
type Expression interface {
	// Holds evaluates it, at a cost that was bounded when it was compiled.
	Holds(*Environment) (bool, error)
	// Facts are those of the above that it asks for.
	Facts() []string
}

var language = func(string) (Expression, error) {
	return nil, fault.ErrInternal.In("segment: no language was registered (import internal/expression)")
}

// RegisterLanguage makes expressions understood; see coupon.RegisterLanguage.
func RegisterLanguage(l func(text string) (Expression, error)) { language = l }

// Compiled is a definition that can be asked.
type Compiled struct{ is Expression }

// Compile checks an expression.
func (d Definition) Compile() (Compiled, error) {
	e, err := language(d.Expression)
	return Compiled{e}, err
}

// Holds reports whether somebody is in the segment. An expression that asks for
// what is not known of them does not hold, nor does one that cannot be evaluated:
// nobody is put into a group by a mistake.
func (c Compiled) Holds(e *Environment) bool {
	if c.is == nil || slices.ContainsFunc(c.is.Facts(), func(fact string) bool { return lacks(e, fact) }) {
		return false
	}
	holds, err := c.is.Holds(e)
	return err == nil && holds
}

// Moves reports whether time alone changes who is in the segment.
func (c Compiled) Moves() bool {
	return c.is != nil && (slices.Contains(c.is.Facts(), FactNow) || slices.Contains(c.is.Facts(), FactOrdered))
}

func lacks(e *Environment, fact string) bool {
	switch fact {
	case FactOrdered:
		return e.Customer.OrdersCount == 0
	case FactBirthday:
		return e.Customer.BirthdayMonth == 0
	}
	return false
}
