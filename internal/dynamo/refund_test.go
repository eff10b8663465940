package dynamo

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// In whatever parts money goes back, and over however many slots it was
// gathered: each slot gets what was taken of it, to the cent, and the rows say so after every part.
func TestMoneyGoesBackInParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		st := standing{space: shop.Space{Shop: "shop_1"}}
		st.seatRow = couponKey(st.space, "cpn_8m3q1v7t0c5x2k9d")
		st.seatRow["campaign_id"] = str("camp_1")
		var takes []coupon.Take
		missing, sum := map[string]int64{}, int64(0)
		for n := range rapid.IntRange(1, 5).Draw(t, "slots") {
			took := coupon.Measures{coupon.Uses: int64(1 - min(n, 1)), coupon.Budget: rapid.Int64Range(0, 300).Draw(t, "money")}
			takes = append(takes, coupon.Take{Slot: n, Took: took})
			missing[rowID(slotKey(st.space, "camp_1", n))] = took[coupon.Budget]
			sum += took[coupon.Budget]
		}
		st.seatRow["takes"] = document(takes)
		for sum > 0 {
			part := rapid.Int64Range(1, sum).Draw(t, "part")
			w := st.change("coupons", coupon.Redemption{}, coupon.Undo{})
			ws := st.refundParts([]write{{}, w}, "coupons", map[string]int64{"camp_1": part, "camp_2": 1})
			for _, back := range ws[2:] {
				n := getNum(back.values, ":budget_spent")
				missing[rowID(back.key)] -= n
				part, sum = part-n, sum-n
			}
			if part != 0 {
				t.Fatalf("%d are missing of a part", part)
			}
			st.seatRow["takes"] = ws[1].values[":takes"]
			for _, take := range getTakes(st.seatRow) {
				id := rowID(slotKey(st.space, "camp_1", take.Slot))
				if missing[id] != take.Took[coupon.Budget] || take.Took.IsZero() {
					t.Fatalf("of slot %d the row says %v, and %d are missing", take.Slot, take.Took, missing[id])
				}
			}
		}
		if ws, n := st.refund([]write{{}, {}}, "coupons", st.seatRow, math.MaxInt64, nil); n != 0 || len(ws) != 2 {
			t.Fatalf("%d more", n)
		}
	})
}
