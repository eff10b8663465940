package model

import "slices"

// theme is some codes that are redeemed together, and so one partition of a history.
type theme struct {
	sets      []set
	campaigns []int // whose limits change
	orders    []int
}

// themes are disjoint.
var themes = []theme{
	{sets: []set{1 << 1, 1 << 3, 1<<1 | 1<<2, 1<<1 | 1<<3, 1<<2 | 1<<3}, campaigns: []int{1}, orders: []int{0, 1, 2}},
	{sets: []set{1 << 4, 1 << 0, 1<<0 | 1<<4, 1<<4 | 1<<9, 1 << 10, 1<<0 | 1<<10}, orders: []int{3, 4}},
	{sets: []set{1 << 5}, campaigns: []int{3}, orders: []int{5, 6, 7}},
	{sets: []set{1 << 6, 1 << 7, 1<<6 | 1<<7, 1<<6 | 1<<7 | 1<<8}, campaigns: []int{4}, orders: []int{8, 9, 10}},
}

// weighted are the kinds of commands, as often as they are wanted.
var weighted = []kind{
	redeem, redeem, redeem, redeem, hold, hold, hold, hold, commit, commit, commit, release, release, extend,
	rollBack, rollBack, rollBack, validate, setLimit, tick, getHold, get,
}

// draw makes up a command that stays within a theme.
func (r *round) draw(k kind, theme int, pick func(string, int) int) (command, bool) {
	r.mu.Lock()
	ids := slices.Clone(r.ids[theme])
	r.mu.Unlock()
	th := themes[theme]
	if byID(k) && len(ids) == 0 || k == setLimit && th.campaigns == nil {
		k = redeem
	}
	c := draw(k, ids, pick)
	if k == redeem || k == hold || k == validate {
		c.order, c.set = th.orders[pick("order", len(th.orders))], th.sets[pick("set", len(th.sets))]
	}
	if k == setLimit {
		c.campaign = th.campaigns[0]
		c.limit = campaigns[c.campaign].most + 2
	}
	return c, true
}
