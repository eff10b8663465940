package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// world is a shop as the model has it. Nothing in it is changed: every step
// gives another.
type world struct {
	strict bool // no rivals and no faults: 200 and 201 are told apart
	now    int64
	issued set
	limits [len(campaigns)]limit
	recs   []rec
}

// limit is a campaign's max_redemptions. Instances may be behind in seeing uses
// that were given back and limits that were raised; until the clock has moved
// twice, who is refused as if they had not been is refused rightly.
type limit struct {
	most       int64
	ever       int64 // the most that it was
	closed     bool  // lowered below what was used: whether it is open again the model does not say
	least      int64 // that it was, this tick
	back       int64 // uses given back, this tick
	olderLeast int64
	olderBack  int64
}

// The states of a record. A hold whose time is over is held until somebody
// takes it back, and when that is the model does not say.
const (
	held       = "held"
	redeemed   = "redeemed"
	rolledBack = "rolled_back"
	released   = "released"
	lapsed     = "lapsed"
)

// rec is a redemption or a hold, in whichever state.
type rec struct {
	id      string // what is common to both ids; empty while nobody was told
	order   int
	set     set
	variant int
	who     int
	status  string
	until   int64
	back    int64 // of the discount
	came    int64 // items of the order's first line that came back
	tea     bool  // the second line came back
	returns []returned
}

// returned is an answered return.
type returned struct {
	id       string
	quantity int64
	tea      bool // neither of the two: all that was left
	discount int64
	complete bool
}

func newWorld(now time.Time, strict bool) world {
	w := world{now: now.UnixMilli(), strict: strict}
	for i, c := range codes {
		if !c.later {
			w.issued |= 1 << i
		}
	}
	for i, c := range campaigns {
		w.limits[i] = limit{most: c.most, ever: c.most, least: c.most, olderLeast: c.most}
	}
	return w
}

// with gives a world in which a record is another.
func (w world) with(i int, change func(*rec)) world {
	w.recs = slices.Clone(w.recs)
	change(&w.recs[i])
	return w
}

func (w world) as(i int, status string) world {
	return w.with(i, func(r *rec) { r.status = status })
}

// firm reports whether a record has what it took, whoever else wants it.
func (w world) firm(i int) bool {
	r := w.recs[i]
	return r.status == redeemed || r.status == rolledBack || r.status == held && w.now < r.until
}

// loose reports whether it is a hold that had its time.
func (w world) loose(i int) bool { return w.recs[i].status == held && !w.firm(i) }

// has gives the codes that a record has taken.
func (r rec) has() set {
	switch r.status {
	case held, redeemed:
		return r.set
	case rolledBack:
		return r.set & keeping
	}
	return 0
}

// uses counts what firm records have of a campaign; of one customer, or with -1 of all.
func (w world) uses(campaign, who int) int64 {
	n := int64(0)
	if who < 0 {
		n = campaigns[campaign].before
	}
	for i, r := range w.recs {
		if w.firm(i) && (who < 0 || r.who == who) {
			n += r.has().of(campaign)
		}
	}
	return n
}

// looseUses counts what holds that had their time may still have.
func (w world) looseUses(campaign int) int64 {
	n := int64(0)
	for i, r := range w.recs {
		if w.loose(i) {
			n += r.set.of(campaign)
		}
	}
	return n
}

// spent is what firm records, or else loose ones, took off by a campaign.
func (w world) spent(campaign int, firm bool) int64 {
	n := int64(0)
	if firm {
		n = campaigns[campaign].before * campaigns[campaign].off
	}
	for i, r := range w.recs {
		if (r.status == redeemed || r.status == held) && w.firm(i) == firm {
			n += r.set.of(campaign) * (campaigns[campaign].off - campaigns[campaign].off*r.came/items(r.variant))
		}
	}
	return n
}

// stands reports whether nothing shows that a loose hold was taken back.
func (w world) stands(i int) bool {
	r := w.recs[i]
	for k, c := range campaigns {
		n := r.set.of(k)
		if n > 0 && (c.most > 0 && w.uses(k, -1)+n > w.limits[k].ever || c.each > 0 && w.uses(k, r.who)+n > c.each) {
			return false
		}
	}
	return true
}

// at finds the record that stands where an order's redemption of a set does, or -1.
func (w world) at(order int, s set) int {
	return slices.IndexFunc(w.recs, func(r rec) bool { return r.order == order && r.set == s && r.has() != 0 })
}

func (w world) byID(id string) int {
	return slices.IndexFunc(w.recs, func(r rec) bool { return r.id == id })
}

// gaveBack notes what a record that ends gives back.
func (w world) gaveBack(s set) world {
	for k := range campaigns {
		w.limits[k].back += s.of(k)
	}
	return w
}

// key tells worlds apart; the order of records does not.
func (w world) key() string {
	recs := make([]string, len(w.recs))
	for i, r := range w.recs {
		recs[i] = r.id + r.String()
	}
	slices.Sort(recs)
	return fmt.Sprint(w.now, w.issued, w.limits, strings.Join(recs, "\n"))
}
