package dynamo

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
)

// told is a version of an order of two mugs and a tea: 53.90 with shipping.
func (s *side) told(id string, version int64, change ...func(*order.Told)) order.Record {
	s.t.Helper()
	t := order.Told{Record: order.Record{
		Version: version, Status: order.Paid, Person: "anna", Order: order.Order{
			ID: id, Currency: "EUR", ShippingAmount: 490, PlacedAt: s.now(),
			Lines: []order.Line{{ID: "1", Quantity: 2, UnitAmount: 1950}, {ID: "2", Quantity: 1, UnitAmount: 1000}},
		},
	}}
	for _, f := range change {
		f(&t)
	}
	r, err := order.New(t)
	s.must(err)
	return r.Sign(s.caller.Secrets)
}

func status(to order.Status) func(*order.Told) { return func(t *order.Told) { t.Status = to } }

func (s *side) put(r order.Record) order.Record {
	s.t.Helper()
	got, _, err := s.PutOrder(s.t.Context(), s.space, r)
	s.must(err)
	return got
}

func back(id, orderID, line string, quantity int64) order.Return {
	return order.Return{Object: "return", ID: id, Order: orderID, Lines: []order.ReturnedLine{{ID: line, Quantity: quantity}}}
}

func (s *side) comeBack(t order.Return) order.Return {
	s.t.Helper()
	t.CreatedAt = s.now()
	made, _, err := s.AddReturn(s.t.Context(), s.space, t)
	s.must(err)
	return made
}

// Who tells of an order first has made it, and nobody after.
func TestMakingAnOrder(t *testing.T) {
	s := newSide(t)
	for i, r := range []order.Record{s.told("o-1", 2), s.told("o-1", 2), s.told("o-1", 1), s.told("o-1", 3), s.told("o-1", 3)} {
		if _, made, err := s.PutOrder(t.Context(), s.space, r); err != nil || made != (i == 0) {
			t.Errorf("%d: %v %v", i, made, err)
		}
	}
}

func TestVersionsOfAnOrder(t *testing.T) {
	s := newSide(t)
	first := s.told("o-1", 2)
	if got := s.put(first); got.Version != 2 || got.Total != 5390 || got.Superseded {
		t.Errorf("%+v", got)
	}
	if got := s.put(first); got.Superseded || got.Version != 2 {
		t.Errorf("the same again: %+v", got)
	}
	_, _, err := s.PutOrder(t.Context(), s.space, s.told("o-1", 2, status(order.Fulfilled)))
	s.wants("another second version", err, order.ErrVersionDiffers)
	if got := s.put(s.told("o-1", 1, status(order.Placed))); !got.Superseded || got.Status != order.Paid {
		t.Errorf("an older one: %+v", got)
	}
	s.comeBack(back("r-1", "o-1", "1", 1))
	if got := s.put(s.told("o-1", 3, status(order.Fulfilled))); got.Status != order.Fulfilled || got.Returned["1"] != 1 {
		t.Errorf("what came back is lost: %+v", got)
	}
}

// That an order was cancelled is kept, whichever version comes first.
func TestCancellationIsKept(t *testing.T) {
	s := newSide(t)
	s.put(s.told("o-1", 1))
	if got := s.put(s.told("o-1", 3)); !got.EndedAt.IsZero() {
		t.Errorf("ended at %v", got.EndedAt)
	}
	at := s.now()
	s.put(s.told("o-1", 2, status(order.Cancelled)))
	s.clock.move(time.Hour)
	s.put(s.told("o-1", 2, status(order.Cancelled)))
	got, err := s.Order(t.Context(), s.space, "o-1")
	if s.must(err); got.Status != order.Paid || !got.EndedAt.Equal(at) {
		t.Errorf("%+v", got)
	}
	s.put(s.told("o-1", 4, status(order.Refunded)))
	if got, err = s.Order(t.Context(), s.space, "o-1"); err != nil || !got.EndedAt.Equal(s.now()) {
		t.Errorf("%+v %v", got, err)
	}
}

