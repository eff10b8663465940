package coupon

import (
	"cmp"
	"slices"
)

// entry is an applicant while campaigns are combined and priced.
type entry struct {
	*Applicant
	place  int   // among the applicants
	off    error // why it does not apply, for a reason of its own
	lost   error // which other one keeps it out
	joined bool  // its rules hold, and it has given something: its margin floor counts
	asked  bool  // its rules were looked at

	discount Discount
	taken    []int64 // of each line
	rewards  []RewardGiven
	capped   error // the margin floor that left less than it wanted
}

// ranked sorts applicants into the one order in which they are chosen and
// applied: by priority, what was asked for by a code first, exclusive ones
// first, then by ids. So the order in which codes were typed does not matter.
func ranked(applicants []Applicant) []*entry {
	all, entries := make([]entry, len(applicants)), make([]*entry, len(applicants))
	for i := range applicants {
		all[i] = entry{Applicant: &applicants[i], place: i}
		entries[i] = &all[i]
	}
	slices.SortStableFunc(entries, func(a, b *entry) int {
		return cmp.Or(
			cmp.Compare(b.Terms.Priority, a.Terms.Priority),
			boolFirst(!a.Automatic, !b.Automatic),
			boolFirst(a.Terms.Exclusive, b.Terms.Exclusive),
			cmp.Compare(a.Campaign, b.Campaign),
			cmp.Compare(a.Coupon, b.Coupon),
		)
	})
	return entries
}

func boolFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// errKeptOut is of automatic campaigns, of which nobody is told who keeps them out.
var errKeptOut = ErrNotCombinable.At("codes")

// combine chooses from ranked entries those that go together, and notes with the
// others who keeps them out, and whether there are any. One that does not apply keeps nobody out.
func combine(entries []*entry) (stack []*entry, lost bool) {
	automatic := 0
	for _, e := range entries {
		if e.lost = nil; e.off != nil {
			continue
		}
		rival := slices.IndexFunc(stack, func(s *entry) bool { return s.excludes(e) })
		switch {
		case e.Automatic && (rival >= 0 || automatic == maxTogether):
			e.lost = errKeptOut
		case rival >= 0:
			e.lost = ErrNotCombinable.At("codes").Arg("campaign", stack[rival].Campaign)
		}
		if e.lost != nil {
			lost = true
			continue
		}
		if stack = append(stack, e); e.Automatic {
			automatic++
		}
	}
	return stack, lost
}

// excludes reports whether two campaigns cannot be on one order.
func (e *entry) excludes(o *entry) bool {
	return e.Terms.Exclusive || o.Terms.Exclusive || e.Terms.Category != "" && e.Terms.Category == o.Terms.Category
}

// fresh forgets what an entry was given, for another round.
func (e *entry) fresh(lines int) {
	e.joined, e.asked, e.capped = false, false, nil
	e.discount, e.taken = Discount{}, make([]int64, lines)
	e.rewards = make([]RewardGiven, len(e.Terms.Rewards))
	for i, r := range e.Terms.Rewards {
		e.rewards[i].Type = r.Type
	}
}
