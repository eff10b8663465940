package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

const (
	// widest is how many slots one step changes while nobody disturbs it, and as
	// many may give to new ones: a transaction has at most 100 actions.
	widest = 45
	// stepTime bounds what one call does for a change of limits. The rest is for the next.
	stepTime = 5 * time.Second
	// reserve is what a call keeps of its own time for the answer.
	reserve = 2 * time.Second
)

// fulfil goes on with a change of limits, step by step, to the end. It may be
// interrupted anywhere, and several may do it at once: a step that somebody else
// has made refuses the whole transaction. On a conflict with redemptions the next
// step is smaller; a step of one slot waits for its turn as a redemption does.
func (s *Store) fulfil(ctx context.Context, sp shop.Space, l limits) (limits, error) {
	width, conflicts := widest, 0
	for {
		next, changes, more := l.shares.Next(l.slots, width)
		if !more {
			return l, nil
		}
		refused, err := s.commit(ctx, "dynamo.fulfil", s.stepWrites(sp, l, next, changes)...)
		switch {
		case errors.Is(err, errConflict):
			width, conflicts = max(1, width/2), conflicts+1
			if err := wait(ctx, min(conflicts, maxTries)); err != nil {
				return l, failed("dynamo.fulfil", err)
			}
		case err != nil:
			return l, err
		case refused != nil: // somebody was faster: look again
			seen, err := s.limits(ctx, sp, coupon.Campaign{ID: l.campaign, Slots: l.shares.Slots})
			if err != nil {
				return l, err
			}
			l = seen
		default:
			l.shares, width, conflicts = next, min(widest, 2*width), 0
			l.apply(changes)
		}
	}
}

// apply keeps what was read up with a step that was made.
func (l limits) apply(changes []coupon.SlotChange) {
	for _, c := range changes {
		slot := &l.slots[c.Slot]
		slot.Exists, slot.Left = true, slot.Left.Plus(c.Move)
		slot.Closed = slot.Closed && !c.Open || c.Close
	}
}

// fulfilled reads a campaign, and goes on with a change of its limits for a few
// seconds. What is not done then is no error: the change is durable, and the
// campaign says that it is pending.
func (s *Store) fulfilled(ctx context.Context, sp shop.Space, id string) (coupon.Campaign, error) {
	return s.fulfilledWithin(ctx, stepTime, sp, id)
}

func (s *Store) fulfilledWithin(ctx context.Context, patience time.Duration, sp shop.Space, id string) (coupon.Campaign, error) {
	c, l, err := s.campaignLimits(ctx, sp, id)
	if err != nil || c.Slots == 0 {
		return c, err
	}
	if _, _, more := l.shares.Next(l.slots, 1); !more {
		return c, nil
	}
	within, stop := context.WithTimeout(ctx, patience)
	defer stop()
	if end, ok := ctx.Deadline(); ok {
		within, stop = context.WithDeadline(within, end.Add(-reserve))
		defer stop()
	}
	if l, err = s.fulfil(within, sp, l); err != nil && !unavailable(err) {
		return coupon.Campaign{}, err
	}
	s.forgetSpent(sp, id)
	c.Consumption = c.NewConsumption(l.shares, l.slots)
	return c, nil
}

func unavailable(err error) bool {
	f, ok := fault.As(err)
	return ok && f.Kind == fault.Unavailable
}

// ContinueLimits goes on with a change of a campaign's limits, if there is one.
// Nobody waits for it, so it has more time.
func (s *Store) ContinueLimits(ctx context.Context, sp shop.Space, id string) error {
	_, err := s.fulfilledWithin(ctx, time.Minute, sp, id)
	return err
}
