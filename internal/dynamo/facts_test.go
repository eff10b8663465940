package dynamo

import (
	"testing"

	"github.com/lagniappe/lagniappe/internal/order"
)

// The newest figures stay beside the coupons, whichever is laid there last; and
// none for a person who is somebody else.
func TestFiguresBesideCoupons(t *testing.T) {
	s := newSide(t)
	settle := func(version int64, to order.Status) {
		t.Helper()
		s.put(s.told("o-1", version, status(to)))
		s.must(s.SettleOrder(t.Context(), s.space, "o-1"))
	}
	beside := func(want int64) {
		t.Helper()
		_, row, err := s.nowIs(t.Context(), s.space, "anna")
		s.must(err)
		if f, err := readFigures(row); err != nil || f.OrdersCount != want {
			t.Errorf("%+v %v, want %d orders", f, err, want)
		}
	}
	settle(1, order.Paid)
	beside(0)
	s.must(s.SettleFigures(t.Context(), s.space, "anna"))
	beside(1)
	old, err := s.get(t.Context(), s.tables.Orders, figuresKey(s.space, "anna"))
	s.must(err)
	settle(2, order.Cancelled)
	s.must(s.SettleFigures(t.Context(), s.space, "anna"))
	beside(0)
	if _, err := s.settle(t.Context(), "test", write{table: s.tables.Orders, item: old}); err != nil {
		t.Fatal(err)
	}
	s.must(s.SettleFigures(t.Context(), s.space, "anna")) // one that read before the cancellation
	beside(0)

	s.put(s.told("o-2", 1))
	s.must(s.SettleOrder(t.Context(), s.space, "o-2"))
	(&story{s: s}).joins(t.Context(), s.Store, "anna", "c-1")
	before := len(s.row(personKey(s.space, "anna")))
	settle(3, order.Paid)
	s.must(s.SettleFigures(t.Context(), s.space, "anna"))
	if row := s.row(personKey(s.space, "anna")); len(row) != before || getNum(row, "facts_version") != 2 {
		t.Errorf("%v", row)
	}
	s.must(s.SettleFigures(t.Context(), s.space, "c-1"))
	beside(2)
}
