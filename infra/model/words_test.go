package model

import (
	"fmt"
	"strings"
)

// The words of commands, answers and worlds, for a reader of a failure.

func (c command) String() string {
	switch c.kind {
	case redeem, validate:
		return fmt.Sprintf("%s %v for order %d, lines %d, by %d", c.kind, c.set, c.order, c.variant, c.who)
	case hold:
		return fmt.Sprintf("hold %v for order %d, lines %d, by %d, for %v", c.set, c.order, c.variant, c.who, c.by)
	case issue:
		return fmt.Sprintf("issue %v", c.set)
	case setLimit:
		return fmt.Sprintf("set the limit of campaign %d to %d", c.campaign, c.limit)
	case count:
		return fmt.Sprintf("count campaign %d", c.campaign)
	case tick:
		return fmt.Sprintf("let %v pass", c.by)
	case rollBack:
		return fmt.Sprintf("roll back %s, return %q of %d, tea %t", short(c.id), c.ret, c.quantity, c.tea)
	case extend:
		return fmt.Sprintf("extend %s by %v", short(c.id), c.by)
	case commit, release, get, getHold:
	}
	return string(c.kind) + " " + short(c.id)
}

func (a answer) String() string {
	switch {
	case a.lost:
		return "lost"
	case a.problem != "":
		return fmt.Sprint(a.status, " ", a.problem)
	}
	return fmt.Sprintf("%d %s %s, discount %d, number %d, %t", a.status, short(a.id), a.state, a.discount, a.number, a.yes)
}

func (s set) String() string {
	var out []string
	for i := range codes {
		if s.has(i) {
			out = append(out, fmt.Sprint(i))
		}
	}
	return "{" + strings.Join(out, " ") + "}"
}

func (r rec) String() string {
	return fmt.Sprintf("%s: order %d %v lines %d by %d %s until %d, back %d of %d items, tea %t %v",
		short(r.id), r.order, r.set, r.variant, r.who, r.status, r.until, r.back, r.came, r.tea, r.returns)
}

// short is the end of an id, with the attempt; where it begins, ids of one code are alike.
func short(id string) string {
	return "…" + id[max(0, len(id)-9):]
}
