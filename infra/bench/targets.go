package main

import (
	"fmt"
	"slices"
)

// Target is a figure that we promised ourselves. A missed one is shown, and
// does not fail: times depend on the machine.
type Target struct {
	Name   string  `json:"name"`
	Is     float64 `json:"is"`
	Bound  float64 `json:"bound"`
	Should string  `json:"should_be"`
	Met    bool    `json:"met"`
}

func (t Target) verdict() string {
	if t.Met {
		return "met"
	}
	return "MISSED"
}

func atLeast(name string, is, bound float64) Target {
	return Target{name, is, bound, "≥ " + short(bound), is >= bound}
}

func atMost(name string, is, bound float64) Target {
	return Target{name, is, bound, "≤ " + short(bound), is <= bound}
}

// hot are the functions in a shopper's way.
var hot = []string{"validations", "redemptions"}

// targets are those that the parts of this run can tell.
func (r Report) targets() []Target {
	var out []Target
	for _, s := range r.Speed {
		if s.Operation == "redeem unique" && s.Callers == 16 {
			out = append(out, atLeast("redeem/s ÷ floor, 16 callers", s.Ratio, 0.7))
		}
	}
	for _, c := range r.Counts {
		if c.Operation == "redeem unique" {
			out = append(out, atMost("CPU of our own part of a redeem, µs", c.OwnCPU(), 75))
		}
	}
	for _, c := range r.Cold {
		if slices.Contains(hot, c.Function) {
			out = append(out, atMost(fmt.Sprintf("cold start of %s ÷ hello", c.Function), c.Cached.InitRatio, 1.3))
		}
	}
	return out
}
