package faults

import (
	"math/rand/v2"
	"sync"
)

// InTurn gives the faults to the calls that match, one each, in that order;
// all others pass.
func InTurn(match func(Call) bool, faults ...Fault) Script {
	var mu sync.Mutex
	return func(c Call) Fault {
		if !match(c) {
			return None
		}
		mu.Lock()
		defer mu.Unlock()
		if len(faults) == 0 {
			return None
		}
		next := faults[0]
		faults = faults[1:]
		return next
	}
}

// Random lets a call meet some fault with the probability of percent in a
// hundred. The same seed gives the same sequence.
func Random(seed uint64, percent int, faults ...Fault) Script {
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(seed, seed))
	return func(Call) Fault {
		mu.Lock()
		defer mu.Unlock()
		if dice.IntN(100) >= percent {
			return None
		}
		return faults[dice.IntN(len(faults))]
	}
}

// Any matches every call, for [InTurn] and [Proxy.Haunt].
func Any(Call) bool { return true }

// Reads matches what changes nothing.
func Reads(c Call) bool { return !c.Writes() }

// Writes matches what changes rows.
func Writes(c Call) bool { return c.Writes() }
