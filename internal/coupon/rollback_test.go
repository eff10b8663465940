package coupon

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// However an order comes back, in whatever parts, what is taken back sums to
// the discount, and never passes a line's.
func TestPartsSumToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Redemption{ID: "rdm_1", Status: Redeemed}
		left := map[string]int64{}
		for c := range rapid.IntRange(1, 3).Draw(t, "codes") {
			a := Applied{Status: Redeemed, Shipping: rapid.Int64Range(0, 500).Draw(t, "shipping")}
			a.Discount = a.Shipping
			for l := range rapid.IntRange(1, 4).Draw(t, "lines") {
				id := fmt.Sprint(l)
				if c == 0 || left[id] == 0 {
					left[id] = rapid.Int64Range(1, 9).Draw(t, "quantity")
				}
				d := LineDiscount{ID: id, Quantity: left[id], Discount: rapid.Int64Range(0, 1000).Draw(t, "discount")}
				a.Lines, a.Discount = append(a.Lines, d), a.Discount+d.Discount
			}
			r.Codes, r.Discount = append(r.Codes, a), r.Discount+a.Discount
		}
		sum, n := int64(0), 0
		take := func(u Undo) {
			after, back, err := r.Undo(u, noon)
			if err != nil {
				t.Fatal(err)
			}
			if back.Discount < 0 {
				t.Fatalf("%+v takes %d back", u, back.Discount)
			}
			r, sum = after, sum+back.Discount
		}
		for r.Status == Redeemed && rapid.Bool().Draw(t, "another") {
			id := fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "line"))
			if left[id] == 0 {
				continue
			}
			q := rapid.Int64Range(1, left[id]).Draw(t, "returned")
			left[id] -= q
			take(Undo{Return: fmt.Sprint("ret-", n), Lines: []ReturnedLine{{ID: id, Quantity: q}}})
			n++
		}
		if r.Status == Redeemed {
			take(Undo{})
		}
		if sum != r.Discount || r.Status != RolledBack {
			t.Fatalf("%d returns took %d back of %d: %+v", n, sum, r.Discount, r)
		}
	})
}

func TestReturnsAreBounded(t *testing.T) {
	r := Redemption{Discount: 10, Codes: []Applied{{Discount: 10, Lines: []LineDiscount{{ID: "1", Discount: 10, Quantity: 3}}}}}
	if _, _, err := r.Undo(Undo{Return: "a", Lines: []ReturnedLine{{ID: "1", Quantity: 2}, {ID: "1", Quantity: 2}}}, noon); !errors.Is(err, ErrReturnTooMuch) {
		t.Errorf("twice the same line, too much: %v", err)
	}
	after, back, err := r.Undo(Undo{Return: "a", Lines: []ReturnedLine{{ID: "unknown", Quantity: 1}}}, noon)
	if err != nil || back.Discount != 0 || back.Complete || after.Status == RolledBack {
		t.Errorf("a line without discount: %+v %v", back, err)
	}
	r.Undiscounted = map[string]int64{}
	_, _, err = r.Undo(Undo{Return: "a", Lines: []ReturnedLine{{ID: "1", Quantity: 1}, {ID: "unknown", Quantity: 1}}}, noon)
	if f, ok := fault.As(err); !errors.Is(err, ErrLineUnknown) || !ok || f.Param != "lines[1].id" {
		t.Errorf("a line that the order had not: %v", err)
	}
	if err := (Undo{Lines: []ReturnedLine{{ID: "1", Quantity: 1}}}).Check(); !errors.Is(err, ErrReturnMissing) {
		t.Errorf("lines without a return: %v", err)
	}
}
