package coupon

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/order"
)

// drawRedeemed gives a redemption of codes of two campaigns, and what was ordered.
func drawRedeemed(t *rapid.T) (r Redemption, ordered map[string]int64) {
	ordered = map[string]int64{}
	var lines []order.Line
	for l := range rapid.IntRange(1, 4).Draw(t, "lines") {
		n := rapid.Int64Range(1, 4).Draw(t, "quantity")
		lines = append(lines, order.Line{ID: fmt.Sprint(l), Quantity: n})
		ordered[fmt.Sprint(l)] = n
	}
	for c := range rapid.IntRange(1, 3).Draw(t, "codes") {
		a := Applied{Campaign: fmt.Sprint(c % 2), Shipping: rapid.Int64Range(0, 1).Draw(t, "shipping") * 490}
		a.Discount = a.Shipping
		for _, l := range lines {
			if n := rapid.Int64Range(-500, 500).Draw(t, "discount"); n > 0 {
				a.Lines, a.Discount = append(a.Lines, LineDiscount{ID: l.ID, Quantity: l.Quantity, Discount: n}), a.Discount+n
			}
		}
		r.Codes, r.Discount = append(r.Codes, a), r.Discount+a.Discount
	}
	r.Status, r.Undiscounted = Redeemed, r.undiscounted(lines)
	return r, ordered
}

// However an order comes back, each return of lines gives the budgets what it takes back of the
// discount, to the cent; and when the last line is back, nothing is left, whatever the rewards were.
func TestBudgetsGetTheirParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, left := drawRedeemed(t)
		spent := map[string]int64{}
		for _, a := range r.Codes {
			spent[a.Campaign] += a.Discount
		}
		sum, whole := int64(0), maps.Clone(left)
		for n := 0; r.Status == Redeemed; n++ {
			id := rapid.SampledFrom(slices.Sorted(maps.Keys(left))).Draw(t, "line")
			q := rapid.Int64Range(1, left[id]).Draw(t, "returned")
			after, back, err := r.Undo(Undo{Return: fmt.Sprint(n), Lines: []ReturnedLine{{ID: id, Quantity: q}}}, noon)
			if err != nil {
				t.Fatal(err)
			}
			parts := int64(0)
			for campaign, n := range r.BudgetsBack(after) {
				parts, spent[campaign] = parts+n, spent[campaign]-n
			}
			if sum += back.Discount; parts != back.Discount {
				t.Fatalf("takes %d back, of budgets %d", back.Discount, parts)
			}
			if left[id] -= q; left[id] == 0 {
				delete(left, id)
			}
			if r = after; (len(left) == 0) != r.linesBack() || back.Complete != (r.linesBack() || r.Discount > 0 && sum == r.Discount) {
				t.Fatalf("%v of %v are left, complete: %t", left, whole, back.Complete)
			}
		}
		if sum != r.Discount || spent["0"] != 0 || spent["1"] != 0 {
			t.Fatalf("%d of %d came back; budgets miss %v", sum, r.Discount, spent)
		}
	})
}

// What was redeemed before lines without discount were kept is complete when its money is back, and no sooner.
func TestReturnsOfOldRedemptions(t *testing.T) {
	r := Redemption{Codes: []Applied{{Given: Given{Services: []Text{{German: "signiert", English: "signed"}}}}}}
	after, back, err := r.Undo(Undo{Return: "a", Lines: []ReturnedLine{{ID: "1", Quantity: 7}}}, noon)
	if err != nil || back.Complete || len(after.Returned) != 0 {
		t.Errorf("%+v %+v %v", after, back, err)
	}
}
