package main

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/infra/house"
)

// Speed is how fast one operation was with so many callers at once, and the
// floor beside it: the UpdateItem of a redemption on the same table with the
// same client, nothing else, measured just before. All in this process, the
// emulator over loopback.
type Speed struct {
	Operation string  `json:"operation"`
	Callers   int     `json:"callers"`
	PerSecond float64 `json:"per_second"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	Floor     float64 `json:"floor_per_second"`
	FloorP50  float64 `json:"floor_p50_ms"`
	FloorP99  float64 `json:"floor_p99_ms"`
	Ratio     float64 `json:"ratio"` // median of the rounds' ratios
}

var callers = []int{1, 16, 64}

// lap is one round of one operation.
type lap struct{ perSecond, p50, p99 float64 }

// racer measures on one tenant, whose clock runs.
type racer struct {
	goods *goods
	floor *floor
}

// measureSpeed runs every operation, and its floor before it, so many times in
// each round.
func (s *stage) measureSpeed(ctx context.Context, rounds, times int) ([]Speed, error) {
	r, err := s.newRacer(ctx)
	if err != nil {
		return nil, err
	}
	var out []Speed
	for _, op := range r.goods.raced() {
		if strings.Contains(op.name, "K = ") && !strings.Contains(op.name, "K = 8") {
			continue // the emulator knows no conflicts: on it K changes nothing but the reads of a validation
		}
		for _, n := range callers {
			one, err := r.race(ctx, op, n, rounds, times)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", op.name, err)
			}
			out = append(out, one)
		}
	}
	return out, nil
}

func (s *stage) newRacer(ctx context.Context) (*racer, error) {
	t, err := s.newTenant(ctx, house.Options{})
	if err != nil {
		return nil, err
	}
	g, err := t.goods(ctx)
	if err != nil {
		return nil, err
	}
	f, err := s.newFloor(ctx, g)
	return &racer{g, f}, err
}

func (r *racer) race(ctx context.Context, op operation, callers, rounds, times int) (s Speed, err error) {
	var floors, laps []lap
	for range rounds {
		under, err := r.floor.calls(ctx, times)
		if err != nil {
			return s, err
		}
		calls, err := op.calls(ctx, times)
		if err != nil {
			return s, err
		}
		f, err := run(callers, times, under)
		if err != nil {
			return s, err
		}
		l, err := run(callers, times, func(i int) error { _, err := r.goods.do(ctx, calls[i]); return err })
		if err != nil {
			return s, err
		}
		floors, laps = append(floors, f), append(laps, l)
	}
	return speedOf(op.name, callers, laps, floors), nil
}

func speedOf(name string, callers int, laps, floors []lap) Speed {
	s := Speed{Operation: name, Callers: callers}
	rate, p50, p99 := func(l lap) float64 { return l.perSecond }, func(l lap) float64 { return l.p50 }, func(l lap) float64 { return l.p99 }
	s.PerSecond, s.P50, s.P99 = median(laps, rate), median(laps, p50), median(laps, p99)
	s.Floor, s.FloorP50, s.FloorP99 = median(floors, rate), median(floors, p50), median(floors, p99)
	ratios := make([]float64, len(laps))
	for i := range laps {
		ratios[i] = laps[i].perSecond / floors[i].perSecond
	}
	s.Ratio = quantile(ratios, 0.5)
	return s
}

// run has n callers make the calls, and counts accepted answers only: the
// first that is not ends it.
func run(n, times int, call func(i int) error) (lap, error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	took, errs := make([]float64, times), make(chan error, n)
	began := time.Now()
	for range n {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < times; i = int(next.Add(1)) - 1 {
				t := time.Now()
				if err := call(i); err != nil {
					errs <- err
					return
				}
				took[i] = millis(time.Since(t))
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(began).Seconds()
	select {
	case err := <-errs:
		return lap{}, err
	default:
		return lap{float64(times) / elapsed, quantile(took, 0.5), quantile(took, 0.99)}, nil
	}
}

// floor sends what a redemption sends, with other keys.
type floor struct {
	goods *goods
	db    *dynamodb.Client
	input dynamodb.UpdateItemInput
	key   string // up to the coupon
}

// newFloor takes the input of a real redemption.
func (s *stage) newFloor(ctx context.Context, g *goods) (*floor, error) {
	var t tape
	t.rewind()
	watched, err := s.newTenant(ctx, house.Options{Client: t.client})
	if err != nil {
		return nil, err
	}
	c, err := g.coupon(ctx, g.plain, "")
	if err != nil {
		return nil, err
	}
	if _, err := watched.do(ctx, g.redemption(c.Code)); err != nil {
		return nil, err
	}
	in, ok := t.inputs[len(t.inputs)-1].(*dynamodb.UpdateItemInput)
	if !ok {
		return nil, fmt.Errorf("bench: a redemption ends with a %T", t.inputs[len(t.inputs)-1])
	}
	pk, ok := in.Key["pk"].(*types.AttributeValueMemberS)
	if !ok {
		return nil, fmt.Errorf("bench: a coupon's key is %v", in.Key)
	}
	return &floor{g, s.client(), *in, strings.TrimSuffix(pk.Value, strings.TrimPrefix(c.ID, "cpn_"))}, nil
}

// calls are n writes on fresh coupons, so that each condition holds, as it does for a redemption.
func (f *floor) calls(ctx context.Context, n int) (func(int) error, error) {
	inputs := make([]dynamodb.UpdateItemInput, n)
	err := side(n, func(i int) error {
		c, err := f.goods.coupon(ctx, f.goods.plain, "")
		inputs[i] = f.input
		inputs[i].Key = maps.Clone(f.input.Key)
		inputs[i].Key["pk"] = &types.AttributeValueMemberS{Value: f.key + strings.TrimPrefix(c.ID, "cpn_")}
		return err
	})
	return func(i int) error { _, err := f.db.UpdateItem(ctx, &inputs[i]); return err }, err
}
