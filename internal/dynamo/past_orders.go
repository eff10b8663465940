package dynamo

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// PastOrders reads stored orders of a span, oldest first: a hundred at a time, until
// there are enough, or it is late. Rows may be as old as DynamoDB's usual second.
func (s *Store) PastOrders(ctx context.Context, sp shop.Space, h coupon.History) (coupon.Past, error) {
	from, until := placedBounds(h.From, h.Until)
	rows, err := s.page(ctx, s.placedQueries(sp, query{from: from, until: until, past: h.After, limit: h.Limit + 1, oldest: true})...)
	if err != nil {
		return coupon.Past{}, err
	}
	stages, err := s.Stages(ctx, sp)
	if err != nil {
		return coupon.Past{}, err
	}
	listed := rows[:min(len(rows), h.Limit)]
	t := teller{Store: s, space: sp, history: h, stages: stages, lives: map[string]*life{}}
	if len(listed) > 0 {
		t.end = getStr(listed[len(listed)-1], attrSK)
	}
	var out coupon.Past
	done := 0
	for chunk := range slices.Chunk(listed, maxBatch) {
		if done > 0 && !s.now().Before(h.Deadline) {
			break
		}
		if err := t.add(ctx, chunk, &out); err != nil {
			return coupon.Past{}, err
		}
		done += len(chunk)
	}
	if done < len(rows) {
		out.Next = getStr(rows[done-1], attrSK)
	}
	return out, nil
}

// teller tells of orders what was before them.
type teller struct {
	*Store
	space   shop.Space
	history coupon.History
	stages  customer.Thresholds
	end     string           // the last order's place
	lives   map[string]*life // of persons
}

// life is what a person ordered, and how far it has been told.
type life struct {
	orders  []customer.Contribution // those that count, oldest first
	figures customer.Figures        // of the ones before
	unknown bool                    // they are too many
}

// add adds listed orders to the past.
func (t *teller) add(ctx context.Context, rows []item, out *coupon.Past) error {
	found, err := t.ordersAt(ctx, t.space, rows, false)
	if err != nil {
		return err
	}
	homes, err := t.homes(ctx, rows)
	if err != nil {
		return err
	}
	if t.history.Facts {
		if err := t.live(ctx, homes); err != nil {
			return err
		}
	}
	for _, row := range rows {
		id := placedID(row)
		r, ok := found[id]
		switch {
		case !ok || !t.history.Has(r.PlacedAt): // erased, or moved out of the span
		case !r.Counts():
			out.Cancelled++
		default:
			out.Orders = append(out.Orders, coupon.Stored(r, homes[id], t.facts(homes[id], row, r.Currency)))
		}
	}
	return nil
}

// homes tells for whom orders count: an address may be a customer's by now.
func (t *teller) homes(ctx context.Context, rows []item) (map[string]string, error) {
	keys := make([]item, len(rows))
	for i, row := range rows {
		keys[i] = contributionKey(t.space, placedID(row))
	}
	found, err := t.batch(ctx, t.tables.Orders, keys, false)
	homes := make(map[string]string, len(rows))
	for i, row := range rows {
		homes[placedID(row)] = getStr(found[rowID(keys[i])], "person")
	}
	return homes, err
}

// livesAtOnce is how many persons' orders are read side by side.
const livesAtOnce = 16

// live reads what persons have ordered who were not met before.
func (t *teller) live(ctx context.Context, homes map[string]string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(livesAtOnce)
	for _, person := range homes {
		if person == "" || t.lives[person] != nil {
			continue
		}
		l := &life{}
		t.lives[person] = l
		g.Go(func() error { return t.remember(ctx, person, l) })
	}
	return g.Wait()
}

func (t *teller) remember(ctx context.Context, person string, l *life) error {
	rows, err := t.under(ctx, part{pk: figuresPK(t.space, person), prefix: skOrders, below: skOrders + t.end, counting: true, limit: t.history.Longest + 1})
	if l.unknown = len(rows) > t.history.Longest; l.unknown {
		return err
	}
	for _, row := range slices.Backward(rows) {
		l.orders = append(l.orders, contribution(row))
	}
	return err
}

// facts are what a person's orders before a listed one tell. Orders are asked for as they follow each other.
func (t *teller) facts(person string, row item, currency string) customer.Facts {
	l := t.lives[person]
	if l == nil || l.unknown {
		return customer.Facts{}
	}
	at, id := placedTime(row), placedID(row)
	for len(l.orders) > 0 && (l.orders[0].At.Before(at) || l.orders[0].At.Equal(at) && l.orders[0].Order < id) {
		l.figures, l.orders = l.figures.Add(l.orders[0]), l.orders[1:]
	}
	return customer.FactsAt(l.figures, t.stages, id, currency, at) // without itself, which may have moved this very moment
}
