package dynamo

import (
	"context"
	"slices"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// A side's automatic campaigns that are not paused are listed in one row, by id.
// Whatever makes a campaign one of them, or none, changes the list in the same
// transaction. The list has a revision of its own, which each change compares.

// Automatic gives the campaigns that need no code, from a cache of a few
// seconds, without those that were found used up just now.
func (s *Store) Automatic(ctx context.Context, sp shop.Space) ([]coupon.Campaign, error) {
	all, err := s.automatic.get(ctx, space(sp), func(ctx context.Context) ([]coupon.Campaign, error) {
		row, err := s.get(ctx, s.tables.Campaigns, automaticKey(sp))
		if err != nil {
			return nil, err
		}
		return s.listed(ctx, sp, row)
	})
	usedUp := func(c coupon.Campaign) bool { return s.usedUp(sp, c) }
	if slices.ContainsFunc(all, usedUp) {
		all = slices.DeleteFunc(slices.Clone(all), usedUp)
	}
	return all, err
}

// usedUp reports whether no order can have anything of a campaign, as was read a moment ago.
func (s *Store) usedUp(sp shop.Space, c coupon.Campaign) bool {
	known, ok := s.exhausted.peek(space(sp) + c.ID)
	switch limits := c.Measures(); {
	case !ok:
		return false
	case known.slots:
		return limits[coupon.Uses] > 0 && known.free[coupon.Uses] <= 0 || limits[coupon.Budget] > 0 && known.free[coupon.Budget] <= 0
	}
	day, plan := c.DayPlan(s.now())
	return plan.Limit > 0 && day == known.day
}

// listed reads the campaigns that a list names, as far as they still are what it says.
func (s *Store) listed(ctx context.Context, sp shop.Space, list item) ([]coupon.Campaign, error) {
	ids, err := automaticIDs(list)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	keys := make([]item, len(ids))
	for i, id := range ids {
		keys[i] = campaignKey(sp, id, skHead)
	}
	rows, err := s.batch(ctx, s.tables.Campaigns, keys, true)
	if err != nil {
		return nil, err
	}
	var out []coupon.Campaign
	for _, k := range keys {
		c, err := readCampaign(sp, rows[rowID(k)])
		if err != nil {
			return nil, err
		}
		if c.Automatic && c.Active {
			out = append(out, c)
		}
	}
	return out, nil
}

func automaticIDs(list item) (ids []string, err error) {
	return ids, getDocument(list, "campaigns", &ids)
}

// enlist keeps the list in step with a campaign's change. It writes the list
// even where the campaign stays on it: another change may be about to take it
// off, because it was over. Where there is no room, those that are over make it.
func (s *Store) enlist(ctx context.Context, sp shop.Space, prev, next coupon.Campaign) ([]write, error) {
	if !prev.Automatic && !next.Automatic {
		return nil, nil
	}
	list, err := s.get(ctx, s.tables.Campaigns, automaticKey(sp))
	if err != nil {
		return nil, err
	}
	ids, err := automaticIDs(list)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == next.ID })
	if next.Automatic && next.Active {
		if ids, err = s.makeRoom(ctx, sp, list, ids); err != nil {
			return nil, err
		}
		ids = append(ids, next.ID)
	}
	return []write{s.listWrite(sp, getNum(list, "revision"), ids)}, nil
}

func (s *Store) makeRoom(ctx context.Context, sp shop.Space, list item, ids []string) ([]string, error) {
	if len(ids) < coupon.MaxAutomatic {
		return ids, nil
	}
	all, err := s.listed(ctx, sp, list)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool {
		i := slices.IndexFunc(all, func(c coupon.Campaign) bool { return c.ID == id })
		return i < 0 || !all[i].ExpiresAt.IsZero() && !s.now().Before(all[i].ExpiresAt)
	})
	if len(ids) >= coupon.MaxAutomatic {
		return nil, coupon.ErrAutomaticFull.At("automatic").Arg("limit", coupon.MaxAutomatic)
	}
	return ids, nil
}

func (s *Store) listWrite(sp shop.Space, revision int64, ids []string) write {
	w := write{
		table: s.tables.Campaigns, key: automaticKey(sp), update: "SET campaigns = :ids, revision = :next",
		condition: "revision = :seen", values: item{":ids": document(ids), ":next": num(revision + 1), ":seen": num(revision)},
	}
	if revision == 0 {
		w.condition = "attribute_not_exists(revision)"
		delete(w.values, ":seen")
	}
	return w
}

// onlyList reports whether nothing but a change of the list stood against a
// change of a campaign, whose row comes first.
func onlyList(refused []refusal, listed []write) bool {
	return refused != nil && len(listed) > 0 && !refused[0].failed && refused[len(refused)-1].failed
}
