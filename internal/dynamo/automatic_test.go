package dynamo

import (
	"errors"
	"testing"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
)

func automatic() coupon.Definition {
	d := tenPercent()
	d.Automatic = true
	return d
}

func (s *side) create(d coupon.Definition) coupon.Campaign {
	s.t.Helper()
	c, err := s.CreateCampaign(s.t.Context(), s.space, d, idem.Key{})
	s.must(err)
	return c
}

// Two changes that were made from one state of the list are not both written:
// the second would undo the first, or pass the bound.
func TestTheListOfAutomaticCampaignsIsCompared(t *testing.T) {
	for name, before := range map[string]int{"no list yet": 0, "a list": 2} {
		s := newSide(t)
		for range before {
			s.create(automatic())
		}
		var made []write
		for range 2 {
			c, err := s.newCampaign(s.space, automatic())
			s.must(err)
			ws, err := s.enlist(t.Context(), s.space, coupon.Campaign{}, c)
			s.must(err)
			made = append(made, ws...)
		}
		for i, w := range made {
			refused, err := s.settle(t.Context(), "test", w)
			s.must(err)
			if (refused != nil) != (i == 1) {
				t.Errorf("%s: change %d: refused %v", name, i, refused != nil)
			}
		}
	}
}

// The first coupon and the automatic campaign exclude each other, whichever comes first.
func TestAutomaticOrCoupons(t *testing.T) {
	s := newSide(t)
	c := s.create(tenPercent())
	next, err := c.Apply(coupon.Change{Definition: automatic()}, s.now())
	s.must(err)
	turned, err := s.ChangeCampaign(t.Context(), s.space, c, next)
	s.must(err)
	if !turned.Automatic || !turned.Seated {
		t.Errorf("%+v", turned)
	}
	wish := coupon.Issue{Campaign: c, Now: s.now()} // as it was read before
	if _, err := s.IssueCoupon(t.Context(), s.space, s.caller.Secrets, wish, idem.Key{}); !errors.Is(err, fault.ErrStale) {
		t.Errorf("a coupon of an automatic campaign: %v", err)
	}
	c = s.create(tenPercent())
	next, err = c.Apply(coupon.Change{Definition: automatic()}, s.now())
	s.must(err)
	s.issue(c, "")
	if _, err := s.ChangeCampaign(t.Context(), s.space, c, next); !errors.Is(err, fault.ErrStale) {
		t.Errorf("automatic with a coupon out: %v", err)
	}
}

// What was paused, or turned, between the reading of the list and of its campaigns is none of them.
func TestTheListIsNoSnapshot(t *testing.T) {
	s := newSide(t)
	stays, pauses, turns := s.create(automatic()), s.create(automatic()), s.create(automatic())
	list, err := s.get(t.Context(), s.tables.Campaigns, automaticKey(s.space))
	s.must(err)
	_, err = s.SetPaused(t.Context(), s.space, pauses.ID, true)
	s.must(err)
	next, err := turns.Apply(coupon.Change{Definition: tenPercent()}, s.now())
	s.must(err)
	_, err = s.ChangeCampaign(t.Context(), s.space, turns, next)
	s.must(err)
	if all, err := s.listed(t.Context(), s.space, list); err != nil || len(all) != 1 || all[0].ID != stays.ID {
		t.Errorf("%+v %v", all, err)
	}
}

// The mark that the auditor goes by stays when the campaign is automatic no more.
func TestSeatedStays(t *testing.T) {
	s := newSide(t)
	c := s.create(automatic())
	next, err := c.Apply(coupon.Change{Definition: tenPercent()}, s.now())
	s.must(err)
	c, err = s.ChangeCampaign(t.Context(), s.space, c, next)
	s.must(err)
	if c.Automatic || !c.Seated {
		t.Errorf("%+v", c)
	}
	if all, err := s.Automatic(t.Context(), s.space); err != nil || len(all) != 0 {
		t.Errorf("%v %v", all, err)
	}
}

// A campaign that was made before any could be automatic does not say that it is none.
func TestCampaignsFromBeforeIssue(t *testing.T) {
	s := newSide(t)
	c := s.create(tenPercent())
	w := write{table: s.tables.Campaigns, key: campaignKey(s.space, c.ID, skHead), update: "REMOVE automatic"}
	_, err := s.settle(t.Context(), "test", w)
	s.must(err)
	s.issue(c, "")
}
