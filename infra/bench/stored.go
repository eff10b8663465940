package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/order"
)

// stored are operations on the orders that a shop has told: a hundred, of ten customers.
func (g *goods) stored() []operation {
	return []operation{
		{"list 100 orders", g.listsOrders},
		{"forecast over 100 stored orders", g.forecasts(coupon.Rules{})},
		{"forecast over 100, first orders only", g.forecasts(coupon.Rules{FirstOrderOnly: true})},
	}
}

// longAgo nothing else was told.
var longAgo = time.Date(2025, 5, 1, 12, 0, 0, 0, time.UTC)

const pastOrders = 100

// past tells the orders of long ago, and follows them. Doing it again changes nothing.
func (g *goods) past(ctx context.Context) error {
	return side(pastOrders, func(i int) error {
		who := customer.Ref{ID: fmt.Sprintf("c-past-%d", i%10)}
		person, err := who.Person(ctx, g.caller)
		if err != nil {
			return err
		}
		r, err := order.New(order.Told{Record: order.Record{Version: 1, Status: order.Paid, Customer: who.ID, Person: person, Order: order.Order{
			ID: fmt.Sprintf("past-%d", i), Currency: "EUR", ShippingAmount: 490, PlacedAt: longAgo.Add(time.Duration(i) * time.Hour),
			Lines: []order.Line{{ID: "1", SKU: "mug", Quantity: 2, UnitAmount: 1950}, {ID: "2", SKU: "tea", Quantity: 1, UnitAmount: 1000}},
		}}})
		if err != nil {
			return err
		}
		if _, _, err := g.house.Operator.PutOrder(ctx, g.caller.Space, r.Sign(g.caller.Secrets)); err != nil {
			return err
		}
		return g.house.Operator.SettleOrder(ctx, g.caller.Space, r.ID)
	})
}

func (g *goods) listsOrders(ctx context.Context, n int) ([]call, error) {
	path := http.MethodGet + " /v1/orders?limit=100&placed_from=2025-05-01T00:00:00Z&placed_until=2025-06-01T00:00:00Z"
	return each(n, func(int) call { return call{path, "", http.StatusOK, `"id":"past-99"`} }), g.past(ctx)
}

func (g *goods) forecasts(rules coupon.Rules) func(context.Context, int) ([]call, error) {
	return func(ctx context.Context, n int) ([]call, error) {
		d := g.plain.Definition
		d.Rules = rules
		c, err := g.house.Operator.CreateCampaign(ctx, g.caller.Space, d, idem.Key{})
		if err != nil {
			return nil, err
		}
		body := `{"placed_from":"2025-05-01T00:00:00Z","placed_until":"2025-06-01T00:00:00Z"}`
		return each(n, func(int) call {
			return call{"/v1/campaigns/" + c.ID + "/forecast", body, http.StatusOK, `"orders":100`}
		}), g.past(ctx)
	}
}
