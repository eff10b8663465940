package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// joint are operations on several codes of one order, and on holds.
func (g *goods) joint() []operation {
	return []operation{
		{"redeem 3 codes", g.several(3)},
		{"redeem 10 codes", g.several(10)},
		{"hold", g.holds},
		{"commit", g.commits},
	}
}

func (g *goods) several(k int) func(context.Context, int) ([]call, error) {
	return func(ctx context.Context, n int) ([]call, error) {
		codes, err := g.codes(ctx, n*k)
		return each(n, func(i int) call {
			c := g.redemption(codes[i*k])
			c.body = strings.Replace(c.body, fmt.Sprintf("[%q]", codes[i*k]), quoted(codes[i*k:(i+1)*k]), 1)
			return c
		}), err
	}
}

func quoted(codes []string) string {
	b, _ := json.Marshal(codes) // texts always encode
	return string(b)
}

func (g *goods) holds(ctx context.Context, n int) ([]call, error) {
	codes, err := g.codes(ctx, n)
	return each(n, func(i int) call {
		return call{"/v1/holds", g.use(codes[i]), http.StatusCreated, `"status":"held"`}
	}), err
}

func (g *goods) commits(ctx context.Context, n int) ([]call, error) {
	held, err := g.holds(ctx, n)
	if err != nil {
		return nil, err
	}
	ids := make([]string, n)
	err = side(n, func(i int) error {
		answer, err := g.do(ctx, held[i])
		if err != nil {
			return err
		}
		var h coupon.Hold
		err = json.Unmarshal(answer, &h)
		ids[i] = h.ID
		return err
	})
	return each(n, func(i int) call {
		return call{"/v1/holds/" + ids[i] + "/commit", `{}`, http.StatusCreated, `"status":"redeemed"`}
	}), err
}
