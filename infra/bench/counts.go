package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/internal/app"
)

// Count is what one operation costs a warm function.
type Count struct {
	Operation string  `json:"operation"`
	Requests  int     `json:"requests"`
	Write     float64 `json:"write_units"`
	Read      float64 `json:"read_units"`
	Computed  bool    `json:"write_units_computed,omitempty"` // a failed condition; see billed

	// Of the handler, and of that what the same requests cost with the SDK alone.
	Allocs    float64 `json:"allocations"`
	SDKAllocs float64 `json:"allocations_sdk"`
	CPU       float64 `json:"cpu_us,omitempty"`
	SDKCPU    float64 `json:"cpu_us_sdk,omitempty"`
}

// OwnAllocs is our own part.
func (c Count) OwnAllocs() float64 { return c.Allocs - c.SDKAllocs }

// OwnCPU is our own part, in microseconds.
func (c Count) OwnCPU() float64 { return c.CPU - c.SDKCPU }

// counter measures on two sets of the functions: one is watched and talks to the
// emulator, the other talks to a tape. Their clock stands still, so that no
// cache runs out in between.
type counter struct {
	watched, taped *tenant
	mu             sync.Mutex   // preparations run side by side
	seen           []house.Call // guarded by mu
	tape           tape
	bare           *dynamodb.Client
	goods          *goods
}

func (s *stage) newCounter(ctx context.Context) (c *counter, err error) {
	c = &counter{}
	c.tape.rewind()
	now := app.Now()
	still := func() time.Time { return now }
	if c.watched, err = s.newTenant(ctx, house.Options{Now: still, Seen: c.see}); err != nil {
		return nil, err
	}
	if c.taped, err = s.newTenant(ctx, house.Options{Now: still, Client: c.tape.client}); err != nil {
		return nil, err
	}
	c.bare = s.client(c.tape.client)
	c.goods, err = c.watched.goods(ctx)
	return c, err
}

func (c *counter) see(call house.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, call)
}

// measureCounts counts every operation; rounds of CPU time are taken where rounds > 0.
func (s *stage) measureCounts(ctx context.Context, rounds int) ([]Count, error) {
	c, err := s.newCounter(ctx)
	if err != nil {
		return nil, err
	}
	var out []Count
	for _, op := range c.goods.operations() {
		n, err := c.count(ctx, op, rounds)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.name, err)
		}
		out = append(out, n)
	}
	crowd, err := c.crowd(ctx, s, rounds)
	return append(out, crowd...), err
}

func (c *counter) count(ctx context.Context, op operation, rounds int) (n Count, err error) {
	n.Operation = op.name
	calls, err := op.calls(ctx, 4)
	if err != nil {
		return n, err
	}
	if _, err := c.watched.do(ctx, calls[0]); err != nil { // warms the caches
		return n, err
	}
	c.seen = nil
	if _, err := c.watched.do(ctx, calls[1]); err != nil {
		return n, err
	}
	for _, seen := range c.seen {
		n.Requests++
		n.Write += seen.Write
		n.Read += seen.Read
	}
	c.tape.rewind()
	if _, err := c.taped.do(ctx, calls[2]); err != nil {
		return n, err
	}
	c.tape.rewind()
	if _, err := c.taped.do(ctx, calls[3]); err != nil {
		return n, err
	}
	if failed := c.tape.billed(); n.Write == 0 && failed > 0 {
		n.Write, n.Computed = failed, true
	}
	return n, c.time(ctx, &n, calls[3], rounds)
}

// time replays the call, and its requests with the SDK alone, by turns.
func (c *counter) time(ctx context.Context, n *Count, again call, rounds int) error {
	c.tape.play(true)
	ours := func() error { _, err := c.taped.do(ctx, again); return err }
	sdk := func() error {
		for _, input := range c.tape.inputs {
			if err := bare(ctx, c.bare, input); err != nil {
				return err
			}
		}
		return nil
	}
	var handler, alone []spent
	for range max(rounds, 1) {
		x, err := repeat(ours)
		if err != nil {
			return err
		}
		y, err := repeat(sdk)
		if err != nil {
			return err
		}
		handler, alone = append(handler, x), append(alone, y)
	}
	n.Allocs, n.SDKAllocs = median(handler, spent.allocations), median(alone, spent.allocations)
	if rounds > 0 {
		n.CPU, n.SDKCPU = quietest(handler), quietest(alone)
	}
	return nil
}
