// Package partition simulates what one famous code does to DynamoDB, which no
// emulator does: a partition takes only so many units a second, and an item
// that one transaction holds refuses every other.
//
// Redemptions of the code arrive at random (Poisson). Each is a transaction of
// its own seat, which nobody else wants, and one of the K slots of the code's
// limit. It takes the slot that its order hashes to; after a conflict or a
// throttle it waits and takes the next one, as internal/dynamo does, and after
// eight tries its caller is told to come back. Time is simulated and randomness
// seeded: a run gives the same figures everywhere, in a fraction of a second.
//
// It is a model. DynamoDB's burst capacity and the callers' own retries are
// not in it, and it assumes that heat has given each slot a partition of its
// own, which takes DynamoDB minutes.
package partition

import (
	"math"
	"math/rand/v2"
	"time"
)

// What a partition takes in a second, and what our requests ask of a slot's.
const (
	WriteUnits = 1000
	ReadUnits  = 3000

	unitsOfWrite    = 2.0 // a row below 1 KB in a transaction: prepare and commit
	unitsOfConflict = 1.0 // refused when it prepares
	unitsOfRead     = 0.5 // a validation reads two slots, eventually consistent

	maxTries = 8 // as internal/dynamo has it
)

// Load is what to simulate.
type Load struct {
	Rate     float64 // redemptions a second, and as many validations
	Slots    int     // K
	Duration time.Duration
	Seed     uint64

	BusyMin, BusyMax   time.Duration // how long a transaction holds an item
	FirstWait, MaxWait time.Duration // a try waits at random below FirstWait, doubled each time up to MaxWait
}

// Famous is one code that everybody wants: 5,000 redemptions a second.
func Famous(slots int) Load {
	return Load{
		Rate: 5000, Slots: slots, Duration: 10 * time.Second, Seed: 1,
		BusyMin: 10 * time.Millisecond, BusyMax: 25 * time.Millisecond,
		FirstWait: 20 * time.Millisecond, MaxWait: 150 * time.Millisecond,
	}
}

// Result is what became of it.
type Result struct {
	Slots      int     `json:"slots"`
	Rate       float64 `json:"offered_per_second"`
	Done       float64 `json:"done_per_second"`
	GivenUp    float64 `json:"given_up_share"` // answered 503
	Conflicts  float64 `json:"conflict_share"` // of all tries
	Throttled  float64 `json:"throttled_share"`
	Tries      float64 `json:"tries_per_redemption"`
	Busy       float64 `json:"hottest_slot_busy_share"`
	WriteShare float64 `json:"hottest_write_share"` // of WriteUnits
	ReadShare  float64 `json:"hottest_read_share"`  // of ReadUnits, by validations at the same rate
	P99        float64 `json:"p99_wait_ms"`         // of those done: waiting before the try that succeeded
	Carries    float64 `json:"carries_per_second"`  // where asked for: see Carries
}

// slot is one row, alone on its partition.
type slot struct {
	free   time.Duration // until when a transaction holds it
	busy   time.Duration // held in all
	tokens float64       // write units left
	filled time.Duration // when they were last counted
	units  float64       // taken in all
}

// redemption is one on its way.
type redemption struct {
	arrived time.Duration
	slot    int
	tries   int
}

// Run simulates a load.
func Run(l Load) Result { return simulate(l).result() }

func simulate(l Load) *simulation {
	s := &simulation{Load: l, random: rand.New(rand.NewPCG(l.Seed, 1)), slots: make([]slot, l.Slots)}
	for i := range s.slots {
		s.slots[i].tokens = bucket
	}
	for at := s.gap(); at < l.Duration; at += s.gap() {
		s.events.push(at, redemption{arrived: at, slot: s.random.IntN(l.Slots)})
		s.arrived++
	}
	for s.events.len() > 0 {
		at, r := s.events.pop()
		s.ended = at
		s.try(at, r)
	}
	return s
}

// Needed is the least K with which fewer than the share give up; the conflict
// rate falls with every slot, so it can be searched by halving.
func Needed(l Load, share float64) int {
	low, high := 0, 1
	for l.Slots = high; Run(l).GivenUp > share; l.Slots = high {
		low, high = high, 2*high
	}
	for high-low > 1 {
		l.Slots = (low + high) / 2
		if Run(l).GivenUp > share {
			low = l.Slots
		} else {
			high = l.Slots
		}
	}
	return high
}

// Carries is the greatest rate at which at most the share give up.
func Carries(l Load, share float64) float64 {
	low, high := 0.0, l.Rate
	for step := high / 500; high-low > step; {
		l.Rate = (low + high) / 2
		if Run(l).GivenUp > share {
			high = l.Rate
		} else {
			low = l.Rate
		}
	}
	return low
}

type simulation struct {
	Load
	random *rand.Rand
	slots  []slot
	events queue

	arrived, done, givenUp, tries, conflicts, throttled int
	waits                                               []time.Duration
	ended                                               time.Duration
}

// gap is the time until the next arrival.
func (s *simulation) gap() time.Duration {
	return time.Duration(-math.Log(1-s.random.Float64()) / s.Rate * float64(time.Second))
}

func (s *simulation) try(at time.Duration, r redemption) {
	row := &s.slots[r.slot]
	s.tries++
	r.tries++
	switch {
	case row.left(at) < unitsOfWrite:
		s.throttled++
	case at < row.free:
		s.conflicts++
		row.take(unitsOfConflict)
	default:
		hold := s.BusyMin + time.Duration(s.random.Int64N(int64(s.BusyMax-s.BusyMin)))
		row.free, row.busy = at+hold, row.busy+hold
		row.take(unitsOfWrite)
		s.done++
		s.waits = append(s.waits, at-r.arrived)
		return
	}
	if r.tries == maxTries {
		s.givenUp++
		return
	}
	r.slot = (r.slot + 1) % s.Slots
	s.events.push(at+s.wait(r.tries), r)
}

// wait is at random and longer each time, so that rivals part.
func (s *simulation) wait(tries int) time.Duration {
	bound := min(s.FirstWait<<(tries-1), s.MaxWait)
	return time.Duration(s.random.Int64N(int64(bound)))
}

// bucket is what an idle partition saves up: a tenth of a second's worth.
const bucket = WriteUnits / 10

// left are the units that the partition still has.
func (r *slot) left(at time.Duration) float64 {
	r.tokens = min(bucket, r.tokens+(at-r.filled).Seconds()*WriteUnits)
	r.filled = at
	return r.tokens
}

func (r *slot) take(units float64) {
	r.tokens -= units
	r.units += units
}
