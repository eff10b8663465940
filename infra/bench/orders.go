package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// ordered are operations on orders, and what follows from one: the relay's work
// for the order's row, and for that of its customer's figures.
func (g *goods) ordered() []operation {
	return []operation{
		{"tell an order", g.tells},
		{"tell it again", g.retells},
		{"tell a return", g.returns},
		{"follow an order", g.follows(orderRow)},
		{"follow figures", g.follows(figuresRow)},
	}
}

// sold is a fresh order of somebody who has never ordered, as a shop tells it.
func (g *goods) sold() (id, body string) {
	o := g.order()
	id = fmt.Sprintf("order-%d", g.orders.Load())
	return id, fmt.Sprintf(`{"version":1,"status":"paid","customer":"c-%s","placed_at":"2026-07-01T12:00:00Z",%s`, id, o[len(`{"id":"`+id+`",`):])
}

func (g *goods) tells(_ context.Context, n int) ([]call, error) {
	return each(n, func(int) call {
		id, body := g.sold()
		return call{http.MethodPut + " /v1/orders/" + id, body, http.StatusCreated, `"object":"order"`}
	}), nil
}

// told are orders that were told.
func (g *goods) told(ctx context.Context, n int) ([]call, error) {
	calls, err := g.tells(ctx, n)
	if err != nil {
		return nil, err
	}
	return calls, side(n, func(i int) error {
		_, err := g.do(ctx, calls[i])
		return err
	})
}

func (g *goods) retells(ctx context.Context, n int) ([]call, error) {
	told, err := g.told(ctx, n)
	for i := range told {
		told[i].status = http.StatusOK
	}
	return told, err
}

func (g *goods) returns(ctx context.Context, n int) ([]call, error) {
	told, err := g.told(ctx, n)
	return each(n, func(i int) call {
		path := strings.TrimPrefix(told[i].path, http.MethodPut+" ") + "/returns"
		return call{path, `{"id":"return-1","lines":[{"id":"1","quantity":1}]}`, http.StatusCreated, `"object":"return"`}
	}), err
}

// follows are records of the stream, as the relay gets them.
func (g *goods) follows(row func(shop.Space, string, string) stream.Record) func(context.Context, int) ([]call, error) {
	return func(ctx context.Context, n int) ([]call, error) {
		told, err := g.told(ctx, n)
		if err != nil {
			return nil, err
		}
		calls := make([]call, n)
		for i := range calls {
			id := strings.TrimPrefix(told[i].path, http.MethodPut+" /v1/orders/")
			person, err := customer.Ref{ID: "c-" + id}.Person(ctx, g.caller)
			if err != nil {
				return nil, err
			}
			record := row(g.caller.Space, id, person)
			if record.SK == "figures" { // which the order's row has to make first
				err = g.house.Operator.SettleOrder(ctx, g.caller.Space, id)
			}
			if err != nil {
				return nil, err
			}
			calls[i] = call{path: follow + record.String()}
		}
		return calls, nil
	}
}

func orderRow(s shop.Space, id, _ string) stream.Record {
	return stream.Record{Table: "OrdersTable", PK: s.Shop[len(shop.Prefix):] + "#" + s.Side() + "#order#" + id, SK: "order"}
}

func figuresRow(s shop.Space, _, person string) stream.Record {
	return stream.Record{Table: "OrdersTable", PK: s.Shop[len(shop.Prefix):] + "#" + s.Side() + "#person#" + person, SK: "figures"}
}

// follow begins the path of a call that is no request, but a record for the relay.
const follow = "follow "

func (t *tenant) follow(ctx context.Context, row string) error {
	parts := strings.SplitN(row, "|", 3)
	return errors.Join(t.house.Streamed["relay"].Handle(ctx, []stream.Record{{Table: parts[0], PK: parts[1], SK: parts[2]}})...)
}
