package coupon

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// world is a campaign's slots with the row of its shares, as the table has
// them: each change is one transaction that holds its conditions or changes nothing.
type world struct {
	shares Shares
	slots  []Slot
	taken  []Take // redemptions that hold
}

func newWorld(limit int64, made, slots int) *world {
	w := &world{shares: Shares{To: Measures{Uses: limit}, Held: Measures{Uses: limit}, Slots: slots, Made: made}, slots: make([]Slot, made, slots)}
	for n, uses := range spread(limit, made) {
		w.slots[n] = Slot{Exists: true, Left: Measures{Uses: uses}}
	}
	return w
}

// view is what somebody reads, and acts upon later.
type view struct {
	shares Shares
	slots  []Slot
}

func (w *world) view() view {
	v := view{w.shares, slices.Clone(w.slots)}
	for len(v.slots) < w.shares.Slots {
		v.slots = append(v.slots, Slot{})
	}
	return v
}

// step tries the next step of what was read; it reports whether there was one.
func (w *world) step(v view, width int) bool {
	next, changes, more := v.shares.Next(v.slots, width)
	if !more || v.shares.Step != w.shares.Step {
		return more
	}
	for _, c := range changes {
		if !c.Make && w.slots[c.Slot].Left.Plus(c.Move).short() {
			return true // the condition on the slot fails, and nothing changes
		}
	}
	for _, c := range changes {
		if c.Make {
			w.slots = append(w.slots, Slot{Exists: true})
		}
		s := &w.slots[c.Slot]
		s.Left = s.Left.Plus(c.Move)
		s.Closed = s.Closed && !c.Open || c.Close
	}
	w.shares = next
	return true
}

func (w *world) retarget(limit int64) {
	w.shares.From, w.shares.To = w.shares.To, Measures{Uses: limit}
	w.shares.Step++
}

// redeem takes a use of a slot that seemed to have one, or is refused.
func (w *world) redeem(v view, first int) {
	takes, err := PlanTakes(v.slots, first, Measures{Uses: 1}, 9)
	if err != nil {
		return
	}
	s := &w.slots[takes[0].Slot]
	if s.Closed || s.Left[Uses] < 1 {
		return
	}
	s.Left[Uses]--
	s.Used[Uses]++
	w.taken = append(w.taken, takes[0])
}

func (w *world) rollBack(i int) {
	s := &w.slots[w.taken[i].Slot]
	s.Left[Uses]++
	s.Used[Uses]--
	w.taken = slices.Delete(w.taken, i, i+1)
}

func (w *world) used() int64 { return Used(w.slots)[Uses] }

// A limit is changed again and again, by several at once who act upon what they
// read earlier and stop anywhere, while orders redeem and roll back. The shares
// are exact at every moment and never turn back, and when all is done uses are
// within the limit, or the code is closed.
func TestSharesAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := func(low, high int, what string) int { return rapid.IntRange(low, high).Draw(t, what) }
		made := number(1, 4, "made")
		w := newWorld(int64(number(1, 20, "limit")), made, number(made, 6, "slots"))
		views := []view{w.view(), w.view(), w.view()}
		for range number(0, 120, "acts") {
			before, v := w.shares, &views[number(0, 2, "who")]
			switch number(0, 9, "act") {
			case 0, 1, 2:
				w.redeem(*v, number(0, 5, "first")%len(w.slots))
			case 3:
				if len(w.taken) > 0 {
					w.rollBack(number(0, len(w.taken)-1, "which"))
				}
			case 4:
				w.retarget(int64(number(1, 20, "limit")))
				w.shares.Slots = max(w.shares.Slots, number(1, 6, "slots"))
				before = w.shares
			case 5, 6:
				w.step(*v, number(1, 3, "width"))
			default:
				*v = w.view()
			}
			w.check(t, before)
		}
		w.finish(t, number(1, 6, "width"))
	})
}

