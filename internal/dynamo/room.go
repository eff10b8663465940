package dynamo

import "github.com/lagniappe/lagniappe/internal/coupon"

// Bounds on what one transaction does.
const (
	mostActions = 100 // that DynamoDB takes
	mostTakes   = 90  // slots of one redemption, whatever else there is room for
)

// room is how many slots part i can take from, so that all fit into the
// transaction, and into the one that undoes it, which keeps it in one row more:
// beside the rows that were planned and are no slot's, the slots of parts that
// have theirs, and one of each part that looks for its own. A hold has an entry for each slot.
func (p *plan) room(i int) int {
	each, left := 1, mostActions-1-len(p.made)
	if !p.draft.Until.IsZero() {
		each = 2
	}
	for _, m := range p.made {
		if m.kind == slotRow && m.take.Day == "" {
			left += each
		}
	}
	for n, part := range p.draft.Parts {
		if n != i && !part.Refused() && !part.Want().IsZero() {
			left -= each * max(1, slotsOf(p.takes[n]))
		}
	}
	return min(left/each, mostTakes)
}

// slotsOf counts takes of limits, as against those of a day.
func slotsOf(takes []coupon.Take) (n int) {
	for _, t := range takes {
		if t.Day == "" {
			n++
		}
	}
	return n
}
