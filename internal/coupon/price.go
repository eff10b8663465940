package coupon

import "slices"

// ring applies ranked campaigns, and notes with each what it gives or why it
// does not apply. It reports whether it broke off at one that has to go before
// the others can be priced.
func (t *till) ring(stack []*entry) (again bool) {
	for _, e := range stack {
		e.fresh(len(t.cart.Order.Lines))
	}
	for p := range phases {
		for _, e := range stack {
			for i, r := range e.Terms.Rewards {
				if r.phase() != p || !t.admits(e) {
					continue
				}
				if err := t.reward(e, i, stack); err != nil {
					for _, other := range stack { // what rules saw was not to be
						other.off = nil
					}
					e.off = err
					return true
				}
			}
		}
	}
	t.close()
	for _, e := range stack {
		t.finish(e)
	}
	return false
}

// admits asks a campaign's rules, once, before its first reward.
func (t *till) admits(e *entry) bool {
	if !e.asked {
		e.asked = true
		c := t.cart
		c.Left = t.left()
		e.off = e.Terms.check(c)
	}
	return e.off == nil
}

// reward applies one reward of a campaign.
func (t *till) reward(e *entry, i int, stack []*entry) error {
	r, ok := t.due(e, i)
	if !ok {
		return nil
	}
	if err := t.refuses(e); err != nil {
		return err
	}
	given := &e.rewards[i]
	switch r.Type {
	case Service:
		e.discount.Services = append(e.discount.Services, r.Service)
		given.Units = 1
	case FreeShipping:
		off := t.shipping
		if r.MaxDiscount > 0 && off > r.MaxDiscount {
			off, given.CappedBy = r.MaxDiscount, CappedByReward
		}
		t.shipping -= off
		e.discount.Shipping += off
		given.Discount = off
	default:
		if err := t.items(e, r, given, stack); err != nil {
			return err
		}
	}
	if r.Stock == 0 {
		given.Units = 0
	}
	e.joined = e.joined || given.Discount > 0 || r.Type == Service || len(e.discount.Gifts) > 0
	return nil
}

// due gives the reward as it is for this order: its own conditions hold, and
// the order reaches one of its tiers.
func (t *till) due(e *entry, i int) (Reward, bool) {
	r := e.Terms.Rewards[i]
	if r.When != nil {
		c, terms := t.cart, e.Terms
		c.Left, terms.Rules = t.left(), *r.When
		if terms.check(c) != nil {
			return r, false
		}
	}
	if r.Type == Service && !r.AppliesTo.IsZero() {
		return r, slices.ContainsFunc(t.cart.Order.Lines, r.AppliesTo.has)
	}
	return r.at(t.measure(r))
}

// measure gives what tiers look at.
func (t *till) measure(r Reward) (n int64) {
	switch r.TiersBy {
	case ByQuantity:
		n = quantities(t.lots(r.AppliesTo.has))
	case ByAmount:
		n = amounts(t.lots(r.AppliesTo.has))
	case ByListAmount:
		for i, l := range t.cart.Order.Lines {
			if r.AppliesTo.has(l) {
				n += t.cart.Totals.Lines[i]
			}
		}
	}
	return n
}

// items applies a reward that takes something off items.
func (t *till) items(e *entry, r Reward, given *RewardGiven, stack []*entry) error {
	c := t.claim(r)
	if r.MaxDiscount > 0 && c.total() > r.MaxDiscount {
		given.CappedBy = CappedByReward
		t.shrink(&c, r.MaxDiscount)
	}
	floors := t.floors(e, stack)
	c.whole = c.whole && len(floors) == 0 // a floor leaves no room for another rounding
	capped, err := t.hold(&c, floors)
	if err != nil {
		return err
	}
	if capped != nil {
		given.CappedBy, e.capped = CappedByMargin, capped
	}
	t.collect(e, r, c)
	given.Discount, given.Units = c.total(), c.units
	if c.gift != nil {
		e.discount.Gifts = append(e.discount.Gifts, *c.gift)
	}
	return nil
}

// collect takes what is claimed.
func (t *till) collect(e *entry, r Reward, c claim) {
	if c.total() == 0 {
		return
	}
	var straight []int64
	if c.whole {
		straight = t.straight(c.total(), r.AppliesTo.has)
	}
	rounded := make([]int64, len(e.taken))
	t.take(c.lots, c.off, rounded)
	for i, part := range rounded {
		e.taken[i] += part
	}
	if c.whole {
		t.last = &spreading{e.taken, rounded, straight}
	}
}

// finish sums up what a campaign gave.
func (t *till) finish(e *entry) {
	if e.off != nil {
		return
	}
	d := &e.discount
	d.Total = d.Shipping
	for i, off := range e.taken {
		if off > 0 {
			d.Lines = append(d.Lines, LineDiscount{ID: t.cart.Order.Lines[i].ID, Discount: off, Quantity: t.cart.Order.Lines[i].Quantity})
			d.Total += off
		}
	}
	d.Rewards = tell(e.rewards)
	if d.empty() {
		e.off = ErrNothingOff.At("order") // and the customer keeps the coupon
		if e.capped != nil {
			e.off = e.capped
		}
	}
}
