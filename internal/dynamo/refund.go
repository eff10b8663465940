package dynamo

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// refundKept adds to what is given back the money of seats that are kept: their uses
// stay taken, but no discount was granted in the end.
func (st standing) refundKept(ws []write, table string, took map[string]coupon.Measures) []write {
	for _, row := range st.seats() {
		if getBool(row, "kept") {
			ws, _ = st.refund(ws, table, row, math.MaxInt64, took)
		}
	}
	return ws
}

// refundParts gives back to budgets, by campaign, what a return of single lines
// takes back of the discount. What seats have taken becomes less by as much, so
// that it is still what the rows count, and what is left when the rest is undone.
func (st standing) refundParts(ws []write, table string, budgets map[string]int64) []write {
	took := map[string]coupon.Measures{}
	for _, row := range st.seats() {
		campaign, n := getStr(row, "campaign_id"), int64(0)
		ws, n = st.refund(ws, table, row, budgets[campaign], took)
		budgets[campaign] -= n
	}
	for _, id := range slices.Sorted(maps.Keys(took)) {
		ws = append(ws, giveBack(table, keyOf(id), took[id]))
	}
	return ws
}

// refund takes money out of what a seat has taken, up to most, from as few slots
// as it can, and says how much that is. Who guards the redemption's own seat
// guards those that belong to it, too.
func (st standing) refund(ws []write, table string, row item, most int64, took map[string]coupon.Measures) ([]write, int64) {
	takes, left := getTakes(row), most
	slices.SortStableFunc(takes, func(a, b coupon.Take) int { return cmp.Compare(b.Took[coupon.Budget], a.Took[coupon.Budget]) })
	for i := range takes {
		if n := min(takes[i].Took[coupon.Budget], left); n > 0 {
			id := rowID(takeKey(st.space, getStr(row, "campaign_id"), takes[i]))
			took[id] = took[id].Plus(coupon.Measures{coupon.Budget: n})
			takes[i].Took[coupon.Budget] -= n
			left -= n
		}
	}
	takes = slices.DeleteFunc(takes, func(t coupon.Take) bool { return t.Took.IsZero() })
	switch {
	case left == most:
		return ws, 0
	case rowID(row) == rowID(st.seatRow): // it is changed already, as that of the whole
		ws[1].set("takes", document(takes))
	default:
		ws = append(ws, write{
			table: table, key: keyOfRow(row), update: "SET takes = :takes",
			condition: "attribute_exists(order_id) AND attempts = :attempt",
			values:    item{":takes": document(takes), ":attempt": row["attempts"]},
		})
	}
	return ws, most - left
}
