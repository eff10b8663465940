package customer

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// fold adds orders up one by one.
func fold(cs []Contribution) (f Figures) {
	for _, c := range cs {
		f = f.Add(c)
	}
	return f
}

// refill reads rows again: those that count, and the first of them.
func refill(f Figures, cs []Contribution) Figures {
	counting := slices.DeleteFunc(slices.Clone(cs), func(c Contribution) bool { return !c.Counts })
	first := slices.MinFunc(counting, func(a, b Contribution) int { return a.At.Compare(b.At) })
	return f.Refill(counting, first.At)
}

// Orders come, change and go in any sequence: figures are the sum of those that are there.
func TestFiguresAddUp(t *testing.T) {
	draw := func(rt *rapid.T, order string) Contribution {
		c := Contribution{
			Order: order, At: noon.Add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "at")) * time.Hour), Counts: rapid.IntRange(0, 3).Draw(rt, "counts") > 0,
			Currency: rapid.SampledFrom([]string{"EUR", "CHF"}).Draw(rt, "currency"),
		}
		if c.Counts {
			c.Spent, c.Returned = rapid.Int64Range(0, 9999).Draw(rt, "spent"), rapid.Int64Range(0, 99).Draw(rt, "returned")
		}
		return c
	}
	rapid.Check(t, func(rt *rapid.T) {
		var f Figures
		var there []Contribution
		for n := range rapid.IntRange(1, 70).Draw(rt, "steps") {
			if len(there) == 0 || rapid.IntRange(0, 2).Draw(rt, "what") > 0 {
				there = append(there, draw(rt, fmt.Sprint(n)))
				f = f.Add(there[len(there)-1])
				continue
			}
			i := rapid.IntRange(0, len(there)-1).Draw(rt, "which")
			was := there[i]
			if next := draw(rt, was.Order); rapid.Bool().Draw(rt, "change") && was.Counts && next.Counts {
				next.At = was.At
				there[i], f = next, f.Replace(was, next)
				continue
			}
			there = slices.Delete(there, i, i+1)
			whole := false
			if f, whole = f.Remove(was); !whole {
				f = refill(f, there)
			}
		}
		if want := fold(there); f.OrdersCount == 0 && want.OrdersCount != 0 || f.OrdersCount > 0 && !reflect.DeepEqual(f, want) {
			rt.Errorf("%+v\nwant %+v", f, want)
		}
	})
}

func TestStand(t *testing.T) {
	ago := func(days ...int) (f Figures) {
		for i, d := range days {
			f = f.Add(Contribution{Order: fmt.Sprint(i), At: noon.Add(-time.Duration(d) * oneDay), Counts: true, Currency: "EUR", Spent: 100})
		}
		return f
	}
	advocate := ago(3)
	advocate.Referrals = 1
	for _, c := range []struct {
		f            Figures
		stage        Stage
		relationship Relationship
	}{
		{ago(), Prospect, Future},
		{ago(0), FirstTime, Current},
		{ago(365), FirstTime, Current},
		{ago(366), Lapsed, Former},
		{ago(700, 500, 366), Lapsed, Former},
		{ago(10, 200), Repeat, Current},
		{ago(10, 200, 300), Loyal, Current},
		{ago(10, 200, 365), Repeat, Current},   // the third is a day too old
		{ago(10, 376), WonBack, Current},       // 366 days between
		{ago(10, 375), Repeat, Current},        // 365 are not more than 365
		{ago(10, 20, 30, 500), Loyal, Current}, // won back, and loyal since
		{ago(364, 365, 900), Repeat, Current},  // the gap ended 365 days ago: no longer less than won_back_days
		{advocate, Advocate, Current},
		{ago(-3), FirstTime, Current}, // told ahead of its time
	} {
		s := Stand(c.f, Thresholds{}, noon)
		if s.Stage != c.stage || s.Relationship != c.relationship {
			t.Errorf("%v: %s %s, want %s %s", c.f.Recent, s.Stage, s.Relationship, c.stage, c.relationship)
		}
		if last := s.Reasons[len(s.Reasons)-1]; last.Met != (s.Stage != FirstTime) {
			t.Errorf("%s because of %+v", s.Stage, last)
		}
	}
	if s := Stand(ago(10, 20), Thresholds{LoyalOrders: 2, LapsedAfterDays: 5}, noon); s.Stage != Lapsed {
		t.Errorf("lapsed comes first: %s", s.Stage)
	}
}

func TestThresholds(t *testing.T) {
	for _, bad := range []Thresholds{{LoyalOrders: 1}, {LoyalOrders: 21}, {LapsedAfterDays: -1}, {WonBackDays: 3651}, {AdvocateReferrals: 1001}} {
		if bad.Check("stages") == nil {
			t.Errorf("%+v passes", bad)
		}
	}
	if err := (Thresholds{LoyalOrders: 20}).Check("stages"); err != nil {
		t.Error(err)
	}
}

// What was before an order leaves the order out.
func TestFactsBefore(t *testing.T) {
	f := fold([]Contribution{
		{Order: "a", At: noon, Counts: true, Currency: "EUR", Spent: 100}, {Order: "b", At: noon.Add(oneDay), Counts: true, Currency: "EUR", Spent: 50},
	})
	got := FactsAt(f, Thresholds{}, "b", "EUR", noon.Add(2*oneDay))
	if *got.OrdersCount != 1 || got.Spent.Minor != 100 || !got.LastOrderAt.Equal(noon) || got.Stage != FirstTime {
		t.Errorf("%+v", got)
	}
	if got := FactsAt(f, Thresholds{}, "c", "CHF", noon.Add(2*oneDay)); *got.OrdersCount != 2 || got.Spent.Minor != 0 || got.Stage != Repeat {
		t.Errorf("%+v", got)
	}
	n := int64(7)
	if said := (Facts{OrdersCount: &n}).Or(got); *said.OrdersCount != 7 || said.Stage != FirstTime {
		t.Errorf("%+v", said)
	}
}

// Until the moment that it names a standing does not change, whatever the orders, if no other comes.
func TestUntil(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
		var f Figures
		for i, days := range rapid.SliceOfN(rapid.IntRange(0, 1500), 0, 6).Draw(t, "orders") {
			f = f.Add(Contribution{Order: fmt.Sprint(i), At: start.AddDate(0, 0, -days), Currency: "EUR", Counts: true})
		}
		rules := Thresholds{LoyalOrders: 2, LapsedAfterDays: rapid.Int64Range(1, 400).Draw(t, "lapsed"), WonBackDays: rapid.Int64Range(1, 400).Draw(t, "back")}
		for now := start; now.Before(start.AddDate(6, 0, 0)); {
			is := Stand(f, rules, now)
			next := is.Until()
			if next.IsZero() {
				next = start.AddDate(7, 0, 0)
			}
			for at := now; at.Before(next.Add(-time.Millisecond)); at = at.Add(13 * time.Hour) {
				if got := Stand(f, rules, at); got.Stage != is.Stage {
					t.Fatalf("%s at %v, %s at %v, though it was to last until %v", is.Stage, now, got.Stage, at, next)
				}
			}
			now = next
		}
	})
}
