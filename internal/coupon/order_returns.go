package coupon

import (
	"github.com/lagniappe/lagniappe/internal/order"
)

// UndoOf is what a return takes back of a redemption, as a call would say it: its
// lines. None where the redemption knows none of them. What is no longer there of
// a line is left out: another rollback took it.
func (r Redemption) UndoOf(t order.Return) Undo {
	u, concerned := Undo{Return: t.ID, followed: true, Gift: min(t.Gift, r.GiftApplied-r.GiftBack)}, false
	for _, l := range t.Lines {
		if whole, _ := r.ordered(l.ID); whole > 0 {
			l.Quantity = min(l.Quantity, whole-r.Returned[l.ID])
			concerned = concerned || l.Quantity > 0
		}
		if l.Quantity > 0 {
			u.Lines = append(u.Lines, l)
		}
	}
	if !concerned && u.Gift == 0 {
		u.Lines = nil
	}
	return u
}
