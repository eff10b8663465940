package coupon

import (
	"github.com/lagniappe/lagniappe/internal/order"
)

// UndoOf is what a return takes back of a redemption, as a call would say it: its
// lines, of which the rollback takes those that were discounted. No line: nothing.
// What is no longer there of a line is left out: another rollback took it.
func (r Redemption) UndoOf(t order.Return) Undo {
	u, concerned := Undo{Return: t.ID, Gift: min(t.Gift, r.GiftApplied-r.GiftBack)}, false
	for _, l := range t.Lines {
		if left, discounted := r.leftOf(l.ID); discounted {
			l.Quantity = min(l.Quantity, left)
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

// leftOf is how much of a line that was discounted has not come back.
func (r Redemption) leftOf(line string) (int64, bool) {
	for _, a := range r.Codes {
		for _, d := range a.Lines {
			if d.ID == line {
				return d.Quantity - r.Returned[line], true
			}
		}
	}
	return 0, false
}
