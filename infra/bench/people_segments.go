package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/segment"
)

// Segments is what a segment costs of which everybody is a member: to go through
// all customers once, and then each call, which must not cost more the more they are.
type Segments struct {
	Customers int     `json:"customers"`
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"per_second"`

	// Of a customer who enters the segment.
	Requests float64 `json:"requests_each"`
	Write    float64 `json:"write_units_each"`
	Read     float64 `json:"read_units_each"`

	Count Consumed `json:"count"` // GET /v1/segments/{id}
	List  Consumed `json:"list"`  // a page of fifty of its members
	Last  Consumed `json:"last"`  // one in the midst of them
}

// Consumed is what one call asked of DynamoDB.
type Consumed struct {
	Requests int     `json:"requests"`
	Read     float64 `json:"read_units"`
}

// populate makes the customers of a shop that has none of them.
func (t *tenant) populate(ctx context.Context, n int) error {
	last, err := customer.Ref{ID: fmt.Sprint("c-", n-1)}.Person(ctx, t.caller)
	if err != nil {
		return err
	}
	if _, err = t.house.Operator.Customer(ctx, t.caller.Space, last); !errors.Is(err, fault.ErrNotFound) {
		return err // they are there
	}
	return side(n, func(i int) error {
		body := fmt.Sprintf(`{"email":"anna-%d@example.org","tags":["news"]}`, i)
		return t.patiently(func() error {
			_, err := t.do(ctx, call{fmt.Sprintf("%s /v1/customers/c-%d", http.MethodPut, i), body, http.StatusCreated, `"object":"customer"`})
			return err
		})
	})
}

// patiently tries again: a busy machine's table may be slow.
func (t *tenant) patiently(try func() error) (err error) {
	for range 5 {
		switch err = try(); {
		case err == nil, strings.Contains(err.Error(), ": 200 instead of 201"): // an answer before it was lost
			return nil
		case !strings.Contains(err.Error(), ": 503 "):
			return err
		}
	}
	return err
}

// measureCrowds measures the shop with all its customers beside one of a hundredth of them.
func (s *stage) measureCrowds(ctx context.Context, customers int) ([]Segments, error) {
	few, err := s.fewer(ctx)
	if err != nil {
		return nil, err
	}
	var out []Segments
	for _, x := range []struct {
		stage     *stage
		customers int
	}{{few, max(customers/100, 200)}, {s, customers}} {
		found, err := x.stage.measureSegments(ctx, x.customers)
		if err != nil {
			return nil, err
		}
		out = append(out, *found)
	}
	return out, nil
}

// fewer is the same stage with a shop that has no customers yet.
func (s *stage) fewer(ctx context.Context) (*stage, error) {
	h, err := house.New(house.Options{Template: s.template, Endpoint: s.emulator.Endpoint})
	if err != nil {
		return nil, err
	}
	other := *s
	other.shop, err = h.Operator.CreateShop(ctx, "few")
	return &other, err
}

// measureSegments builds a segment of all customers, and asks for it.
func (s *stage) measureSegments(ctx context.Context, customers int) (*Segments, error) {
	used := &usage{}
	t, err := s.newTenant(ctx, house.Options{Seen: used.see})
	if err != nil {
		return nil, err
	}
	if err := t.populate(ctx, customers); err != nil {
		return nil, err
	}
	id, err := t.segment(ctx, fmt.Sprint("everybody of ", customers))
	if err != nil {
		return nil, err
	}
	used.forget()
	began := time.Now()
	if err := t.walk(ctx); err != nil {
		return nil, err
	}
	each := func(n float64) float64 { return n / float64(customers) }
	out := &Segments{Customers: customers, Seconds: time.Since(began).Seconds()}
	out.PerSecond = float64(customers) / out.Seconds
	out.Requests, out.Write, out.Read = each(float64(used.requests)), each(used.write), each(used.read)
	return out, t.askSegment(ctx, id, out, used)
}

// segment makes one that everybody is in.
func (t *tenant) segment(ctx context.Context, name string) (string, error) {
	var made struct {
		ID string `json:"id"`
	}
	answer, err := t.do(ctx, call{"/v1/segments", fmt.Sprintf(`{"name":%q,"expression":"\"news\" in customer.tags"}`, name), http.StatusCreated, `"building"`})
	if err == nil {
		err = json.Unmarshal(answer, &made)
	}
	return made.ID, err
}

// walk goes through all customers, as the worker does.
func (t *tenant) walk(ctx context.Context) error {
	task := queue.Task{Kind: segment.LookAfter, Space: t.caller.Space}
	if err := t.house.Tasks.Send(ctx, task); err != nil {
		return err
	}
	t.house.Tasks.Drain(ctx)
	if dead := t.house.Tasks.Dead(); len(dead) > 0 {
		return fmt.Errorf("bench: given up: %v", dead)
	}
	return nil
}

// askSegment counts what each call consumes, the second time that it is made.
func (t *tenant) askSegment(ctx context.Context, id string, out *Segments, used *usage) error {
	page := http.MethodGet + " /v1/segments/" + id + "/customers?limit=50"
	count := call{http.MethodGet + " /v1/segments/" + id, "", http.StatusOK, fmt.Sprintf(`"count":%d,`, out.Customers)}
	first, err := t.do(ctx, call{page, "", http.StatusOK, `"next_cursor":"`})
	if err != nil {
		return err
	}
	var list struct {
		Cursor string `json:"next_cursor"`
	}
	if err := json.Unmarshal(first, &list); err != nil {
		return err
	}
	for _, x := range []struct {
		call call
		into *Consumed
	}{
		{count, &out.Count},
		{call{page, "", http.StatusOK, `"next_cursor":"`}, &out.List},
		{call{page + "&cursor=" + list.Cursor, "", http.StatusOK, `"next_cursor":"`}, &out.Last},
	} {
		used.forget()
		if _, err := t.do(ctx, x.call); err != nil {
			return err
		}
		*x.into = Consumed{used.requests, used.read}
	}
	return nil
}

func (r Report) printSegments(w io.Writer) {
	title(w, "A segment of all customers: going through them, one page after the other, and what a call asks for then")
	row(w, "customers", "seconds", "a second", "requests each", "write units each", "read units each", "", "to count: requests", "read units", "to list 50", "read units", "the next 50", "read units")
	for _, x := range r.Segments {
		row(w, x.Customers, x.Seconds, x.PerSecond, x.Requests, x.Write, x.Read, "", x.Count.Requests, x.Count.Read, x.List.Requests, x.List.Read, x.Last.Requests, x.Last.Read)
	}
}
