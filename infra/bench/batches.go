package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/idem"
)

// tenMillion is the size of a batch here. It costs what one of ten codes does.
const tenMillion = 10_000_000

// batch makes a campaign's batch.
func (t *tenant) batch(ctx context.Context, c coupon.Campaign) (*coupon.Coder, error) {
	wish, err := coupon.BatchIssue{Campaign: c, Count: tenMillion, Now: time.Now().UTC().Truncate(time.Millisecond)}.Check()
	if err != nil {
		return nil, err
	}
	b, err := t.house.Operator.CreateBatch(ctx, t.caller.Space, wish, idem.Key{})
	if err != nil {
		return nil, err
	}
	return coupon.NewCoder(b)
}

// batched are the operations of derived codes: those of a batch, which have no row before their first use.
func (g *goods) batched() []operation {
	return []operation{
		{"batch of 10 M codes", g.batches},
		{"validate derived", g.derivedValidations},
		{"redeem derived", g.derivedRedemptions},
		{"refuse a text that is no code", g.guesses},
	}
}

func (g *goods) batches(_ context.Context, n int) ([]call, error) {
	return each(n, func(int) call {
		return call{"/v1/batches", fmt.Sprintf(`{"campaign":%q,"count":%d}`, g.plain.ID, tenMillion), http.StatusCreated, `"object":"batch"`}
	}), nil
}

// derived gives another code with each call.
func (g *goods) derived() string { return string(g.batch.Append(nil, g.orders.Add(1)%tenMillion)) }

func (g *goods) derivedValidations(_ context.Context, n int) ([]call, error) {
	return each(n, func(int) call { return g.validation(g.derived()) }), nil
}

func (g *goods) derivedRedemptions(_ context.Context, n int) ([]call, error) {
	return each(n, func(int) call { return g.redemption(g.derived()) }), nil
}

func (g *goods) guesses(_ context.Context, n int) ([]call, error) {
	return each(n, func(int) call {
		c := g.redemption(string(g.batch.Append(nil, tenMillion+g.orders.Add(1))))
		c.status, c.has = http.StatusNotFound, `"coupon_unknown"`
		return c
	}), nil
}
