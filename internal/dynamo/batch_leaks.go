package dynamo

import (
	"context"
	"maps"
	"slices"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

// suspectUnmade marks the coupon of a leak that has no row, if it is a batch's
// code that nobody has used: the mark makes its row. Else it is refused as before.
func (s *Store) suspectUnmade(ctx context.Context, l coupon.Leak, mark coupon.Suspicion) ([]refusal, error) {
	c, err := s.couponAt(ctx, l.Space, l.Coupon, nil)
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		return []refusal{{failed: true}}, nil
	}
	if err != nil {
		return nil, err
	}
	w := s.suspicion(l, mark)
	w.condition = "attribute_not_exists(pk)"
	row := couponRow(l.Space, c)
	for _, name := range slices.Sorted(maps.Keys(row)) {
		if name != attrPK && name != attrSK && (name != "disabled" || !mark.Paused) {
			w.set(name, row[name])
		}
	}
	refused, err := s.settle(ctx, "dynamo.Suspect", w)
	if err == nil && refused != nil { // made meanwhile, or marked by the first try of this very write
		return s.settle(ctx, "dynamo.Suspect", s.suspicion(l, mark))
	}
	return refused, err
}
