package dynamo

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Order reads an order.
func (s *Store) Order(ctx context.Context, sp shop.Space, id string) (order.Record, error) {
	row, err := s.get(ctx, s.tables.Orders, orderKey(sp, id))
	if err == nil && row == nil {
		err = fault.ErrNotFound
	}
	if err != nil {
		return order.Record{}, err
	}
	return readOrder(sp, row)
}

func readOrder(sp shop.Space, row item) (order.Record, error) {
	var r order.Record
	if err := getDocument(row, "order", &r); err != nil {
		return r, err
	}
	r.Livemode, r.Person, r.Fingerprint, r.EndedAt = sp.Live, getStr(row, "person"), getBin(row, "fingerprint"), getTime(row, "ended_at")
	r.Reached = map[order.Status]time.Time{}
	for _, status := range order.Statuses {
		if at := getTime(row, reached(status)); !at.IsZero() {
			r.Reached[status] = at
		}
	}
	return r.WithBack(order.Back{
		Count: getNum(row, "times_returned"), Lines: getNums(row, "returned"),
		Unpriced: getNums(row, "unpriced"), Amount: getNum(row, "returned_amount"),
	}), nil
}

// getNums reads what nums wrote.
func getNums(i item, name string) map[string]int64 {
	of := getMap(i, name)
	if of == nil {
		return nil
	}
	out := make(map[string]int64, len(of))
	for k := range of {
		out[k] = getNum(of, k)
	}
	return out
}

func nums(m map[string]int64) types.AttributeValue {
	out := item{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out[k] = num(m[k])
	}
	return &types.AttributeValueMemberM{Value: out}
}

// Figures gives what a person's orders add up to, as far as they are settled.
func (s *Store) Figures(ctx context.Context, sp shop.Space, person string) (customer.Figures, error) {
	home, _, err := s.canonical(ctx, sp, person)
	if err != nil {
		return customer.Figures{}, err
	}
	row, err := s.get(ctx, s.tables.Orders, figuresKey(sp, home))
	if err != nil {
		return customer.Figures{}, err
	}
	return readFigures(row)
}
