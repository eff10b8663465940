package coupon

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
)

func totals(t interface {
	Helper()
	Fatal(args ...any)
}, o order.Order,
) order.Totals {
	t.Helper()
	sums, err := o.Check()
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// outcome is a quote without how it is spread over lines.
func outcome(q Quote) string {
	code := ""
	if f, ok := fault.As(q.Refused); ok {
		code = fmt.Sprint(f.Code, f.Args)
	}
	return fmt.Sprint(q.Discount.Total, q.Discount.Shipping, q.Discount.Gifts, q.Discount.Services, q.Rewards, code)
}

func outcomes(quotes []Quote) (all []string) {
	for _, q := range quotes {
		all = append(all, outcome(q))
	}
	return all
}

// For any campaigns and any order: 0 ≤ discount ≤ total, no line gives more than
// it may, and the lines, the shipping and the rewards sum to the discount.
func TestDiscountIsWithinTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		sums := totals(t, o)
		left, shipping, all := slices.Clone(sums.Lines), o.ShippingAmount, int64(0)
		for _, q := range Price(Cart{Order: o, Totals: sums}, drawApplicants(t)...) {
			if q.Refused != nil {
				if !q.Discount.empty() {
					t.Fatalf("refused, and yet %+v", q)
				}
				continue
			}
			got, rewards := q.Discount.Shipping, int64(0)
			for _, l := range q.Discount.Lines {
				i := slices.IndexFunc(o.Lines, func(x order.Line) bool { return x.ID == l.ID })
				got += l.Discount
				left[i] -= l.Discount
				if l.Discount <= 0 || left[i] < 0 {
					t.Fatalf("%d off line %s leaves %d", l.Discount, l.ID, left[i])
				}
			}
			for _, r := range q.Rewards {
				rewards += r.Discount
			}
			shipping -= q.Discount.Shipping
			all += q.Discount.Total
			if got != q.Discount.Total || rewards != got || shipping < 0 || q.Discount.Shipping < 0 {
				t.Fatalf("%+v", q)
			}
		}
		if all < 0 || all > sums.Total {
			t.Fatalf("%d off %d", all, sums.Total)
		}
		for i, l := range o.Lines {
			if least := min(l.MinimumUnitAmount, l.UnitAmount) * l.Quantity; left[i] < least {
				t.Fatalf("line %s costs %d, less than %d", l.ID, left[i], least)
			}
		}
	})
}

// Splitting a quantity into two lines changes neither total nor discount.
func TestSplittingALineChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, applicants := drawOrder(t), drawApplicants(t)
		i := rapid.IntRange(0, len(o.Lines)-1).Draw(t, "line")
		if o.Lines[i].Quantity < 2 {
			t.Skip("nothing to split")
		}
		split := o
		split.Lines = slices.Clone(o.Lines)
		more := split.Lines[i]
		more.ID, more.Quantity = "more", rapid.Int64Range(1, more.Quantity-1).Draw(t, "part")
		split.Lines[i].Quantity -= more.Quantity
		if rapid.Bool().Draw(t, "next to it") {
			split.Lines = slices.Insert(split.Lines, i+1, more)
		} else {
			split.Lines = append(split.Lines, more)
		}
		a := outcomes(Price(Cart{Order: o, Totals: totals(t, o)}, applicants...))
		b := outcomes(Price(Cart{Order: split, Totals: totals(t, split)}, applicants...))
		if !slices.Equal(a, b) {
			t.Fatalf("whole %v\nsplit %v", a, b)
		}
	})
}

// The order of the codes does not matter.
func TestCodesInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, applicants := drawOrder(t), drawApplicants(t)
		cart := Cart{Order: o, Totals: totals(t, o)}
		places := rapid.Permutation(slices.Collect(seq(len(applicants)))).Draw(t, "places")
		shuffled := make([]Applicant, len(applicants))
		for i, p := range places {
			shuffled[i] = applicants[p]
		}
		a, b := Price(cart, applicants...), Price(cart, shuffled...)
		for i, p := range places {
			if x, y := fmt.Sprint(outcome(a[p]), a[p].Discount.Lines), fmt.Sprint(outcome(b[i]), b[i].Discount.Lines); x != y {
				t.Fatalf("%s\nshuffled %s", x, y)
			}
		}
	})
}

func seq(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// What could not be combined, or did not apply, changes nothing for the others.
func TestRefusedLeaveNoTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, applicants := drawOrder(t), drawApplicants(t)
		cart := Cart{Order: o, Totals: totals(t, o)}
		var kept []Applicant
		var want []string
		for i, q := range Price(cart, applicants...) {
			if q.Refused == nil {
				kept, want = append(kept, applicants[i]), append(want, fmt.Sprint(outcome(q), q.Discount.Lines))
			}
		}
		for i, q := range Price(cart, kept...) {
			if got := fmt.Sprint(outcome(q), q.Discount.Lines); got != want[i] {
				t.Fatalf("with the refused ones %s\nwithout %s", want[i], got)
			}
		}
	})
}

// No discount brings what is sold below the shop's margin floor, nor below that
// of a campaign, once it applies.
func TestMarginFloorHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, applicants := drawOrder(t), drawApplicants(t)
		if rapid.Bool().Draw(t, "alone") {
			applicants = applicants[:1]
		}
		cart := Cart{Order: o, Totals: totals(t, o), MarginFloor: drawFloor(t)}
		floors := []MarginFloor{cart.MarginFloor}
		var sells, off int64
		costs := map[string]bool{}
		for i, l := range o.Lines {
			if l.UnitCost > 0 {
				costs[l.ID] = true
				sells += cart.Totals.Lines[i]
			}
		}
		for _, q := range Price(cart, applicants...) {
			if q.Refused == nil && len(applicants) == 1 {
				floors = append(floors, applicants[0].Terms.MarginFloor)
			}
			for _, l := range q.Discount.Lines {
				if costs[l.ID] {
					off += l.Discount
				}
			}
		}
		for _, f := range floors {
			if f.Mode != "" && off > 0 && sells-off < f.least(cart.cost(), "EUR") {
				t.Fatalf("%d off %d, at a cost of %d, under %+v", off, sells, cart.cost(), f)
			}
		}
	})
}
