package coupon

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestPlanTakes(t *testing.T) {
	slots := []Slot{
		{Left: Measures{Uses: 1, Budget: 300}},
		{Left: Measures{Uses: 0, Budget: 900}},
		{Left: Measures{Uses: 5, Budget: 500}},
		{Left: Measures{Uses: 9, Budget: 9000, Stock: 1}, Closed: true},
		{Left: Measures{Uses: 2, Budget: 200}},
	}
	for name, c := range map[string]struct {
		first int
		want  Measures
		room  int
		takes []Take
		err   error
	}{
		"nothing":                    {0, Measures{}, 0, nil, nil},
		"the first":                  {0, Measures{Uses: 1, Budget: 300}, 1, []Take{{Slot: 0, Took: Measures{Uses: 1, Budget: 300}}}, nil},
		"the first that has all":     {0, Measures{Uses: 1, Budget: 301}, 1, []Take{{Slot: 2, Took: Measures{Uses: 1, Budget: 301}}}, nil},
		"from there on":              {3, Measures{Uses: 1}, 1, []Take{{Slot: 4, Took: Measures{Uses: 1}}}, nil},
		"round":                      {4, Measures{Uses: 1, Budget: 250}, 1, []Take{{Slot: 0, Took: Measures{Uses: 1, Budget: 250}}}, nil},
		"in pieces":                  {0, Measures{Uses: 1, Budget: 1000}, 2, []Take{{Slot: 1, Took: Measures{Budget: 500}}, {Slot: 2, Took: Measures{Uses: 1, Budget: 500}}}, nil},
		"to the end":                 {0, Measures{Budget: 1900}, 9, []Take{{Slot: 0, Took: Measures{Budget: 300}}, {Slot: 1, Took: Measures{Budget: 900}}, {Slot: 2, Took: Measures{Budget: 500}}, {Slot: 4, Took: Measures{Budget: 200}}}, nil},
		"beyond the end":             {0, Measures{Budget: 1901}, 9, nil, ErrBudgetExhausted},
		"too many pieces":            {0, Measures{Budget: 1900}, 3, nil, ErrBudgetExhausted},
		"of a closed slot":           {0, Measures{Stock: 1}, 9, nil, ErrStockExhausted},
		"uses before all":            {0, Measures{Uses: 9, Stock: 1, Budget: 1901}, 9, nil, ErrQuantityExceeded},
		"stock before budget":        {0, Measures{Uses: 1, Stock: 1, Budget: 1901}, 9, nil, ErrStockExhausted},
		"no room for one that fits":  {0, Measures{Uses: 8}, 1, nil, ErrQuantityExceeded},
		"scattered over measures":    {1, Measures{Uses: 5, Budget: 800}, 1, nil, ErrQuantityExceeded},
		"several, from a late start": {2, Measures{Uses: 6}, 2, []Take{{Slot: 2, Took: Measures{Uses: 5}}, {Slot: 4, Took: Measures{Uses: 1}}}, nil},
	} {
		takes, err := PlanTakes(slots, c.first, c.want, c.room)
		if !slices.Equal(takes, c.takes) || !errors.Is(err, c.err) {
			t.Errorf("%s: %v %v, want %v %v", name, takes, err, c.takes, c.err)
		}
	}
}

func drawSlots(t *rapid.T) []Slot {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Slot {
		s := Slot{Exists: true, Closed: rapid.IntRange(0, 4).Draw(t, "closed") == 0}
		for m := range s.Left {
			s.Left[m] = rapid.Int64Range(0, 12).Draw(t, "left")
		}
		return s
	}), 1, 12).Draw(t, "slots")
}

// A plan takes exactly what is wanted, of slots that have it, each once; and it
// is refused only where there is too little.
func TestPlansAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots := drawSlots(t)
		var want, took Measures
		for m := range want {
			want[m] = rapid.Int64Range(0, 40).Draw(t, "want")
		}
		takes, err := PlanTakes(slots, rapid.IntRange(0, len(slots)-1).Draw(t, "first"), want, len(slots))
		if (err == nil) != Free(slots).Covers(want) {
			t.Fatalf("%v of %v: %v", want, slots, err)
		}
		met := map[int]bool{}
		for _, take := range takes {
			if met[take.Slot] {
				t.Fatalf("slot %d twice: %v", take.Slot, takes)
			}
			met[take.Slot], took = true, took.Plus(take.Took)
			slots[take.Slot].Left = slots[take.Slot].Left.Minus(take.Took)
			if s := slots[take.Slot]; s.Left.short() || s.Closed {
				t.Fatalf("slot %d became %+v", take.Slot, s)
			}
		}
		if err == nil && took != want {
			t.Fatalf("took %v of %v: %v", took, want, takes)
		}
	})
}

// Cutting and filling move exactly what they should, from the highest or to the lowest.
func TestLevel(t *testing.T) {
	for _, c := range []struct {
		lefts     []int64
		amount    int64
		cut, fill []int64
	}{
		{[]int64{5, 1, 3}, 0, []int64{0, 0, 0}, []int64{0, 0, 0}},
		{[]int64{5, 1, 3}, 1, []int64{1, 0, 0}, []int64{0, 1, 0}},
		{[]int64{5, 1, 3}, 4, []int64{3, 0, 1}, []int64{0, 3, 1}},
		{[]int64{5, 1, 3}, 9, []int64{5, 1, 3}, []int64{1, 5, 3}},
		{[]int64{5, 1, 3}, 99, []int64{5, 1, 3}, []int64{31, 35, 33}},
		{[]int64{0}, 3, []int64{0}, []int64{3}},
	} {
		if got := cut(c.lefts, c.amount); !slices.Equal(got, c.cut) {
			t.Errorf("cut %d from %v: %v, want %v", c.amount, c.lefts, got, c.cut)
		}
		if got := levelUp(c.lefts, c.amount); !slices.Equal(got, c.fill) {
			t.Errorf("level up %d into %v: %v, want %v", c.amount, c.lefts, got, c.fill)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		lefts := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 300).Draw(t, "lefts")
		amount := rapid.Int64Range(0, 1<<48).Draw(t, "amount")
		if got := cut(lefts, amount); sum(got) != min(amount, sum(lefts)) || slices.Min(got) < 0 {
			t.Fatalf("cut %v", got)
		}
		got := levelUp(lefts, amount)
		for i := range lefts {
			lefts[i] += got[i]
		}
		if sum(got) != amount || slices.Min(got) < 0 || amount >= int64(len(lefts))<<40 && slices.Max(lefts)-slices.Min(lefts) > 1 {
			t.Fatalf("level up %v", got)
		}
	})
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		uses int64
		n    int
		want []int64
	}{{0, 0, []int64{}}, {1, 1, []int64{1}}, {9, 2, []int64{5, 4}}, {2, 3, []int64{1, 1, 0}}, {100, 8, []int64{13, 13, 13, 13, 12, 12, 12, 12}}} {
		if got := spread(c.uses, c.n); !slices.Equal(got, c.want) {
			t.Errorf("%d over %d: %v, want %v", c.uses, c.n, got, c.want)
		}
	}
}
