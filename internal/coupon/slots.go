package coupon

import (
	"cmp"
	"slices"
)

// Slot is one of the rows over which a campaign's limits are spread, so that
// concurrent orders seldom meet.
type Slot struct {
	Exists bool
	Closed bool // nothing can be taken, whatever is left: see [Shares]
	Left   Measures
	Used   Measures
}

// free is what a redemption can take.
func (s Slot) free() Measures {
	if s.Closed {
		return Measures{}
	}
	return s.Left
}

// Free is what redemptions can take of all slots.
func Free(slots []Slot) (all Measures) {
	for _, s := range slots {
		all = all.Plus(s.free())
	}
	return all
}

// Take is what a redemption takes of one slot. It is kept with the redemption,
// and given back from there.
type Take struct {
	Slot  int      `json:"slot"`
	Took  Measures `json:"took"`
	Day   string   `json:"day,omitzero"`   // of a limit for each day; see [DayPlan]
	Share int64    `json:"share,omitzero"` // of that day's limit
}

// PlanTakes chooses the slots that a redemption takes what it wants from:
// the first one, from first on, that has everything; else as few as it can, up
// to room, so that what is left in small pieces is used to its end. The error says
// what has run out. The write holds every take to its condition; a plan may be
// made of what a slot had a moment ago, or was only hoped to have.
func PlanTakes(slots []Slot, first int, want Measures, room int) ([]Take, error) {
	if want.IsZero() {
		return nil, nil
	}
	if err := Free(slots).Spent(want); err != nil {
		return nil, err
	}
	for i := range slots {
		if n := (first + i) % len(slots); slots[n].free().Covers(want) {
			return []Take{{Slot: n, Took: want}}, nil
		}
	}
	return gather(slots, first, want, room)
}

// gather takes each measure from the slots that have most of it, those that are
// touched anyway before the others.
func gather(slots []Slot, first int, want Measures, room int) ([]Take, error) {
	takes := make([]Measures, len(slots))
	for m := range want {
		order := make([]int, len(slots))
		for i := range order {
			order[i] = (first + i) % len(slots)
		}
		slices.SortStableFunc(order, func(a, b int) int {
			return cmp.Or(
				cmp.Compare(bit(takes[a].IsZero()), bit(takes[b].IsZero())),
				cmp.Compare(slots[b].free()[m], slots[a].free()[m]),
			)
		})
		missing := want[m]
		for _, n := range order {
			takes[n][m] = min(missing, slots[n].free()[m])
			missing -= takes[n][m]
		}
	}
	out := slices.DeleteFunc(numbered(takes), func(t Take) bool { return t.Took.IsZero() })
	if len(out) > room {
		return nil, scattered(slots, want)
	}
	return out, nil
}

// scattered names the measure that lies about in too small pieces for one write.
func scattered(slots []Slot, want Measures) error {
	var most Measures
	for _, s := range slots {
		for m := range most {
			most[m] = max(most[m], s.free()[m])
		}
	}
	if err := most.Spent(want); err != nil {
		return err
	}
	return Measures{}.Spent(want)
}

func numbered(takes []Measures) []Take {
	out := make([]Take, len(takes))
	for n, t := range takes {
		out[n] = Take{Slot: n, Took: t}
	}
	return out
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
