package dynamo

import (
	"context"
	"maps"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// CreateCampaign makes a campaign of a checked definition: head, first terms,
// its place in the list, its code prefix, and the slots of its limits. Slots that
// do not fit into that transaction are made after it, like those of a limit that
// is raised; the first ones hold everything until then.
func (s *Store) CreateCampaign(ctx context.Context, sp shop.Space, d coupon.Definition, once idem.Key) (coupon.Campaign, error) {
	for range maxTries {
		c, err := s.newCampaign(sp, d)
		if err != nil {
			return coupon.Campaign{}, err
		}
		listed, err := s.enlist(ctx, sp, coupon.Campaign{}, c)
		if err != nil {
			return s.madeBefore(ctx, sp, once, err)
		}
		refused, err := s.settle(ctx, "dynamo.CreateCampaign", s.withOnce(sp, s.tables.Campaigns, once, c, append(s.creation(sp, c), listed...))...)
		if err != nil {
			return c, err
		}
		if refused == nil {
			s.automatic.forget(space(sp))
			return c, s.moreSlots(ctx, sp, c)
		}
		if !once.IsZero() && refused[0].failed {
			c, err = replayed[coupon.Campaign](refused[0].old, once)
			c.Revision = 1
			return c, err
		}
	} // the id or the prefix was taken, or the list of automatic campaigns has changed: draw again
	return coupon.Campaign{}, fault.ErrUnavailable.In("dynamo.CreateCampaign")
}

// madeBefore answers a call that was refused before it was sent, unless it has succeeded already.
func (s *Store) madeBefore(ctx context.Context, sp shop.Space, once idem.Key, refused error) (coupon.Campaign, error) {
	c, ok, err := answered[coupon.Campaign](ctx, s, s.tables.Campaigns, sp, once)
	if !ok && err == nil {
		err = refused
	}
	c.Revision = 1
	return c, err
}

func (s *Store) newCampaign(sp shop.Space, d coupon.Definition) (coupon.Campaign, error) {
	now := s.now()
	id, err := ident.NewTimed(now, s.random, coupon.CampaignPrefix)
	if err != nil {
		return coupon.Campaign{}, err
	}
	prefix, err := coupon.NewPrefix(s.random)
	c := coupon.NewCampaign(id, prefix, sp.Live, d.UTC(), now.UTC())
	if c.Slots > 0 && s.slotsOfNew > 0 {
		c.Slots = s.slotsOfNew
	}
	return c, err
}

func (s *Store) creation(sp shop.Space, c coupon.Campaign) []write {
	const fresh = "attribute_not_exists(pk)"
	head, prefix, listed := campaignRow(sp, c), prefixKey(sp, c.Prefix), key(campaignsPK(sp), c.ID)
	prefix["campaign_id"] = str(c.ID)
	ws := []write{
		{table: s.tables.Campaigns, item: head, condition: fresh, unique: true},
		{table: s.tables.Campaigns, item: prefix, condition: fresh},
		{table: s.tables.Campaigns, item: listed, condition: fresh},
		s.termsWrite(sp, c),
	}
	made := min(c.Slots, slotsAtOnce)
	for n, left := range coupon.Spread(c.Measures(), made) {
		ws = append(ws, s.newSlot(sp, c.ID, n, left, c.Measures()))
	}
	if made < c.Slots {
		ws = append(ws, s.newShares(sp, c, made))
	}
	return ws
}

// slotsAtOnce fit into the transaction that makes a campaign.
const slotsAtOnce = 90

// moreSlots makes the others. The campaign is there, so what happens now is no
// failure of its creation.
func (s *Store) moreSlots(ctx context.Context, sp shop.Space, c coupon.Campaign) error {
	if c.Slots <= slotsAtOnce {
		return nil
	}
	if _, err := s.fulfilled(ctx, sp, c.ID); !unavailable(err) {
		return err
	}
	return nil
}

func (s *Store) termsWrite(sp shop.Space, c coupon.Campaign) write {
	row := campaignKey(sp, c.ID, termsSK(c.Version))
	row["terms"] = document(c.Terms)
	return write{table: s.tables.Campaigns, item: row, condition: "attribute_not_exists(pk)"}
}

func campaignRow(sp shop.Space, c coupon.Campaign) item {
	row := campaignKey(sp, c.ID, skHead)
	maps.Copy(row, item{
		"campaign_id": str(c.ID), "doc": document(c.Definition), "paused": boolean(!c.Active),
		"campaign_version": num(c.Version), "terms_floor": num(c.Floor), "issued": boolean(c.Issued), "revision": num(c.Revision),
		"prefix": str(c.Prefix), "slots": num(c.Slots), "days": document(c.Days), "automatic": boolean(c.Automatic), "seated": boolean(c.Seated),
		"created_at": moment(c.CreatedAt), "updated_at": moment(c.UpdatedAt),
	})
	return row
}

func readCampaign(sp shop.Space, row item) (coupon.Campaign, error) {
	c := coupon.Campaign{
		Object: "campaign", ID: getStr(row, "campaign_id"), Livemode: sp.Live, Active: !getBool(row, "paused"),
		Version: int(getNum(row, "campaign_version")), Floor: int(getNum(row, "terms_floor")), Issued: getBool(row, "issued"),
		Revision: getNum(row, "revision"), Prefix: getStr(row, "prefix"), Slots: int(getNum(row, "slots")), Seated: getBool(row, "seated"),
		CreatedAt: getTime(row, "created_at"), UpdatedAt: getTime(row, "updated_at"),
	}
	if err := getDocument(row, "days", &c.Days); err != nil {
		return c, err
	}
	return c, getDocument(row, "doc", &c.Definition)
}

func (s *Store) campaign(ctx context.Context, sp shop.Space, id string) (coupon.Campaign, error) {
	row, err := s.get(ctx, s.tables.Campaigns, campaignKey(sp, id, skHead))
	if err != nil {
		return coupon.Campaign{}, err
	}
	if row == nil {
		return coupon.Campaign{}, fault.ErrNotFound
	}
	return readCampaign(sp, row)
}

// Campaign reads one, with what its limits have seen.
func (s *Store) Campaign(ctx context.Context, sp shop.Space, id string) (coupon.Campaign, error) {
	c, _, err := s.campaignLimits(ctx, sp, id)
	return c, err
}

func (s *Store) campaignLimits(ctx context.Context, sp shop.Space, id string) (coupon.Campaign, limits, error) {
	c, err := s.campaign(ctx, sp, id)
	if err != nil || c.Slots == 0 {
		return c, limits{}, err
	}
	l, err := s.limits(ctx, sp, c)
	if err != nil {
		return coupon.Campaign{}, limits{}, err
	}
	c.Consumption = c.NewConsumption(l.shares, l.slots)
	return c, l, nil
}

// Campaigns lists a page, newest first; below is the id that ended the page before.
func (s *Store) Campaigns(ctx context.Context, sp shop.Space, below string, limit int) ([]coupon.Campaign, error) {
	listed, err := s.page(ctx, query{
		table: s.tables.Campaigns, hashAttr: attrPK, hash: campaignsPK(sp), sortAttr: attrSK, below: below, limit: limit,
	})
	if err != nil {
		return nil, err
	}
	keys := make([]item, len(listed))
	for i, l := range listed {
		keys[i] = campaignKey(sp, getStr(l, attrSK), skHead)
	}
	rows, err := s.batch(ctx, s.tables.Campaigns, keys, true)
	if err != nil {
		return nil, err
	}
	out := make([]coupon.Campaign, len(keys))
	for i, k := range keys {
		if out[i], err = readCampaign(sp, rows[rowID(k)]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
