package coupon

import (
	"testing"

	"github.com/lagniappe/lagniappe/internal/order"
)

// An order can have lines that it had not when codes were redeemed. A return of
// them goes through, with what it gives back to gift cards: whoever settles
// orders would try for ever otherwise.
func TestReturnsOfLinesThatCameLater(t *testing.T) {
	r := Redemption{
		Status: Redeemed, Discount: 10, GiftApplied: 7, Undiscounted: map[string]int64{"2": 1},
		Codes: []Applied{{Discount: 10, Lines: []LineDiscount{{ID: "1", Discount: 10, Quantity: 2}}}, {Coupon: "cpn_1", GiftApplied: 7}},
	}
	late := order.ReturnedLine{ID: "3", Quantity: 1}
	for name, c := range map[string]struct {
		of             order.Return
		discount, gift int64
	}{
		"alone":              {order.Return{ID: "a", Lines: []order.ReturnedLine{late}, Gift: 4}, 0, 4},
		"beside a known one": {order.Return{ID: "b", Lines: []order.ReturnedLine{{ID: "1", Quantity: 1}, late}}, 5, 0},
	} {
		u := r.UndoOf(c.of)
		_, back, err := r.Undo(u, noon)
		if len(u.Lines) == 0 || err != nil || back.Complete || back.Discount != c.discount || back.GiftAmount != c.gift {
			t.Errorf("%s: %+v %+v %v", name, u, back, err)
		}
	}
}
