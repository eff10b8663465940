package dynamo

import (
	"context"
	"errors"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// AddReturn takes in that something of an order came back, once: its row and the
// order's in one transaction, which only the version and the returns that it was
// checked against let pass. So no line has more back than it had.
func (s *Store) AddReturn(ctx context.Context, sp shop.Space, t order.Return) (order.Return, bool, error) {
	for n := range maxTries {
		made, again, err := s.returnOnce(ctx, sp, t)
		if !errors.Is(err, errChanged) {
			return made, again, err
		}
		if err := wait(ctx, n); err != nil {
			return t, false, failed("dynamo.AddReturn", err)
		}
	} // other returns of the order were faster each time
	return t, false, fault.ErrUnavailable.In("dynamo.AddReturn").Because(errChanged)
}

func (s *Store) returnOnce(ctx context.Context, sp shop.Space, t order.Return) (order.Return, bool, error) {
	told, mine := orderKey(sp, t.Order), returnOfKey(sp, t.Order, t.ID)
	rows, err := s.batch(ctx, s.tables.Orders, []item{told, mine}, true)
	if err != nil {
		return t, false, err
	}
	if row := rows[rowID(mine)]; row != nil {
		return sameReturn(row, t)
	}
	if rows[rowID(told)] == nil {
		return t, false, order.ErrUnknown.At("id")
	}
	r, err := readOrder(sp, rows[rowID(told)])
	if err != nil {
		return t, false, err
	}
	if err := r.CheckReturn(t); err != nil {
		return t, false, err
	}
	t.Currency = r.Currency
	refused, err := s.settle(ctx, "dynamo.AddReturn", s.returnWrites(sp, r, t)...)
	if err == nil && refused != nil {
		err = errChanged
	}
	return t, false, err
}

// sameReturn gives the first answer again, or says that it was another return.
func sameReturn(row item, t order.Return) (order.Return, bool, error) {
	var first order.Return
	if err := getDocument(row, "return", &first); err != nil {
		return t, false, err
	}
	if !first.Same(t) {
		return t, false, order.ErrReturnDiffers.At("lines")
	}
	return first, true, nil
}

func (s *Store) returnWrites(sp shop.Space, r order.Record, t order.Return) []write {
	row, back := returnOfKey(sp, t.Order, t.ID), r.Back.Plus(t)
	row["return"] = document(t)
	sums := write{
		table: s.tables.Orders, key: orderKey(sp, t.Order),
		update:    "SET returned = :returned, unpriced = :unpriced, returned_amount = :amount, times_returned = :count",
		condition: "version = :version AND ",
		values: item{
			":returned": nums(back.Lines), ":unpriced": nums(back.Unpriced), ":amount": num(back.Amount), ":count": num(back.Count),
			":version": num(r.Version),
		},
	}
	if r.Back.Count > 0 {
		sums.condition += "times_returned = :seen"
		sums.values[":seen"] = num(r.Back.Count)
	} else {
		sums.condition += "attribute_not_exists(times_returned)"
	}
	return []write{{table: s.tables.Orders, item: row, condition: "attribute_not_exists(pk)"}, sums}
}

// returnsOf reads all returns of an order.
func (s *Store) returnsOf(ctx context.Context, sp shop.Space, id string) ([]order.Return, error) {
	var out []order.Return
	err := s.eachUnder(ctx, orderPK(sp, id), skReturns, func(row item) error {
		var t order.Return
		err := getDocument(row, "return", &t)
		out = append(out, t)
		return err
	})
	return out, err
}
