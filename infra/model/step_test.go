package model

import (
	"slices"
	"time"
)

// command is a call of the API, or a movement of the clock.
type command struct {
	kind     kind
	order    int
	who      int
	variant  int
	set      set
	id       string
	ret      string
	quantity int64 // of the first line that comes back
	tea      bool  // the second line comes back
	campaign int
	limit    int64
	by       time.Duration // of a hold, and of the clock
	from, to int64         // the clock when it was called and answered
	alone    bool          // nothing else is called meanwhile
}

type kind string

// The kinds of commands.
const (
	issue    kind = "issue"
	validate kind = "validate"
	redeem   kind = "redeem"
	hold     kind = "hold"
	commit   kind = "commit"
	release  kind = "release"
	extend   kind = "extend"
	rollBack kind = "roll back"
	setLimit kind = "set limit"
	tick     kind = "tick"
	getHold  kind = "get hold"
	get      kind = "get redemption"
	count    kind = "count"
)

// answer is what the caller was told.
type answer struct {
	lost     bool // an outage: it may be done, or not
	status   int
	problem  string
	id       string
	state    string
	until    int64
	discount int64
	number   int64 // times_redeemed, or discount_rolled_back
	spent    int64 // of the budget
	yes      bool  // valid, complete
	raw      string
}

// outcome is what a command may do, and what it then answers.
type outcome struct {
	w        world
	status   int
	problems []string
	shows    int // a record; -1: none
	state    string
	discount int64 // -1: any
	check    func(answer) bool
}

// step gives the worlds in which the answer is right; none where it is wrong.
func (w world) step(c command, a answer) []world {
	var next []world
	if a.lost {
		next = append(next, w)
	}
	for _, o := range w.outcomes(c) {
		if n, ok := o.met(c, a); ok {
			next = append(next, n)
		}
	}
	return next
}

func (w world) outcomes(c command) []outcome {
	switch c.kind {
	case issue:
		return w.issue(c)
	case validate:
		return w.validate(c)
	case redeem, hold:
		return w.take(c)
	case commit, release, extend, getHold:
		return w.onHold(c)
	case rollBack, get:
		return w.onRedemption(c)
	case setLimit, count, tick:
		return w.onCampaign(c)
	}
	return nil
}

// done is an outcome that shows a record.
func (w world) done(status, i int, state string) outcome {
	return outcome{w: w, status: status, shows: i, state: state, discount: w.recs[i].set.off()}
}

// refused is an outcome that changes nothing.
func (w world) refused(status int, problems ...string) []outcome {
	return []outcome{{w: w, status: status, problems: problems, shows: -1, discount: -1}}
}

// met compares an answer, and learns ids and times from it.
func (o outcome) met(c command, a answer) (world, bool) {
	if a.lost {
		if i := o.shows; i >= 0 && o.w.recs[i].until == unsaid {
			return o.w.with(i, func(r *rec) { r.until = c.from + c.by.Milliseconds() }), true
		}
		return o.w, len(o.problems) == 0
	}
	switch {
	case len(o.problems) > 0:
		return o.w, slices.Contains(o.problems, a.problem)
	case a.problem != "" || o.w.strict && a.status != o.status || o.discount >= 0 && o.discount != a.discount:
		return o.w, false
	case o.check != nil && !o.check(a):
		return o.w, false
	case o.shows < 0:
		return o.w, true
	}
	return o.bound(c, a)
}

// unsaid is when a new hold ends, before its answer says so.
const unsaid = -1

// bound holds a record to what the answer says of it.
func (o outcome) bound(c command, a answer) (world, bool) {
	r := o.w.recs[o.shows]
	if a.state != o.state || r.id == "" && o.w.byID(a.id) >= 0 || r.id != "" && r.id != a.id {
		return o.w, false
	}
	if r.until == unsaid {
		r.until = a.until
		if length := c.by.Milliseconds(); a.until != c.from+length && a.until != c.to+length {
			return o.w, false
		}
	}
	if o.state == held && a.until != r.until {
		return o.w, false
	}
	return o.w.with(o.shows, func(n *rec) { n.id, n.until = a.id, r.until }), true
}