// A cancellation that is noted late neither hides a later one, nor makes an order that is gone.
func TestLateNoteOfACancellation(t *testing.T) {
	s := newSide(t)
	old := s.told("o-1", 2, status(order.Cancelled))
	s.must(s.noteState(t.Context(), s.space, old))
	if _, err := s.Order(t.Context(), s.space, "o-1"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("%v", err)
	}
	s.put(s.told("o-1", 4, status(order.Cancelled)))
	ended := s.now()
	s.clock.move(time.Minute)
	s.must(s.noteState(t.Context(), s.space, old))
	if got, err := s.Order(t.Context(), s.space, "o-1"); err != nil || !got.EndedAt.Equal(ended) {
		t.Errorf("%+v %v", got, err)
	}
}

// A line never has more back than it had, however many ask at once; each return is one.
func TestReturnsAtOnce(t *testing.T) {
	s := newSide(t)
	s.put(s.told("o-1", 1))
	var wg sync.WaitGroup
	var mu sync.Mutex
	made, refused := 0, 0
	for i := range 12 {
		wg.Go(func() {
			r := back(fmt.Sprint("r-", i%6), "o-1", "1", 1)
			_, again, err := s.another().AddReturn(t.Context(), s.space, r)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && !again:
				made++
			case err != nil:
				refused++
				s.wants("one too many", err, order.ErrReturnTooMuch)
			}
		})
	}
	wg.Wait()
	got, err := s.Order(t.Context(), s.space, "o-1")
	if s.must(err); made != 2 || got.Back.Lines["1"] != 2 || got.Back.Count != 2 {
		t.Errorf("%d made, %d refused, %+v", made, refused, got.Back)
	}
}

// A return is checked against the version that it is written beside.
func TestReturnBesideANewVersion(t *testing.T) {
	s := newSide(t)
	r := s.told("o-1", 1)
	s.put(r)
	writes := s.returnWrites(s.space, r, back("r-1", "o-1", "1", 2))
	s.put(s.told("o-1", 2, func(t *order.Told) { t.Lines = t.Lines[1:] }))
	refused, err := s.settle(t.Context(), "test", writes...)
	if s.must(err); refused == nil {
		t.Error("a line that is gone came back")
	}
	_, _, err = s.AddReturn(t.Context(), s.space, back("r-1", "o-1", "1", 2))
	s.wants("a line that is gone", err, order.ErrReturnLineUnknown)
	_, _, err = s.AddReturn(t.Context(), s.space, back("r-1", "o-2", "1", 2))
	s.wants("an order that nobody told", err, order.ErrUnknown)
	s.comeBack(back("r-1", "o-1", "2", 1))
	_, _, err = s.AddReturn(t.Context(), s.space, back("r-1", "o-1", "1", 1))
	s.wants("another return of that id", err, order.ErrReturnDiffers)
	writes = s.returnWrites(s.space, s.told("o-1", 2), back("r-1", "o-1", "2", 1))
	if refused, err = s.settle(t.Context(), "test", writes[0]); err != nil || refused == nil {
		t.Errorf("one return twice: %v", err)
	}
}

// Of two returns that were checked against the same ones, the later is checked anew.
func TestReturnBesideAnother(t *testing.T) {
	s := newSide(t)
	s.put(s.told("o-1", 1))
	s.comeBack(back("r-1", "o-1", "1", 1))
	r, err := s.Order(t.Context(), s.space, "o-1")
	s.must(err)
	writes := s.returnWrites(s.space, r, back("r-2", "o-1", "1", 1))
	s.comeBack(back("r-3", "o-1", "1", 1))
	refused, err := s.settle(t.Context(), "test", writes...)
	if s.must(err); refused == nil {
		t.Error("a line has more back than it had")
	}
}
