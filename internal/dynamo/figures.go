package dynamo

import (
	"context"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// figuresWrite counts an order otherwise than before in its customer's figures,
// if they are as they were read.
func (s *Store) figuresWrite(ctx context.Context, sp shop.Space, person string, was, is customer.Contribution) (write, error) {
	row, err := s.get(ctx, s.tables.Orders, figuresKey(sp, person))
	if err != nil {
		return write{}, err
	}
	f, err := readFigures(row)
	if err != nil {
		return write{}, err
	}
	if f, err = s.counted(ctx, sp, person, f, was, is); err != nil {
		return write{}, err
	}
	version := getNum(row, "version")
	next := figuresKey(sp, person)
	next["figures"], next["recent"], next["version"] = document(f), document(f.Recent), num(version+1)
	w := write{table: s.tables.Orders, item: next, condition: "attribute_not_exists(pk)"}
	if version > 0 {
		w.condition, w.values = "version = :seen", item{":seen": num(version)}
	}
	return w, nil
}

// counted gives the figures with the order as it is. Where they remember too
// little, the latest orders and the first are read again.
func (s *Store) counted(ctx context.Context, sp shop.Space, person string, f customer.Figures, was, is customer.Contribution) (customer.Figures, error) {
	if was.Counts && is.Counts && was.At.Equal(is.At) {
		return f.Replace(was, is), nil
	}
	f, whole := f.Remove(was)
	if !whole {
		newest, err := s.others(ctx, sp, person, was.Order, false, customer.RecentOrders)
		if err != nil {
			return f, err
		}
		oldest, err := s.others(ctx, sp, person, was.Order, true, 1)
		if err != nil {
			return f, err
		}
		var first time.Time
		if len(oldest) > 0 {
			first = oldest[0].At
		}
		f = f.Refill(newest, first)
	}
	return f.Add(is), nil
}

// others reads a person's orders that count, but one.
func (s *Store) others(ctx context.Context, sp shop.Space, person, but string, oldest bool, n int) ([]customer.Contribution, error) {
	rows, err := s.under(ctx, part{pk: figuresPK(sp, person), prefix: skOrders, counting: true, oldest: oldest, limit: n + 1})
	var out []customer.Contribution
	for _, row := range rows {
		if c := contribution(row); c.Order != but && len(out) < n {
			out = append(out, c)
		}
	}
	return out, err
}

func readFigures(row item) (f customer.Figures, err error) {
	if err := getDocument(row, "figures", &f); err != nil {
		return f, err
	}
	err = getDocument(row, "recent", &f.Recent)
	for i := range f.Recent { // the others are not remembered
		f.Recent[i].Counts = true
	}
	return f, err
}
