package expression

import (
	"errors"
	"reflect"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/money"
)

var errOverflow = errors.New("expression: a result is beyond what amounts can be")

// The language's own sums wrap around, so each of ours is a call of a function
// that checks. Nobody can type its name.
const bounded = "within bounds"

var arithmetic = map[string]func(a, b int) (int, bool){
	"+": func(a, b int) (int, bool) { return a + b, true },
	"-": func(a, b int) (int, bool) { return a - b, true },
	"*": func(a, b int) (int, bool) { p := a * b; return p, a == 0 || p/a == b },
}

// within checks a result of numbers that are themselves within bounds: of sums
// of at most some hundred of them, so that an int has room for it.
func within(n int, ok bool) (any, error) {
	if !ok || n > money.Max || n < -money.Max {
		return nil, errOverflow
	}
	return n, nil
}

func addArithmetic(c *conf.Config) {
	for operator, of := range arithmetic {
		c.Functions[operator] = &builtin.Function{
			Name: operator, Types: []reflect.Type{reflect.TypeFor[func(int, int) int]()},
			Func: func(args ...any) (any, error) { return within(of(args[0].(int), args[1].(int))) },
		}
	}
	c.Functions[bounded] = &builtin.Function{
		Name: bounded, Types: []reflect.Type{reflect.TypeFor[func(int) int]()},
		Func: func(args ...any) (any, error) { return within(args[0].(int), true) },
	}
}

// Visit implements ast.Visitor, for a tree whose types are known, children
// first: numbers are computed by our functions, and only what is single is compared.
func (w *walk) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		w.binary(node, n)
	case *ast.UnaryNode:
		w.permit(n.Operator != "-" || kind(n.Node) == reflect.Int, n, n.String(), 0)
	case *ast.BuiltinNode:
		if n.Name == "sum" || n.Name == "abs" || n.Name == "min" || n.Name == "max" {
			w.permit(kind(n) == reflect.Int, n, n.String(), 0)
			replace(node, bounded, n)
		}
	}
}

func (w *walk) binary(node *ast.Node, n *ast.BinaryNode) {
	left, right := kind(n.Left), kind(n.Right)
	switch n.Operator {
	case "+", "-", "*":
		w.permit(left == reflect.Int && right == reflect.Int, n, n.String(), 0)
		replace(node, n.Operator, n.Left, n.Right)
	case "%":
		w.permit(left == reflect.Int && right == reflect.Int, n, n.String(), 0)
	case "==", "!=", "<", "<=", ">", ">=":
		w.permit(single(left) && left == right, n, n.String(), 0)
	case "in":
		w.permit(single(left) && (right == reflect.Slice || right == reflect.Map), n, n.String(), 0)
	}
}

func single(k reflect.Kind) bool {
	return k == reflect.Int || k == reflect.String || k == reflect.Bool
}

func kind(n ast.Node) reflect.Kind {
	if t := n.Type(); t != nil {
		return t.Kind()
	}
	return reflect.Invalid
}

// replace puts a call in the place of a node, of the same type.
func replace(node *ast.Node, function string, args ...ast.Node) {
	nature := (*node).Nature()
	call := &ast.CallNode{Callee: &ast.IdentifierNode{Value: function}, Arguments: args}
	call.SetLocation((*node).Location())
	call.SetNature(*nature)
	*node = call
}

var _ coupon.Expression = (*program)(nil)
