package coupon

import (
	"cmp"
	"slices"
	"sort"

	"github.com/lagniappe/lagniappe/internal/money"
	"github.com/lagniappe/lagniappe/internal/order"
)

// claim is what a reward would take: of which items how much.
type claim struct {
	lots   []lot
	off    []int64
	spread bool  // in proportion to what the items cost, so a smaller total is, too
	whole  bool  // on every item of the reward's lines
	units  int64 // of a limited edition
	gift   *Gift
}

func (c claim) total() int64 { return sum(c.off) }

// shrink leaves the claim no more than most in all.
func (t *till) shrink(c *claim, most int64) {
	if c.spread {
		c.off = t.spread(most, c.lots)
	} else {
		c.off = money.Allocate(most, c.off)
	}
}

// claim says what a reward on items would take by now.
func (t *till) claim(r Reward) claim {
	switch r.Type {
	case FreeItem:
		return t.gift(r)
	case Bundle:
		return t.bundle(r)
	case BuyXGetY:
		return t.buyXGetY(r)
	case FixedPrice:
		return t.perItem(r, func(l lot) int64 { return l.value - *r.Price })
	case AmountOff:
		if r.Per == PerItem {
			return t.perItem(r, func(lot) int64 { return r.AmountOff })
		}
	default: // a percentage; shipping and services claim no items
	}
	lots, total := t.matching(r), r.AmountOff
	if r.Type == PercentOff {
		total = percentOf(r.PercentOff, amounts(lots))
	}
	c := t.spreadOver(lots, total)
	c.whole = r.CheapestItems == 0
	return c
}

// spreadOver claims a total of the lots, sorted by group, as far as they have room for it.
func (t *till) spreadOver(lots []lot, total int64) claim {
	return claim{lots: lots, off: t.spread(total, lots), spread: true}
}

// percentOf is a share of an amount, rounded half up once.
func percentOf(percent string, amount int64) int64 {
	p, err := money.ParsePercent(percent)
	if err != nil { // terms are checked when they are saved
		return 0
	}
	return p.Of(amount)
}

func amounts(lots []lot) (sum int64) {
	for _, l := range lots {
		sum += l.amount()
	}
	return sum
}

func quantities(lots []lot) (n int64) {
	for _, l := range lots {
		n += l.quantity
	}
	return n
}

// first gives the first n items of the lots.
func first(n int64, lots []lot) []lot {
	var out []lot
	for _, l := range lots {
		if n == 0 {
			break
		}
		l.quantity = min(l.quantity, n)
		n -= l.quantity
		out = append(out, l)
	}
	return out
}

// cheapest sorts lots by what an item costs, ties as lines stand in the order.
func cheapest(lots []lot) []lot {
	slices.SortStableFunc(lots, func(a, b lot) int { return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.group, b.group)) })
	return lots
}

// dearest sorts them the other way round.
func dearest(lots []lot) []lot {
	slices.SortStableFunc(lots, func(a, b lot) int { return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.group, b.group)) })
	return lots
}

// matching gives the items that a reward is for, by group.
func (t *till) matching(r Reward) []lot {
	lots := t.lots(r.AppliesTo.has)
	if r.CheapestItems > 0 {
		lots = first(r.CheapestItems, cheapest(lots))
		byGroup(lots)
	}
	return lots
}

// perItem takes so much off each item that the reward is for, as far as it goes.
func (t *till) perItem(r Reward, wanted func(lot) int64) claim {
	var c claim
	for _, l := range t.matching(r) {
		if each := min(wanted(l), t.room(l)); each > 0 {
			c.lots, c.off = append(c.lots, l), append(c.off, each*l.quantity)
			c.units += l.quantity
		}
	}
	return c
}

// bundle puts as many bundles together as the items allow, the dearest ones
// first, as long as each saves something.
func (t *till) bundle(r Reward) claim {
	parts := t.partition(r.Items)
	most := r.MaxTimes
	for i, lots := range parts {
		n := quantities(lots) / r.Items[i].count()
		if i == 0 && most == 0 || n < most {
			most = n
		}
		dearest(lots)
	}
	chosen := func(times int64) []lot {
		var lots []lot
		for i := range parts {
			lots = append(lots, first(times*r.Items[i].count(), parts[i])...)
		}
		return lots
	}
	times, price := most, int64(0)
	if r.Price != nil {
		price = *r.Price
		times = int64(sort.Search(int(most), func(n int) bool { // each bundle is worth no more than the one before
			return amounts(chosen(int64(n)+1))-amounts(chosen(int64(n))) <= price
		}))
	}
	lots := chosen(times)
	byGroup(lots)
	total := amounts(lots) - times*price
	if r.Price == nil {
		total = percentOf(r.PercentOff, amounts(lots))
	}
	c := t.spreadOver(lots, total)
	c.units = times
	return c
}

// partition gives the lots of each piece; a line counts for the first piece that it fits.
func (t *till) partition(pieces []Piece) [][]lot {
	parts := make([][]lot, len(pieces))
	for i := range pieces {
		parts[i] = t.lots(func(l order.Line) bool {
			return slices.IndexFunc(pieces, func(p Piece) bool { return p.has(l) }) == i
		})
	}
	return parts
}
