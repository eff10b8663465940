package dynamo

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// relisted moves the order in the shop's list.
func (s *Store) relisted(sp shop.Space, id string, was, next home) (ws []write) {
	if was.listed.Equal(next.listed) {
		return nil
	}
	if !was.listed.IsZero() {
		ws = append(ws, write{table: s.tables.Orders, key: placedKey(sp, was.listed, id), remove: true})
	}
	if !next.listed.IsZero() {
		ws = append(ws, write{table: s.tables.Orders, item: placedKey(sp, next.listed, id)})
	}
	return ws
}

// Orders lists a page of a shop's orders, or of a person's, newest first, with the
// sort key that ended it ("" on the last). An order is listed a moment after it was
// told. One that was moved out of the span since is left out.
func (s *Store) Orders(ctx context.Context, sp shop.Space, f order.Filter, below string, limit int) ([]order.Record, string, error) {
	rows, err := s.placed(ctx, sp, f, below, limit+1)
	if err != nil {
		return nil, "", err
	}
	rows, next := upTo(rows, limit)
	found, err := s.ordersAt(ctx, sp, rows, true)
	var out []order.Record
	for _, row := range rows {
		if r, ok := found[placedID(row)]; ok && f.Has(r.PlacedAt) {
			out = append(out, r)
		}
	}
	return out, next, err
}

// placed gives rows of a list of orders, newest first.
func (s *Store) placed(ctx context.Context, sp shop.Space, f order.Filter, below string, limit int) ([]item, error) {
	from, until := placedBounds(f.From, f.Until)
	if f.Person == "" {
		return s.page(ctx, s.placedQueries(sp, query{from: from, until: until, past: below, limit: limit})...)
	}
	home, _, err := s.canonical(ctx, sp, f.Person)
	if err != nil {
		return nil, err
	}
	if below == "" {
		below = skOrders + until
	}
	return s.under(ctx, part{pk: figuresPK(sp, home), prefix: skOrders + from, below: below, limit: limit})
}

// placedQueries asks every bucket of the shop's list.
func (s *Store) placedQueries(sp shop.Space, q query) []query {
	qs := make([]query, orderBuckets)
	for n := range qs {
		q.table, q.hashAttr, q.hash, q.sortAttr = s.tables.Orders, attrPK, ordersPK(sp, n), attrSK
		qs[n] = q
	}
	return qs
}

// placedBounds are what the sort keys of a span lie between. Keys go on behind the
// moment, so none is the upper one.
func placedBounds(from, until time.Time) (lower, upper string) {
	lower, upper = sortTime(time.UnixMilli(0)), sortTime(time.UnixMilli(lastMilli))
	if !from.IsZero() {
		lower = sortTime(ceilMilli(from))
	}
	if !until.IsZero() {
		upper = sortTime(ceilMilli(until))
	}
	return lower, upper
}

// lastMilli is after the year 9999, and has as many digits.
const lastMilli = 999_999_999_999_999

// ceilMilli is the first moment that a row can have from t on.
func ceilMilli(t time.Time) time.Time { return t.Add(time.Millisecond - 1).Truncate(time.Millisecond) }

// placedID reads which order a row of a list is of, the shop's or a person's.
func placedID(row item) string {
	_, id, _ := strings.Cut(strings.TrimPrefix(getStr(row, attrSK), skOrders), "#")
	return id
}

// placedTime reads the moment under which a row of the shop's list stands.
func placedTime(row item) time.Time {
	at, _, _ := strings.Cut(getStr(row, attrSK), "#")
	ms, _ := strconv.ParseInt(at, 10, 64) // only sortTime writes these
	return time.UnixMilli(ms).UTC()
}

// ordersAt reads the orders of listed rows, by their ids. Who was erased meanwhile has none.
func (s *Store) ordersAt(ctx context.Context, sp shop.Space, rows []item, consistent bool) (map[string]order.Record, error) {
	keys := make([]item, len(rows))
	for i, row := range rows {
		keys[i] = orderKey(sp, placedID(row))
	}
	found, err := s.batch(ctx, s.tables.Orders, keys, consistent)
	if err != nil {
		return nil, err
	}
	out := make(map[string]order.Record, len(rows))
	for _, row := range found {
		r, err := readOrder(sp, row)
		if err != nil {
			return nil, err
		}
		out[r.ID] = r
	}
	return out, nil
}
