package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/lagniappe/lagniappe/infra/bench/coldstart"
	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/template"
	"github.com/lagniappe/lagniappe/internal/app/start"
)

// Cold is how one function starts beside its hello: a program with the same
// runtime and client, started in the same moments, that makes as many requests
// to DynamoDB for its first answer.
type Cold struct {
	Function string     `json:"function"`
	Requests int        `json:"requests_of_first_answer"`
	Binary   float64    `json:"binary_mb"`
	Zip      float64    `json:"zip_mb"`
	Memory   [2]float64 `json:"peak_memory_mb"`
	Cached   Times      `json:"cached_pages"`
	Dropped  Times      `json:"cold_pages"`
}

// Times are in milliseconds, first the function's, then hello's: the median of
// the quieter half of the starts, since neighbours only ever add.
type Times struct {
	Init        [2]float64 `json:"init_ms"`
	Answer      [2]float64 `json:"first_answer_ms"`
	InitRatio   float64    `json:"init_ratio"`
	AnswerRatio float64    `json:"first_answer_ratio"`
}

// pair is a function and its hello.
type pair struct {
	name      string
	bootstrap coldstart.Bootstrap
	hello     coldstart.Bootstrap
	env       []string
	event     []byte
	requests  int

	cached, dropped [2][]coldstart.Start
}

// measureCold starts all pairs in turn, round after round, so that a busy
// machine slows both sides of each.
func (s *stage) measureCold(ctx context.Context, rounds int) ([]Cold, error) {
	pairs, err := s.pairs(ctx)
	if err != nil {
		return nil, err
	}
	for n := range rounds + 1 { // the first warms the pages and the rows, and does not count
		for _, p := range pairs {
			if n == 1 {
				p.cached, p.dropped = [2][]coldstart.Start{}, [2][]coldstart.Start{}
			}
			if err := p.start(ctx); err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	var out []Cold
	for _, p := range pairs {
		out = append(out, p.result())
	}
	return out, nil
}

func (s *stage) pairs(ctx context.Context) ([]*pair, error) {
	hello, err := coldstart.Build(ctx, s.root, "build-hello", filepath.Join(s.dir, "hello"))
	if err != nil {
		return nil, err
	}
	var out []*pair
	for _, f := range s.template.Functions {
		if !slices.ContainsFunc(s.template.Routes, func(r template.Route) bool { return r.Function == f.LogicalID }) {
			continue // nobody waits for what the clock calls
		}
		p := &pair{name: f.Folder, hello: hello, env: s.environment(f)}
		if p.bootstrap, err = coldstart.Build(ctx, s.root, "build-"+f.LogicalID, filepath.Join(s.dir, f.Folder)); err != nil {
			return nil, err
		}
		if p.event, err = os.ReadFile(filepath.Join(s.root, "events", f.Folder+".json")); err != nil {
			return nil, err
		}
		if p.requests, err = s.requestsOf(ctx, p.event); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *stage) environment(f template.Function) []string {
	env := maps.Clone(f.Environment)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, awsEnvironment(s.emulator.Endpoint))
	env["SHOPS_TABLE"] = "ShopsTable" // hello reads it, too
	var out []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out
}

// requestsOf counts what the first answer of a fresh instance asks of DynamoDB.
func (s *stage) requestsOf(ctx context.Context, event []byte) (int, error) {
	n := 0
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(event, &e); err != nil {
		return 0, err
	}
	for range 2 { // the first makes what later ones find
		n = 0
		h, err := house.New(house.Options{Template: s.template, Endpoint: s.emulator.Endpoint, Seen: func(house.Call) { n++ }})
		if err != nil {
			return 0, err
		}
		if _, err := start.Gateway(h)(ctx, e); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (p *pair) start(ctx context.Context) error {
	for _, cold := range []bool{false, true} {
		into := &p.cached
		if cold {
			into = &p.dropped
		}
		for i, path := range []string{p.bootstrap.Path, p.hello.Path} {
			env := append(slices.Clone(p.env), "READS="+strconv.Itoa(p.requests))
			got, err := coldstart.Run(ctx, path, env, p.event, cold)
			if err != nil {
				return err
			}
			into[i] = append(into[i], got)
		}
	}
	return nil
}

func (p *pair) result() Cold {
	c := Cold{
		Function: p.name, Requests: p.requests, Binary: megabytes(p.bootstrap.Size), Zip: megabytes(p.bootstrap.Zip),
		Cached: timesOf(p.cached), Dropped: timesOf(p.dropped),
	}
	for i := range c.Memory {
		c.Memory[i] = median(p.cached[i], func(s coldstart.Start) float64 { return megabytes(s.Memory) })
	}
	return c
}

func timesOf(starts [2][]coldstart.Start) Times {
	var t Times
	for i, s := range starts {
		t.Init[i] = quantileOf(s, 0.25, func(s coldstart.Start) float64 { return millis(s.Init) })
		t.Answer[i] = quantileOf(s, 0.25, func(s coldstart.Start) float64 { return millis(s.Answer) })
	}
	t.InitRatio, t.AnswerRatio = t.Init[0]/t.Init[1], t.Answer[0]/t.Answer[1]
	return t
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// median of what of gives; 0 of nothing.
func median[T any](list []T, of func(T) float64) float64 { return quantileOf(list, 0.5, of) }

func quantileOf[T any](list []T, q float64, of func(T) float64) float64 {
	values := make([]float64, len(list))
	for i, v := range list {
		values[i] = of(v)
	}
	return quantile(values, q)
}

// quantile sorts its argument.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(len(values)-1, int(q*float64(len(values))))]
}