// check holds the rows to what is true at every moment.
func (w *world) check(t *rapid.T, before Shares) {
	held, limit, was := w.shares.Held[Uses], w.shares.To[Uses], before.Held[Uses]
	if left := Left(w.slots)[Uses]; left+w.used() != held || w.used() != int64(len(w.taken)) {
		t.Fatalf("%d left and %d used, but %d are held: %+v", left, w.used(), held, w)
	}
	if held < min(was, limit) || held > max(was, limit) || w.shares.Made != len(w.slots) {
		t.Fatalf("from %d towards %d it became %d", was, limit, held)
	}
	for n, s := range w.slots {
		if s.Left.short() || s.Closed != (n < w.shares.Closed) {
			t.Fatalf("slot %d: %+v of %+v", n, s, w.shares)
		}
	}
}

// finish lets one go on to the end, undisturbed.
func (w *world) finish(t *rapid.T, width int) {
	for tries := 0; w.step(w.view(), width); tries++ {
		if tries > 100 {
			t.Fatalf("no end: %+v", w)
		}
		w.check(t, w.shares)
	}
	limit, closed := w.shares.To[Uses], w.shares.Closed == len(w.slots)
	switch {
	case w.shares.Made != w.shares.Slots && !closed:
		t.Fatalf("%d slots of %d", w.shares.Made, w.shares.Slots)
	case w.used() > limit && (!closed || !Free(w.slots).IsZero()):
		t.Fatalf("%d of %d used, and not closed: %+v", w.used(), limit, w)
	case w.used() <= limit && Free(w.slots)[Uses] != limit-w.used():
		t.Fatalf("%d of %d used, and not the rest can be: %+v", w.used(), limit, w)
	}
	wants := int64(0)
	if w.used() > limit {
		wants = w.used() - limit
	}
	for _, c := range w.shares.Changes(w.slots) {
		if c.Status != ChangeDone || c.Excess != wants {
			t.Fatalf("%+v, but %d of %d are used", c, w.used(), limit)
		}
	}
}

// What is rolled back while the code is closed cannot be redeemed: it goes
// against the excess. When uses fit the limit again, the code opens by itself.
func TestClosedUntilItFits(t *testing.T) {
	w := newWorld(12, 3, 3)
	for n := range 12 {
		w.redeem(w.view(), n%3)
	}
	settle := func() LimitChange {
		for w.step(w.view(), 2) {
		}
		return w.shares.Changes(w.slots)[0]
	}
	w.retarget(10)
	if got := settle(); got != (LimitChange{"max_redemptions", ChangeDone, 12, 10, 2}) {
		t.Errorf("%+v", got)
	}
	for range 2 {
		w.rollBack(0)
		if w.redeem(w.view(), 0); w.used() != int64(len(w.taken)) || !Free(w.slots).IsZero() {
			t.Fatalf("redeemed in a closed slot: %+v", w)
		}
	}
	if got := w.shares.Changes(w.slots)[0]; got.Status != ChangePending || got.Excess != 0 {
		t.Errorf("it fits, and can be opened: %+v", got)
	}
	settle()
	w.rollBack(0)
	w.redeem(w.view(), 0)
	if w.redeem(w.view(), 0); w.used() != 10 || w.shares.Closed != 0 {
		t.Errorf("%d used: %+v", w.used(), w)
	}
}

// More slots share what few had, and nothing is lost on the way.
func TestMoreSlots(t *testing.T) {
	w := newWorld(5000, 8, 250)
	for width := 45; w.step(w.view(), width); width = max(1, width/2) {
	}
	lefts := column(w.slots, Uses)
	if len(lefts) != 250 || slices.Min(lefts) < 10 || slices.Max(lefts) > 40 {
		t.Errorf("%d slots have %v", len(lefts), lefts)
	}
}

// Two measures go opposite ways in one change.
func TestOneUpOneDown(t *testing.T) {
	w := newWorld(10, 3, 3)
	w.shares.Held[Budget], w.shares.To[Budget] = 90, 90
	for n := range w.slots {
		w.slots[n].Left[Budget] = 30
	}
	w.retarget(25)
	w.shares.To[Budget] = 33
	for w.step(w.view(), 2) {
	}
	if free := Free(w.slots); free != (Measures{Uses: 25, Budget: 33}) {
		t.Errorf("%v", free)
	}
}
