package dynamo

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

// Redeem writes a draft in one request: the seats, and with them in a
// transaction the uses of the campaigns' limits and of the customer's, where
// they have them. What may stand against it is in the conditions; see
// [coupon.Writer].
//
// An empty slot costs one read of all slots and one more write, which repeats
// only while rivals empty the slot just found. A hold whose time is over, and
// which stands in the way, is taken back first.
func (s *Store) Redeem(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	spent := s.spent(d)
	if d.Refused() || len(spent) > 0 {
		o, err := s.readSeats(ctx, d)
		for i := range spent {
			o.Parts[i].Exhausted = true
		}
		return o, err
	}
	p := s.plan(d)
	for n := range maxTries {
		refused, err := s.commit(ctx, "dynamo.Redeem", p.writes()...)
		switch {
		case errors.Is(err, errConflict):
			p.rotate()
			if err := wait(ctx, n); err != nil {
				return coupon.Outcome{}, failed("dynamo.Redeem", err)
			}
			continue
		case err != nil:
			return coupon.Outcome{}, err
		case refused == nil:
			return coupon.Outcome{Written: true}, nil
		}
		o, again, err := p.refused(ctx, refused)
		if err != nil || !again {
			return o, err
		}
	}
	return coupon.Outcome{}, fault.ErrUnavailable.In("dynamo.Redeem").Because(errConflict)
}

// spent gives the parts whose campaign was found used up within the last seconds.
func (s *Store) spent(d coupon.Draft) map[int]bool {
	spent := map[int]bool{}
	for i, p := range d.Parts {
		if _, ok := s.exhausted.peek(space(d.Space) + p.Campaign.ID); ok && !p.Refused() {
			spent[i] = true
		}
	}
	return spent
}

// refused reads refusals. It reports whether to write again: what stood in the
// way was an empty slot where others are not, or a hold whose time is over.
func (p *plan) refused(ctx context.Context, refused []refusal) (coupon.Outcome, bool, error) {
	o, err := p.outcome(refused)
	if err != nil {
		return o, false, err
	}
	if again, err := p.reclaim(ctx, refused); err != nil || again {
		return o, again, err
	}
	empty := p.onlySlots(refused)
	for _, i := range empty {
		if err := p.refill(ctx, i, &o); err != nil {
			return o, false, err
		}
	}
	for _, i := range empty {
		if o.Parts[i].Exhausted {
			return o, false, nil
		}
	}
	return o, len(empty) > 0, nil
}

// refill finds another slot for part i, or that all are empty.
func (p *plan) refill(ctx context.Context, i int, o *coupon.Outcome) error {
	d, campaign := p.draft, p.draft.Parts[i].Campaign
	slots, err := p.store.slots(ctx, d.Space, campaign)
	if err != nil {
		return err
	}
	if p.slot[i] = fullSlot(slots, firstSlot(d.Order.ID, campaign)); p.slot[i] >= 0 {
		return nil
	}
	if p.slot[i], err = p.store.reclaimSlots(ctx, d.Space, slots); err != nil || p.slot[i] >= 0 {
		return err
	}
	if soon := p.store.now().Add(exhaustedDelay); !slices.ContainsFunc(slots, func(slot item) bool { return mayLapse(slot, soon) }) {
		p.store.exhausted.put(space(d.Space)+campaign.ID, struct{}{})
	}
	o.Parts[i].Exhausted = true
	return nil
}

// lapsed reports whether the hold that a row shows has had its time.
func lapsed(row item, now time.Time) bool {
	until := getTime(row, "held_until")
	return !until.IsZero() && !now.Before(until)
}
