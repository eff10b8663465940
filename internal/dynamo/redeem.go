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
// A draft that does not know what is left on a gift card is not written either:
// its seats and cards are read, in one request.
//
// An empty slot costs one read of all slots and one more write, which repeats
// only while rivals empty the slot just found. A hold whose time is over, and
// which stands in the way, is taken back first.
func (s *Store) Redeem(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	spent := s.spent(d)
	if d.Refused() || d.Blind() || len(spent) > 0 {
		o, err := s.standsAgainst(ctx, d)
		for i, why := range spent {
			o.Parts[i].Exhausted = why
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

// standsAgainst reads the seats of a draft that is not written, and the limits of
// automatic campaigns in it: one that nobody can have any more must not keep a code out.
func (s *Store) standsAgainst(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	applies := func(p coupon.Part) bool { return p.Automatic && !p.Refused() }
	switch {
	case !slices.ContainsFunc(d.Parts, applies):
		return s.freshSeats(ctx, d)
	case !d.Blind():
		return s.look(ctx, d, true)
	}
	o, err := s.freshSeats(ctx, d)
	if err != nil {
		return o, err
	}
	seen, err := s.look(ctx, d, true)
	for i, p := range d.Parts {
		if err == nil && p.Automatic {
			o.Parts[i] = seen.Parts[i]
		}
	}
	return o, err
}

// spent gives the parts whose campaign was found used up within the last seconds.
func (s *Store) spent(d coupon.Draft) map[int]error {
	spent := map[int]error{}
	for i, p := range d.Parts {
		if err := s.spentOf(d, i); err != nil && !p.Refused() {
			spent[i] = err
		}
	}
	return spent
}

// refused reads refusals. It reports whether to write again: what stood in the
// way was an empty slot where others are not, a hold whose time is over, or
// that somebody is another person by now.
func (p *plan) refused(ctx context.Context, refused []refusal) (coupon.Outcome, bool, error) {
	o, err := p.outcome(refused)
	if err != nil {
		return o, false, err
	}
	if again, err := p.recount(ctx, refused); err != nil || again {
		return o, again, err
	}
	if again, err := p.recognize(ctx, o); err != nil || again {
		return o, again, err
	}
	if again, err := p.reclaim(ctx, refused); err != nil || again {
		return o, again, err
	}
	empty := p.onlySlots(refused)
	for _, i := range empty {
		p.takes[i] = nil
	}
	exhausted := false
	for _, i := range empty {
		if err := p.refill(ctx, i, &o); err != nil {
			return o, false, err
		}
		exhausted = exhausted || o.Parts[i].Exhausted != nil
	}
	if exhausted {
		return p.unlessMine(ctx, o)
	}
	return o, len(empty) > 0, nil
}

// unlessMine looks at the seats once more before the answer is that nothing is
// left: a copy of the request, at the same time, may have taken the last use.
func (p *plan) unlessMine(ctx context.Context, o coupon.Outcome) (coupon.Outcome, bool, error) {
	seen, err := p.store.readSeats(ctx, p.draft)
	for i := range seen.Parts {
		seen.Parts[i].Exhausted = o.Parts[i].Exhausted
	}
	return seen, false, err
}

// refill finds other slots for part i, or what is spent. Holds whose time is
// over are taken back first, if they are in the way.
func (p *plan) refill(ctx context.Context, i int, o *coupon.Outcome) error {
	part, s := p.draft.Parts[i], p.store
	for retry := maxTries; ; retry-- { // each time a hold was in the way, and is no more
		all, err := s.counters(ctx, p.draft, part.Campaign)
		if err != nil {
			return err
		}
		takes, empty, why := all.choose(p.draft, part, p.others(part.Campaign.ID), p.room(i))
		if why == nil {
			p.takes[i] = takes
			return nil
		}
		freed, err := s.reclaimSlots(ctx, p.draft.Space, empty)
		if err != nil {
			return err
		}
		if !freed || retry == 0 {
			if !s.lapseSoon(empty) {
				s.remember(p.draft, part, all)
			}
			o.Parts[i].Exhausted = why
			return nil
		}
	}
}

// others are what the parts take of a campaign by now.
func (p *plan) others(campaign string) (takes []coupon.Take) {
	for i, part := range p.draft.Parts {
		if part.Campaign.ID == campaign && !part.Refused() {
			takes = append(takes, p.takes[i]...)
		}
	}
	return takes
}

// lapsed reports whether the hold that a row shows has had its time.
func lapsed(row item, now time.Time) bool {
	until := getTime(row, "held_until")
	return !until.IsZero() && !now.Before(until)
}
