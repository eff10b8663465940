package coupon

// Shares is how far a change of a campaign's limits has come. A slot's share is
// what it has left and what is used of it; the shares of all slots are Held, on
// the way to To. Each step moves Held and the shares of some slots in one
// transaction, so that Held is exact at any moment, whoever makes the step and
// wherever it stops. Held never turns back: meanwhile the limit lies between the
// old one and the new one.
//
// Lowering takes away what is left. Where that is not enough, more is used
// than the new limit allows. Then slots are closed, one by one: nothing can be
// redeemed, and what is rolled back in a closed slot stays there out of reach,
// and is taken away by the next step. As soon as that makes uses fit the limit,
// or the limit is raised over them, the slots are opened again. So uses are
// within the limit at the end, or the code is closed and the excess is known.
type Shares struct {
	From, To Measures // the limits before the last change of them and after it
	Held     Measures
	Slots    int   // how many there should be
	Made     int   // how many there are: the first ones
	Closing  bool  // slots are being closed, or all are
	Closed   int   // how many are: the first ones
	Step     int64 // counts everything that changes this
}

// SlotChange is what one step does to a slot.
type SlotChange struct {
	Slot        int
	Make        bool     // it is not there yet
	Move        Measures // added to what it has left; negative: taken, and it must be there
	Close, Open bool
}

// Next is the next step, of at most about width slots and as many that give to
// new ones; none where all is done that can be done now. The slots may be a moment old.
func (s Shares) Next(slots []Slot, width int) (next Shares, changes []SlotChange, more bool) {
	rest, next := s.To.Minus(s.Held), s
	next.Closing = s.Closing && rest.short()
	switch {
	case next.Closing && s.Closed < s.Made:
		changes = s.close(slots, rest, width)
	case rest.short():
		if changes = s.take(slots, rest, width); changes == nil && s.Closing {
			return s, nil, false
		}
		next.Closing = next.Closing || changes == nil
	case s.Closed > 0:
		changes = s.open(width)
	case s.Made < s.Slots:
		changes = s.grow(slots, rest, width)
	case !rest.IsZero():
		changes = s.raise(slots, rest, width)
	case s.Closing:
	default:
		return s, nil, false
	}
	return next.after(changes), changes, true
}

func (s Shares) after(changes []SlotChange) Shares {
	s.Step++
	for _, c := range changes {
		s.Held = s.Held.Plus(c.Move)
		s.Made += bit(c.Make)
		s.Closed += bit(c.Close) - bit(c.Open)
	}
	return s
}

// take takes what is left beyond the limit, from the fullest slots first.
func (s Shares) take(slots []Slot, rest Measures, width int) []SlotChange {
	moves := make([]Measures, len(slots))
	for m := range rest {
		if rest[m] < 0 {
			for n, cut := range cut(column(slots, m), -rest[m]) {
				moves[n][m] = -cut
			}
		}
	}
	return changed(moves, width)
}

// close closes the next slots, and takes what is left there.
func (s Shares) close(slots []Slot, rest Measures, width int) []SlotChange {
	var out []SlotChange
	for n := s.Closed; n < min(s.Made, s.Closed+width); n++ {
		c := SlotChange{Slot: n, Close: true}
		for m := range rest {
			if rest[m] < 0 {
				c.Move[m] = -min(slots[n].Left[m], -rest[m])
				rest[m] -= c.Move[m]
			}
		}
		out = append(out, c)
	}
	return out
}

// open opens the slots that were closed last.
func (s Shares) open(width int) []SlotChange {
	var out []SlotChange
	for n := s.Closed - 1; n >= max(0, s.Closed-width); n-- {
		out = append(out, SlotChange{Slot: n, Open: true})
	}
	return out
}

// raise gives what the limit gained to the emptiest slots.
func (s Shares) raise(slots []Slot, rest Measures, width int) []SlotChange {
	moves := make([]Measures, len(slots))
	for m := range rest {
		if rest[m] > 0 {
			for n, more := range levelUp(column(slots, m), rest[m]) {
				moves[n][m] = more
			}
		}
	}
	return changed(moves, width)
}

// grow makes the next slots. Their part comes from what the limit gained, else
// from the fullest slots.
func (s Shares) grow(slots []Slot, rest Measures, width int) []SlotChange {
	last := min(s.Slots, s.Made+width)
	moves := make([]Measures, last)
	for m := range rest {
		lefts := column(slots[:s.Made], m)
		part := (sum(lefts) + rest[m]) / int64(s.Slots)
		wanted := part * int64(last-s.Made)
		pool := min(rest[m], wanted)
		for n, cut := range cutSome(lefts, wanted-pool, part, width) {
			moves[n][m] = -cut
			pool += cut
		}
		for i, part := range spread(pool, last-s.Made) {
			moves[s.Made+i][m] = part
		}
	}
	out := changed(moves[:s.Made], s.Made)
	for n := s.Made; n < last; n++ {
		out = append(out, SlotChange{Slot: n, Make: true, Move: moves[n]})
	}
	return out
}

// changed lists the first moves that are some.
func changed(moves []Measures, width int) (out []SlotChange) {
	for n, m := range moves {
		if !m.IsZero() && len(out) < width {
			out = append(out, SlotChange{Slot: n, Move: m})
		}
	}
	return out
}
