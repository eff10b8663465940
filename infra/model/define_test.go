package model

// issue makes a named code that was not there before.
func (w world) issue(c command) []outcome {
	if w.issued&c.set != 0 {
		return w.refused(409, "code_taken")
	}
	w.issued |= c.set
	return []outcome{{w: w, status: 201, shows: -1, discount: -1}}
}

// validate says what a redemption would. It does not look for holds that can be
// taken back: a limit that some may free speaks against nothing.
func (w world) validate(c command) []outcome {
	want := func(yes bool) outcome {
		return outcome{w: w, status: 200, shows: -1, discount: -1, check: func(a answer) bool { return !w.strict || a.yes == yes }}
	}
	var out []outcome
	other := w
	other.strict = false // it is another function, which learns later of uses that were given back
	for _, o := range other.take(command{kind: redeem, order: c.order, set: c.set, variant: c.variant, who: c.who}) {
		out = append(out, want(len(o.problems) == 0))
	}
	if w.hopes(c) {
		out = append(out, want(true))
	}
	return out
}

// hopes reports whether a campaign of the codes has holds that had their time: whether
// what they free is enough is known only to who wants to take it.
func (w world) hopes(c command) bool {
	for i, r := range w.recs {
		for k := range campaigns {
			if w.loose(i) && r.set.of(k) > 0 && c.set.of(k) > 0 {
				return true
			}
		}
	}
	return false
}

// onCampaign changes a limit, counts its uses, or lets time pass for all of them.
func (w world) onCampaign(c command) []outcome {
	k := c.campaign
	switch c.kind {
	case tick:
		return []outcome{{w: w.later(c), shows: -1, discount: -1}}
	case count:
		return w.count(k, c.alone)
	default: // the limit is set
	}
	l := &w.limits[k]
	l.closed = w.uses(k, -1)+w.looseUses(k) > c.limit
	l.most, l.ever, l.least = c.limit, max(l.ever, c.limit), min(l.least, c.limit)
	return []outcome{{w: w, status: 200, shows: -1, discount: -1}}
}

// count has the uses of loose holds in it while nobody takes them back.
func (w world) count(k int, alone bool) []outcome {
	firm := w.uses(k, -1)
	most := min(firm+w.looseUses(k), w.limits[k].ever)
	spent := w.spent(k, true)
	return []outcome{{w: w, status: 200, shows: -1, discount: -1, check: func(a answer) bool {
		right := firm <= a.number && a.number <= most
		if campaigns[k].budget > 0 {
			right = right && spent <= a.spent && a.spent <= spent+w.spent(k, false)
		}
		return !w.strict && !alone || right
	}}}
}

func (w world) later(c command) world {
	w.now += c.by.Milliseconds()
	for k, l := range w.limits {
		w.limits[k] = limit{most: l.most, ever: l.ever, closed: l.closed, least: l.most, olderLeast: l.least, olderBack: l.back}
	}
	return w
}
