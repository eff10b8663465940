package coupon

import (
	"fmt"
	"slices"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
)

// Selection chooses lines of an order: those with one of the SKUs or
// categories, or all where neither is given, less the exceptions.
type Selection struct {
	SKUs             []string `json:"skus,omitempty" maxItems:"100" doc:"Lines with one of these SKUs." example:"[\"mug-blue\"]"`
	Categories       []string `json:"categories,omitempty" maxItems:"100" doc:"Lines in one of these categories."`
	ExceptSKUs       []string `json:"except_skus,omitempty" maxItems:"100" doc:"But no line with one of these."`
	ExceptCategories []string `json:"except_categories,omitempty" maxItems:"100" doc:"But no line in one of these."`
	ExceptReduced    bool     `json:"except_reduced,omitzero" doc:"But no line whose price is reduced already (reduced: true)."`
}

// IsZero reports whether nothing is said: every line is chosen.
func (s Selection) IsZero() bool {
	return !s.picks() && len(s.ExceptSKUs) == 0 && len(s.ExceptCategories) == 0 && !s.ExceptReduced
}

// picks reports whether lines are named, rather than all but some.
func (s Selection) picks() bool { return len(s.SKUs) > 0 || len(s.Categories) > 0 }

func (s Selection) has(l order.Line) bool {
	if s.picks() && !listed(s.SKUs, s.Categories, l) {
		return false
	}
	return !listed(s.ExceptSKUs, s.ExceptCategories, l) && (!s.ExceptReduced || !l.Reduced)
}

// check refuses empty names: a line without a SKU has none, rather than an empty one.
func (s Selection) check(at string) error {
	for _, f := range []struct {
		name  string
		names []string
	}{{"skus", s.SKUs}, {"categories", s.Categories}, {"except_skus", s.ExceptSKUs}, {"except_categories", s.ExceptCategories}} {
		if i := slices.Index(f.names, ""); i >= 0 {
			return fault.ErrInvalid.At(fmt.Sprintf("%s.%s[%d]", at, f.name, i))
		}
	}
	return nil
}

// listed reports whether a line stands in either list.
func listed(skus, categories []string, l order.Line) bool {
	if slices.Contains(skus, l.SKU) {
		return true
	}
	return slices.ContainsFunc(l.Categories, func(c string) bool { return slices.Contains(categories, c) })
}

// Piece is a number of items of a selection.
type Piece struct {
	Selection
	Quantity int64 `json:"quantity,omitzero" minimum:"1" maximum:"1000000" doc:"How many of them; 1 unless said otherwise." example:"2"`
}

// IsZero reports whether nothing is said.
func (p Piece) IsZero() bool { return p.Selection.IsZero() && p.Quantity == 0 }

func (p Piece) check(at string) error {
	if p.Quantity < 0 || p.Quantity > maxQuantity {
		return fault.ErrInvalid.At(at + ".quantity")
	}
	return p.Selection.check(at)
}

func (p Piece) count() int64 { return max(p.Quantity, 1) }
