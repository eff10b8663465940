package coupon

import (
	"slices"
	"sort"

	"github.com/lagniappe/lagniappe/internal/order"
)

// Gift is a free item: as many as are in the cart are taken off there; the
// shop adds the others, and the customer pays nothing for them.
type Gift struct {
	SKU      string `json:"sku" example:"mug-blue"`
	Quantity int64  `json:"quantity" doc:"How many are free."`
	ToAdd    int64  `json:"to_add" doc:"How many of them are not in the cart: add these. On a line at their price they are taken off there the next time."`
}

// buyXGetY reduces as many items as are paid for by others. Items that do not
// count as bought come first, then the cheapest ones.
func (t *till) buyXGetY(r Reward) claim {
	get := r.Get.Selection
	if get.IsZero() {
		get = r.Buy.Selection
	}
	lots := t.lots(get.has)
	bought := quantities(t.lots(r.Buy.has))
	t.earnersLast(lots, r.Buy.Selection)
	most := quantities(lots)
	if r.MaxTimes > 0 {
		most = min(most, r.MaxTimes*r.Get.count())
	}
	// The more are reduced, the fewer are bought. So there is a greatest number that fits.
	n := int64(sort.Search(int(most), func(n int) bool {
		reduced := int64(n) + 1
		paid := bought
		for _, l := range first(reduced, lots) {
			if r.Buy.has(t.cart.Order.Lines[l.group]) {
				paid -= l.quantity
			}
		}
		return paid/r.Buy.count()*r.Get.count() < reduced
	}))
	percent := r.PercentOff
	if percent == "" {
		percent = "100"
	}
	chosen := first(n, lots)
	byGroup(chosen)
	c := t.spreadOver(chosen, percentOf(percent, amounts(chosen)))
	c.units = n
	return c
}

// earnersLast sorts lots by price, but those that count as earning behind all others.
func (t *till) earnersLast(lots []lot, earning Selection) {
	cheapest(lots)
	slices.SortStableFunc(lots, func(a, b lot) int {
		x, y := earning.has(t.cart.Order.Lines[a.group]), earning.has(t.cart.Order.Lines[b.group])
		switch {
		case x == y:
			return 0
		case y:
			return -1
		}
		return 1
	})
}

// gift gives what has been earned of a free item. An item that is needed to
// earn a gift is not one itself.
func (t *till) gift(r Reward) claim {
	earning := t.lots(r.AppliesTo.has)
	times, spareItems, spareAmount := int64(1), int64(maxQuantity), amounts(earning)
	switch {
	case r.Every.Quantity > 0:
		times, spareItems = t.times(r, quantities(earning), r.Every.Quantity)
	case r.Every.Amount > 0:
		times, spareAmount = t.times(r, amounts(earning), r.Every.Amount)
	case !r.AppliesTo.IsZero():
		times, spareItems = t.times(Reward{MaxTimes: 1}, quantities(earning), 1)
	}
	each := max(r.Quantity, 1)
	n := min(times, maxQuantity/each) * each // what a line holds
	if n == 0 {
		return claim{}
	}
	c := claim{units: n, gift: &Gift{SKU: r.SKU, Quantity: n, ToAdd: n}}
	lots := t.lots(func(l order.Line) bool { return l.SKU == r.SKU })
	t.earnersLast(lots, r.AppliesTo)
	for _, l := range lots {
		l.quantity = min(l.quantity, c.gift.ToAdd)
		if r.AppliesTo.has(t.cart.Order.Lines[l.group]) {
			l.quantity = min(l.quantity, spareItems, spareAmount/l.value)
			spareItems -= l.quantity
			spareAmount -= l.amount()
		}
		if l.quantity == 0 {
			continue
		}
		c.gift.ToAdd -= l.quantity
		c.lots, c.off = append(c.lots, l), append(c.off, t.room(l)*l.quantity)
	}
	return c
}

// times is how often something is earned, and what is left over of what earns it.
func (t *till) times(r Reward, have, each int64) (times, spare int64) {
	times = have / each
	if r.MaxTimes > 0 {
		times = min(times, r.MaxTimes)
	}
	return times, have - times*each
}
