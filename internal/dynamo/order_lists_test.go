package dynamo

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/order"
)

func placedAt(at time.Time) func(*order.Told) { return func(t *order.Told) { t.PlacedAt = at } }

// sell tells an order and settles it.
func (s *side) sell(id string, change ...func(*order.Told)) order.Record {
	s.t.Helper()
	r := s.told(id, 1, change...)
	s.put(r)
	s.must(s.SettleOrder(s.t.Context(), s.space, id))
	return r
}

// pages lists all of a filter's orders in pages.
func (s *side) pages(f order.Filter, limit int) (ids []string) {
	s.t.Helper()
	for below := ""; ; {
		found, next, err := s.Orders(s.t.Context(), s.space, f, below, limit)
		s.must(err)
		for _, r := range found {
			ids = append(ids, r.ID)
		}
		if below = next; below == "" {
			return ids
		}
		if len(found) != limit {
			s.t.Errorf("%d on a page of %d that is not the last", len(found), limit)
		}
	}
}

// A list has what was placed in its span, to the millisecond, newest first, in
// pages of any size; of everybody as of one person.
func TestListsOfOrders(t *testing.T) {
	s, r := newSide(t), rand.New(rand.NewPCG(rand.Uint64(), 0))
	start := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	var all []order.Record
	for n, at := range []time.Time{time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)} {
		all = append(all, s.sell(fmt.Sprint("far-", n), placedAt(at)))
	}
	for n := range 25 {
		all = append(all, s.sell(fmt.Sprint("o-", n), placedAt(start.Add(time.Duration(r.IntN(10))*time.Millisecond)), func(t *order.Told) {
			t.Person = []string{"anna", "ben", ""}[n%3]
			t.Status = someStatuses[n%len(someStatuses)]
		}))
	}
	slices.SortFunc(all, func(a, b order.Record) int { return cmp.Or(b.PlacedAt.Compare(a.PlacedAt), cmp.Compare(b.ID, a.ID)) })
	bounds := []time.Time{{}, start.Add(-1), start, start.Add(1), start.Add(4 * time.Millisecond), start.Add(5*time.Millisecond - 1), start.Add(time.Hour)}
	for _, person := range []string{"", "anna", "nobody"} {
		for _, from := range bounds {
			for _, until := range bounds {
				f := order.Filter{Person: person}
				if f.From, f.Until = from, until; f.Check("", "") != nil {
					continue
				}
				var want []string
				for _, r := range all {
					if f.Has(r.PlacedAt) && (person == "" || r.Person == person) {
						want = append(want, r.ID)
					}
				}
				if got := s.pages(f, 1+r.IntN(30)); !slices.Equal(got, want) {
					t.Fatalf("%q %v: %v, want %v", person, f.Span, got, want)
				}
			}
		}
	}
}

// An order that moves is listed once, where the last version has it, however many
// settle it at once; meanwhile it is in no span where it is not.
func TestListedOrderMoves(t *testing.T) {
	s := newSide(t)
	start := s.now()
	july := order.Filter{}
	july.From, july.Until = start, start.Add(time.Hour)
	s.sell("o-1", placedAt(start))
	s.put(s.told("o-1", 2, placedAt(start.Add(2*time.Hour)))) // and nobody has followed it
	if got := s.pages(july, 5); got != nil {
		t.Errorf("%v", got)
	}
	var wg sync.WaitGroup
	for v := range int64(8) {
		wg.Go(func() {
			r := s.told("o-1", 3+v, placedAt(start.Add(time.Duration(v)*time.Second)), func(t *order.Told) { t.Person = []string{"anna", ""}[v%2] })
			store := s.another()
			_, _, err := store.PutOrder(t.Context(), s.space, r)
			s.must(err)
			s.must(store.SettleOrder(t.Context(), s.space, "o-1"))
		})
	}
	wg.Wait()
	last, err := s.Order(t.Context(), s.space, "o-1")
	s.must(err)
	if got := s.placedRows("o-1"); last.Version != 10 || !slices.Equal(got, []string{rowID(placedKey(s.space, last.PlacedAt, "o-1"))}) {
		t.Errorf("version %d of %v is listed as %v", last.Version, last.PlacedAt, got)
	}
	if got := s.pages(july, 5); !slices.Equal(got, []string{"o-1"}) {
		t.Errorf("%v", got)
	}
}

// An order that was settled before there was a list is listed when it is settled again.
func TestOrderSettledBeforeTheList(t *testing.T) {
	s := newSide(t)
	for _, person := range []string{"anna", ""} {
		id := "o-" + person
		r := s.sell(id, func(t *order.Told) { t.Person = person })
		_, err := newClient().DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &s.tables.Orders, Key: placedKey(s.space, r.PlacedAt, id)})
		s.must(err)
		_, err = s.settle(t.Context(), "test", write{table: s.tables.Orders, key: contributionKey(s.space, id), update: "REMOVE listed"})
		s.must(err)
		before, err := s.Figures(t.Context(), s.space, "anna")
		s.must(err)
		s.must(s.SettleOrder(t.Context(), s.space, id))
		if got := s.placedRows(id); len(got) != 1 {
			t.Errorf("%q: %v", person, got)
		}
		if after, err := s.Figures(t.Context(), s.space, "anna"); err != nil || !sameFigures(before, after) {
			t.Errorf("%+v %v, were %+v", after, err, before)
		}
	}
}

// Settling an order again writes nothing, also of one that is nobody's.
func TestSettledOrderIsQuiet(t *testing.T) {
	s := newSide(t)
	for _, person := range []string{"anna", ""} {
		s.sell("o-"+person, func(t *order.Told) { t.Person = person })
		before := len(s.wire.writes)
		s.must(s.contribute(t.Context(), s.space, "o-"+person))
		if n := len(s.wire.writes) - before; n != 0 {
			t.Errorf("%q: %d writes", person, n)
		}
	}
	if rows := s.orders(figuresPK(s.space, "") + "|"); len(rows) != 0 {
		t.Errorf("nobody has figures: %v", rows)
	}
}
