package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// ChangeCampaign puts next in the place of prev, unless prev is no longer the
// present state: then ErrStale. New terms get a version of their own. What the
// limits should become is noted in the same transaction, and reaches the slots
// step by step after it.
func (s *Store) ChangeCampaign(ctx context.Context, sp shop.Space, prev, next coupon.Campaign) (coupon.Campaign, error) {
	ws := []write{s.headChange(sp, prev, next)}
	if prev.Measures() != next.Measures() || prev.Slots != next.Slots {
		ws = append(ws, s.retarget(sp, prev, next))
	}
	if next.Version != prev.Version {
		ws = append(ws, s.termsWrite(sp, next))
	}
	for range maxTries {
		listed, err := s.enlist(ctx, sp, prev, next)
		if err != nil {
			return coupon.Campaign{}, err
		}
		refused, err := s.settle(ctx, "dynamo.ChangeCampaign", append(ws, listed...)...)
		switch {
		case err != nil:
			return coupon.Campaign{}, err
		case onlyList(refused, listed):
			continue
		case refused != nil && !s.isMine(refused[0].old, ws[0]):
			return coupon.Campaign{}, fault.ErrStale
		}
		s.forget(sp, next.ID)
		s.forgetSpent(sp, next.ID)
		return s.fulfilled(ctx, sp, next.ID)
	}
	return coupon.Campaign{}, fault.ErrUnavailable.In("dynamo.ChangeCampaign")
}

// forget lets a campaign be read anew, here at least.
func (s *Store) forget(sp shop.Space, id string) {
	s.campaigns.forget(space(sp) + id)
	s.automatic.forget(space(sp))
}

// isMine tells whether the row that refused a change is that very change: its
// first answer was lost, and the SDK sent it again.
func (s *Store) isMine(old item, change write) bool {
	return getNum(old, "revision") == getNum(change.values, ":next") && getStr(old, "doc") == getStr(change.values, ":doc") &&
		getNum(old, "updated_at") == getNum(change.values, ":updated")
}

// headChange compares two things: the revision that the change was made from,
// and whether coupons were out then, since the first issue freezes a part.
func (s *Store) headChange(sp shop.Space, prev, next coupon.Campaign) write {
	return write{
		table: s.tables.Campaigns, key: campaignKey(sp, prev.ID, skHead),
		update: "SET doc = :doc, campaign_version = :version, terms_floor = :floor, slots = :slots, days = :days, " +
			"revision = :next, updated_at = :updated, automatic = :automatic, seated = :seated",
		condition: "revision = :prev AND issued = :issued",
		values: item{
			":doc": document(next.Definition), ":version": num(next.Version), ":floor": num(next.Floor), ":slots": num(next.Slots),
			":days": document(next.Days),
			":next": num(next.Revision), ":prev": num(prev.Revision), ":issued": boolean(prev.Issued),
			":updated": moment(next.UpdatedAt), ":automatic": boolean(next.Automatic), ":seated": boolean(next.Seated),
		},
	}
}

// SetPaused pauses or resumes a campaign. Doing it twice is doing it once, and
// a late copy of the write does nothing: it names the revision that it changes.
// Either goes on with a change of limits that is pending.
func (s *Store) SetPaused(ctx context.Context, sp shop.Space, id string, paused bool) (coupon.Campaign, error) {
	for range maxTries {
		c, err := s.fulfilled(ctx, sp, id)
		if err != nil || c.Active != paused {
			return c, err
		}
		next := c
		next.Active = !paused
		listed, err := s.enlist(ctx, sp, c, next)
		if err != nil {
			return coupon.Campaign{}, err
		}
		refused, err := s.settle(ctx, "dynamo.SetPaused", append([]write{s.pausing(sp, c, paused)}, listed...)...)
		if err != nil {
			return coupon.Campaign{}, err
		}
		if refused == nil {
			s.forget(sp, id)
		}
	} // done, or overtaken by another change: look again
	return coupon.Campaign{}, fault.ErrUnavailable.In("dynamo.SetPaused")
}

func (s *Store) pausing(sp shop.Space, c coupon.Campaign, paused bool) write {
	return write{
		table: s.tables.Campaigns, key: campaignKey(sp, c.ID, skHead),
		update:    "SET paused = :paused, revision = revision + :one, updated_at = :now",
		condition: "revision = :seen",
		values:    item{":paused": boolean(paused), ":seen": num(c.Revision), ":one": num(1), ":now": moment(s.now())},
	}
}
