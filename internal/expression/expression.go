// Package expression brings campaigns and segments the language of their
// expressions: a part of expr-lang/expr in which nothing is unbounded and no number
// is a float. A function that asks such rules imports it for its effect.
//
// An expression is compiled and type-checked when a campaign or segment is saved, and
// costs then what it can cost at most: there are no loops but those over an
// order's lines and the like, each of at most a hundred. It can neither call
// anything nor change anything. Sums, differences and products are checked:
// beyond [money.Max] it fails rather than wrap around.
package expression

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

func init() { coupon.RegisterLanguage(cached) }

const (
	maxLength = 1000    // characters
	maxNodes  = 300     // of the syntax tree
	maxCost   = 100_000 // visits of nodes in one evaluation, some milliseconds
	kept      = 512     // compiled expressions
)

// compiled remembers by text: an expression is compiled once in the life of an
// instance, unless hundreds of others are used.
var compiled = sync.OnceValue(func() *lru.Cache[string, coupon.Expression] {
	cache, err := lru.New[string, coupon.Expression](kept)
	if err != nil {
		panic(err) // kept is a positive constant
	}
	return cache
})

func cached(text string) (coupon.Expression, error) {
	if e, ok := compiled().Get(text); ok {
		return e, nil
	}
	e, err := compile(text)
	if err != nil {
		return nil, err
	}
	compiled().Add(text, e)
	return e, nil
}

// programOf is a compiled expression over an E; it can be evaluated concurrently.
type programOf[E any] struct {
	code  *vm.Program
	facts []string
}

type program = programOf[coupon.Environment]

// language is what an expression may speak of.
type language struct {
	environment any
	scope       []string          // names that stand by themselves; and customer, of whom only facts are asked
	facts       map[string]string // which facts an expression asks for, by the names in it
	plain       *strings.Replacer // calls things by their names in an expression, not by those of our types
}

// Facts implements coupon.Expression.
func (p *programOf[E]) Facts() []string { return p.facts }

// Holds implements coupon.Expression.
func (p *programOf[E]) Holds(env *E) (bool, error) {
	machine := vm.VM{MemoryBudget: maxCost}
	out, err := machine.Run(p.code, env)
	if err != nil {
		return false, err
	}
	holds, ok := out.(bool)
	if !ok {
		return false, fmt.Errorf("expression: a %T, not a bool", out)
	}
	return holds, nil
}

func compile(text string) (*program, error) {
	return compileIn[coupon.Environment](&ofCampaigns, text)
}

// compileIn reads an expression, holds it to what is permitted, and checks its types.
func compileIn[E any](l *language, text string) (p *programOf[E], err error) {
	if len(text) > maxLength*4 {
		return nil, coupon.ErrExpressionTooCostly
	}
	defer func() { // the text is anybody's, and a parser's panic would be our 500
		if r := recover(); r != nil {
			p, err = nil, coupon.ErrExpressionInvalid.Arg("problem", "it cannot be read").Arg("line", 1).Arg("column", 1).Because(fmt.Errorf("%v", r))
		}
	}()
	config := conf.CreateNew()
	config.WithEnv(l.environment)
	config.Expect, config.MaxNodes = reflect.Bool, maxNodes
	addArithmetic(config)
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return nil, l.invalid(err)
	}
	facts, err := l.check(tree, config)
	if err != nil {
		return nil, err
	}
	code, err := compiler.Compile(tree, config)
	if err != nil {
		return nil, l.invalid(err)
	}
	return &programOf[E]{code, facts}, nil
}

// check bounds what an expression can cost, and gives the facts that it asks for.
// Types are checked twice: the walk needs them, and what it puts in has its own.
func (l *language) check(tree *parser.Tree, config *conf.Config) (facts []string, err error) {
	w := walk{language: l, tree: tree}
	cost := w.cost(tree.Node)
	if w.err != nil {
		return nil, w.err
	}
	if cost > maxCost {
		return nil, coupon.ErrExpressionTooCostly.Arg("cost", cost).Arg("limit", maxCost)
	}
	if _, err := checker.Check(tree, config); err != nil {
		return nil, l.invalid(err)
	}
	if ast.Walk(&tree.Node, &w); w.err != nil {
		return nil, w.err
	}
	if _, err := checker.Check(tree, config); err != nil {
		return nil, l.invalid(err)
	}
	return w.asked, nil
}

// invalid says where an expression is wrong, and in what way.
func (l *language) invalid(err error) *fault.Error {
	var at *file.Error
	if !errors.As(err, &at) {
		at = &file.Error{Line: 1, Message: err.Error()}
	}
	return coupon.ErrExpressionInvalid.Arg("line", at.Line).Arg("column", at.Column+1).Arg("problem", l.plain.Replace(at.Message))
}
