package main

import (
	"context"
	"fmt"
	"net/http"
)

// members are how many are in the segment that is asked for here, so many that each
// partition has some. Part people asks for one of many more.
const members = 400

// segmented are calls of which the cost must not hang on how many customers there are.
func (g *goods) segmented() []operation {
	return []operation{
		{"count a segment", g.ofEverybody("", `"state":"ready"`)},
		{"list one of a segment", g.ofEverybody("/customers?limit=1", `"next_cursor":"`)},
	}
}

// everybody makes customers once, and a segment that all of them are in.
func (g *goods) everybody(ctx context.Context) (err error) {
	if g.segmentID != "" {
		return nil
	}
	if err = side(members, func(i int) error {
		_, err := g.do(ctx, call{fmt.Sprintf("%s /v1/customers/member-%d", http.MethodPut, i), `{"tags":["news"]}`, http.StatusCreated, `"object":"customer"`})
		return err
	}); err != nil {
		return err
	}
	if g.segmentID, err = g.segment(ctx, "everybody"); err != nil {
		return err
	}
	return g.walk(ctx)
}

// ofEverybody asks for the segment.
func (g *goods) ofEverybody(what, has string) func(context.Context, int) ([]call, error) {
	return func(ctx context.Context, n int) ([]call, error) {
		err := g.everybody(ctx)
		return each(n, func(int) call {
			return call{http.MethodGet + " /v1/segments/" + g.segmentID + what, "", http.StatusOK, has}
		}), err
	}
}
