package model

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/lagniappe/lagniappe/infra/faults"
)

// copied lets the script's faults happen, and keeps the writes that arrive more than once.
func (r *round) copied(script faults.Script) faults.Script {
	return func(c faults.Call) faults.Fault {
		f := script(c)
		switch f {
		case faults.Late, faults.LateAnew, faults.Overtaken, faults.Duplicate, faults.DuplicateAnew:
			r.mu.Lock()
			defer r.mu.Unlock()
			r.copies = append(r.copies, c.Body)
		default: // it arrives once at most
		}
		return f
	}
}

// between allows for commits whose write was done and not answered for: what
// they tell was read later, and others may have rolled back meanwhile. Such a
// call is two, of which the first is lost.
func (r *round) between() {
	for n, c := range r.calls {
		if c.command.kind == commit && c.answer.state == rolledBack {
			r.calls = append(r.calls, called{client: clients + n, theme: c.theme, command: c.command, answer: answer{lost: true}, from: c.from, to: c.to})
		}
	}
}

// late allows for copies of writes that were refused, or lost, and arrived when
// they were possible: no condition can tell such a copy from a new request. What
// was acknowledged is not excused.
func (r *round) late() {
	arrived := r.at.Add(1)
	for n, c := range r.calls {
		if c.command.kind == commit {
			c.command.order = r.orders[c.command.id]
		}
		takes := c.command.kind == redeem || c.command.kind == hold || c.command.kind == commit
		order := fmt.Appendf(nil, `"order.%d."`, c.command.order)
		switch {
		case !takes || c.answer.problem == "" && !c.answer.lost:
		case !slices.ContainsFunc(r.copies, func(body []byte) bool { return bytes.Contains(body, order) }):
		case c.answer.lost:
			r.calls[n].to = arrived
		default:
			r.calls = append(r.calls, called{client: clients + n, theme: c.theme, command: c.command, answer: answer{lost: true}, from: c.from, to: arrived})
		}
	}
}
