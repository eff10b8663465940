package main

import (
	"cmp"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// quietest is the least CPU time of the rounds: neighbours only ever add.
func quietest(rounds []spent) float64 {
	return slices.MinFunc(rounds, func(a, b spent) int { return cmp.Compare(a.cpu, b.cpu) }).cpu
}

// spent is what one run took.
type spent struct{ cpu, allocs float64 }

func (s spent) allocations() float64 { return s.allocs }

// runs is how often a call is repeated for one figure.
const runs = 200

// repeat gives the mean of many runs. CPU time is the process's, so that the
// garbage collector's share is in it and a neighbour's is not.
//
// As many runs before fill the pools, and the heap: what was measured last may
// have needed less, and then its memory went back to the system, from where a
// page costs more than what a call does on it. A warm function has its pages.
func repeat(f func() error) (s spent, err error) {
	runtime.GC()
	if err := often(f); err != nil {
		return s, err
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began, err := cpu()
	if err != nil {
		return s, err
	}
	if err := often(f); err != nil {
		return s, err
	}
	ended, err := cpu()
	runtime.ReadMemStats(&after)
	s.cpu = float64(ended-began) / float64(time.Microsecond) / runs
	s.allocs = float64(after.Mallocs-before.Mallocs) / runs
	return s, err
}

func often(f func() error) error {
	for range runs {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func cpu() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}
