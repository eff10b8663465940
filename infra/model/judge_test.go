package model

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// known is a world with what tells it from others.
type known struct {
	world
	name string
	hash uint64
}

func know(w world) known {
	h := fnv.New64a()
	name := w.key()
	_, _ = h.Write([]byte(name))
	return known{w, name, h.Sum64()}
}

// judging gives porcupine the model.
func judging(start world) porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{know(start)} },
		Step: func(state, in, out any) []any {
			var next []any
			for _, w := range state.(known).step(in.(command), out.(answer)) {
				next = append(next, know(w))
			}
			return next
		},
		Equal: func(a, b any) bool { return a.(known).name == b.(known).name },
		Hash:  func(a any) uint64 { return a.(known).hash },
	}
	return m.ToModel()
}

// patience is how long porcupine may think about one history.
const patience = 30 * time.Second

// judge looks for an order of the calls in which the model gives their answers,
// in each theme.
func (r *round) judge(start world) {
	if testing.Verbose() {
		r.t.Log(r.summary())
	}
	for _, theme := range r.themes {
		calls := slices.Clone(r.calls)
		calls = slices.DeleteFunc(calls, func(c called) bool { return c.theme != theme && c.theme >= 0 })
		var history []porcupine.Operation
		for _, c := range calls {
			history = append(history, porcupine.Operation{ClientId: c.client, Input: c.command, Output: c.answer, Call: c.from, Return: c.to})
		}
		began := time.Now()
		switch porcupine.CheckOperationsTimeout(judging(start), history, patience) {
		case porcupine.Illegal:
			r.t.Errorf("MODEL_SEED=%d: no order of these calls gives these answers:\n%s", r.seed-1, told(calls))
		case porcupine.Unknown:
			r.t.Logf("MODEL_SEED=%d: not decided within %v: %d calls of theme %d", r.seed-1, patience, len(calls), theme)
		case porcupine.Ok:
		}
		if took := time.Since(began); took > time.Second {
			r.t.Logf("thought for %v about %d calls", took, len(calls))
		}
	}
}

// summary counts what was answered.
func (r *round) summary() string {
	n := map[string]int{}
	for _, c := range r.calls {
		switch {
		case c.answer.lost:
			n["lost"]++
		case c.answer.problem != "":
			n[c.answer.problem]++
		default:
			n[string(c.command.kind)]++
		}
	}
	return fmt.Sprint(n)
}

// told shows calls by when they began.
func told(calls []called) string {
	slices.SortFunc(calls, func(a, b called) int { return int(a.from - b.from) })
	var out strings.Builder
	for _, c := range calls {
		fmt.Fprintf(&out, "%4d–%4d client %d: %v: %v\n", c.from, c.to, c.client, c.command, c.answer)
	}
	return out.String()
}
