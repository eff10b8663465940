package partition

import (
	"container/heap"
	"slices"
	"time"
)

func (s *simulation) result() Result {
	seconds := s.ended.Seconds() // the last retries come after the last arrival
	r := Result{
		Slots: s.Slots, Rate: s.Rate, Done: float64(s.done) / seconds,
		GivenUp: share(s.givenUp, s.arrived), Conflicts: share(s.conflicts, s.tries), Throttled: share(s.throttled, s.tries),
		Tries: share(s.tries, s.arrived), ReadShare: s.Rate * unitsOfRead * slotsRead(s.Slots) / ReadUnits,
	}
	for _, row := range s.slots {
		r.Busy = max(r.Busy, row.busy.Seconds()/seconds)
		r.WriteShare = max(r.WriteShare, row.units/seconds/WriteUnits)
	}
	if len(s.waits) > 0 {
		slices.Sort(s.waits)
		r.P99 = float64(s.waits[len(s.waits)*99/100]) / float64(time.Millisecond)
	}
	return r
}

// slotsRead is how many times a slot is read by each validation: it reads two of them.
func slotsRead(slots int) float64 { return float64(min(2, slots)) / float64(slots) }

func share(part, whole int) float64 { return float64(part) / float64(max(whole, 1)) }

// queue gives events in the order of their time.
type queue struct{ heap events }

type event struct {
	at time.Duration
	redemption
}

func (q *queue) len() int { return len(q.heap) }

func (q *queue) push(at time.Duration, r redemption) { heap.Push(&q.heap, event{at, r}) }

func (q *queue) pop() (time.Duration, redemption) {
	e := heap.Pop(&q.heap).(event)
	return e.at, e.redemption
}

// events are a heap.
type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at < e[j].at }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }

// Push implements heap.Interface.
func (e *events) Push(x any) { *e = append(*e, x.(event)) }

// Pop implements heap.Interface.
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}
