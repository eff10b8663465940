package expression

import (
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// most is the largest collection that an environment has: an order's lines.
const most = 100

// search is what looking through a list or a text costs.
const search = 20

// walk goes through an expression before its types are known: what it uses
// must be on a list, and is counted.
type walk struct {
	*language
	tree  *parser.Tree
	names []string // that the expression gives by let
	asked []string // facts
	err   error
}

// What is permitted. There is no division: minor units do not divide, and what
// is to be compared with a quotient can be compared with a product.
var (
	operators = []string{"==", "!=", "<", "<=", ">", ">=", "and", "&&", "or", "||", "in", "contains", "startsWith", "endsWith", "+", "-", "*", "%"}
	signs     = []string{"not", "!", "-"}
	builtins  = []string{"all", "any", "none", "one", "count", "filter", "map", "sum", "len", "min", "max", "abs"}
)

// cost counts how many nodes one evaluation visits at most; the predicate of a
// loop once for each element.
func (w *walk) cost(node ast.Node) int {
	if w.err != nil {
		return 0
	}
	switch n := node.(type) {
	case *ast.PredicateNode:
		return w.cost(n.Node)
	case *ast.UnaryNode:
		return w.permit(slices.Contains(signs, n.Operator), n, n.Operator, 1+w.cost(n.Node))
	case *ast.BinaryNode:
		return w.permit(slices.Contains(operators, n.Operator), n, n.Operator, price(n.Operator)+w.cost(n.Left)+w.cost(n.Right))
	case *ast.ConditionalNode:
		return 1 + w.cost(n.Cond) + w.cost(n.Exp1) + w.cost(n.Exp2)
	case *ast.ArrayNode:
		return 1 + w.costs(n.Nodes)
	case *ast.VariableDeclaratorNode:
		value := w.cost(n.Value)
		w.names = append(w.names, n.Name)
		return w.permit(n.Name != "customer", n, "let customer", 1+value+w.cost(n.Expr))
	case *ast.MemberNode:
		return w.member(n)
	case *ast.BuiltinNode:
		return w.permit(slices.Contains(builtins, n.Name), n, n.Name, 1+w.loop(n))
	}
	return w.leaf(node)
}

// leaf permits what has nothing below it, and nothing else.
func (w *walk) leaf(node ast.Node) int {
	ok, what := false, node.String()
	switch n := node.(type) {
	case *ast.BoolNode, *ast.StringNode:
		ok = true
	case *ast.IntegerNode:
		ok, what = n.Value >= 0 && n.Value <= money.Max, "numbers beyond 9007199254740991"
	case *ast.IdentifierNode:
		ok = slices.Contains(w.scope, n.Value) || slices.Contains(w.names, n.Value)
		w.ask(n.Value)
	case *ast.PointerNode:
		ok = n.Name == ""
	case *ast.CallNode:
		what = n.Callee.String()
	}
	return w.permit(ok, node, what, 1)
}

// permit refuses a node that is not on the list, naming what it is and where.
func (w *walk) permit(ok bool, node ast.Node, what string, cost int) int {
	if !ok && w.err == nil {
		w.err = w.refuse(coupon.ErrExpressionNotPermitted, node).Arg("what", what)
	}
	return cost
}

func (w *walk) refuse(f *fault.Error, node ast.Node) *fault.Error {
	at := (&file.Error{Location: node.Location()}).Bind(w.tree.Source)
	return f.Arg("line", at.Line).Arg("column", at.Column+1)
}

func (w *walk) costs(nodes []ast.Node) int {
	sum := 0
	for _, n := range nodes {
		sum += w.cost(n)
	}
	return sum
}

// loop is what a builtin costs: its predicate, the second argument, once for each element.
func (w *walk) loop(n *ast.BuiltinNode) int {
	if len(n.Arguments) == 2 {
		if predicate, ok := n.Arguments[1].(*ast.PredicateNode); ok {
			return w.cost(n.Arguments[0]) + most*(1+w.cost(predicate))
		}
	}
	if n.Name == "count" || n.Name == "sum" {
		return most + w.costs(n.Arguments)
	}
	return w.costs(n.Arguments)
}

// member permits fields by their names, and notes the facts that are asked for.
func (w *walk) member(n *ast.MemberNode) int {
	field, ok := n.Property.(*ast.StringNode)
	if !ok { // an element, or computed
		return w.permit(false, n, n.String(), 0)
	}
	root, ok := n.Node.(*ast.IdentifierNode)
	if !ok || root.Value != "customer" {
		return 1 + w.cost(n.Node)
	}
	w.ask(field.Value)
	return 2 // an unknown field is the type checker's to refuse
}

func (w *walk) ask(name string) {
	if fact, ok := w.facts[name]; ok && !slices.Contains(w.asked, fact) {
		w.asked = append(w.asked, fact)
	}
}

func price(operator string) int {
	switch operator {
	case "in", "contains", "startsWith", "endsWith":
		return search
	}
	return 1
}
