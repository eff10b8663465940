package dynamo

import (
	"bytes"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// endless draws one byte for ever.
type endless byte

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e)
	}
	return len(b), nil
}

// drawing is a store that draws these bytes, and then others.
func (s *side) drawing(b ...byte) *Store {
	return s.WithRandom(io.MultiReader(bytes.NewReader(b), endless(31)))
}

// stored is a campaign with everything that hangs on it.
func (s *side) stored(id string) (coupon.Campaign, coupon.Target) {
	s.t.Helper()
	c, err := s.Campaign(s.t.Context(), s.space, id)
	s.must(err)
	code, err := coupon.NewCode(endless(0), c.Prefix)
	s.must(err)
	target, err := s.another().Target(s.t.Context(), s.space, s.caller.Secrets, code)
	s.must(err)
	return c, target
}

// An id or a prefix that is taken is drawn again; whose it is keeps it.
func TestCampaignsDoNotMeet(t *testing.T) {
	for name, drawn := range map[string][]byte{
		"same id": {7, 7, 7, 7, 9, 9, 9, 9}, "same prefix": {9, 9, 9, 9, 7, 7, 7, 7}, "both": {7, 7, 7, 7, 7, 7, 7, 7},
	} {
		s := newSide(t)
		d := tenPercent()
		d.MaxRedemptions = 1
		first, err := s.drawing(bytes.Repeat([]byte{7}, 8)...).CreateCampaign(t.Context(), s.space, d, idem.Key{})
		s.must(err)
		s.redeem(s.issue(first, ""), "o-1", "")
		before, target := s.stored(first.ID)
		second, err := s.drawing(drawn...).CreateCampaign(t.Context(), s.space, tenPercent(), idem.Key{})
		s.must(err)
		if second.ID == first.ID || second.Prefix == first.Prefix {
			t.Errorf("%s: %s %s", name, second.ID, second.Prefix)
		}
		if after, again := s.stored(first.ID); !reflect.DeepEqual(before, after) || !reflect.DeepEqual(target, again) {
			t.Errorf("%s: the first became %+v %+v", name, after, again)
		}
		_, err = s.WithRandom(endless(7)).CreateCampaign(t.Context(), s.space, d, idem.Key{})
		s.wants(name+", for ever", err, fault.ErrUnavailable)
	}
}

// Nothing that exists is put over: each row of a creation refuses by itself.
func TestEachPutRefusesAlone(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(16, 0)
	i := coupon.Issue{Campaign: camp, Now: s.now()}
	code, err := coupon.NewCode(endless(7), camp.Prefix)
	s.must(err)
	ws := append(s.creation(s.space, camp), s.issue1(i, code))
	for n, w := range ws {
		if n == len(ws)-1 { // the coupon is not there yet
			_, err := s.settle(t.Context(), "test", w)
			s.must(err)
		}
		if w.item != nil {
			w.item["other"] = str("not mine")
		}
		if refused, err := s.commit(t.Context(), "test", w); err != nil || refused == nil {
			t.Errorf("%v %v was put over (%v)", w.item, w.key, err)
		}
	}
}

func (s *side) issue1(i coupon.Issue, code coupon.Code) write {
	return s.Store.issue(s.space, i, i.Coupon(s.caller.Secrets, code), code)[0]
}

// A change holds only for the state that it was made from: revision, and
// whether coupons were out, which freezes currency and kinds of rewards.
func TestChangesOfAnotherState(t *testing.T) {
	for name, since := range map[string]func(s *side, c coupon.Campaign){
		"changed since": func(s *side, c coupon.Campaign) {
			next, err := c.Apply(coupon.Change{Definition: c.Definition}, s.now())
			s.must(err)
			_, err = s.ChangeCampaign(s.t.Context(), s.space, c, next)
			s.must(err)
		},
		"paused since": func(s *side, c coupon.Campaign) {
			_, err := s.SetPaused(s.t.Context(), s.space, c.ID, true)
			s.must(err)
		},
		"issued since": func(s *side, c coupon.Campaign) { s.issue(c, "") },
	} {
		s := newSide(t)
		camp := s.campaign(9, 0)
		d := camp.Definition
		d.MaxRedemptions, d.Rewards = 100, []coupon.Reward{{Type: coupon.FreeShipping}}
		next, err := camp.Apply(coupon.Change{Definition: d}, s.now())
		s.must(err)
		since(s, camp)
		before, target := s.stored(camp.ID)
		_, err = s.ChangeCampaign(t.Context(), s.space, camp, next)
		s.wants(name, err, fault.ErrStale)
		if after, again := s.stored(camp.ID); !reflect.DeepEqual(before, after) || !reflect.DeepEqual(target, again) {
			t.Errorf("%s: it became %+v", name, after)
		}
		s.audit(camp) // no slot was raised
	}
}

// A raised limit reaches the slots exactly, however many there are, once.
func TestRaise(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(20, 0) // three slots
	s.redeem(s.issue(camp, ""), "o-1", "")
	prev, err := s.Campaign(t.Context(), s.space, camp.ID)
	s.must(err)
	d := prev.Definition
	d.MaxRedemptions = 41
	next, err := prev.Apply(coupon.Change{Definition: d}, s.now())
	s.must(err)
	got, err := s.ChangeCampaign(t.Context(), s.space, prev, next)
	s.must(err)
	if got.MaxRedemptions != 41 || *got.TimesRedeemed != 1 || got.Revision != prev.Revision+1 {
		t.Errorf("%+v", got)
	}
	next.UpdatedAt = next.UpdatedAt.Add(time.Second)
	_, err = s.ChangeCampaign(t.Context(), s.space, prev, next)
	s.wants("a second time", err, fault.ErrStale)
	if s.audit(got) != 1 {
		t.Error("the redemption is gone")
	}
}

// Pausing twice is pausing once, to the revision; what is not there cannot be paused.
func TestPauseTwice(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	var late []any
	for n, paused := range []bool{true, true, false, false, true} {
		s.clock.move(time.Second)
		got, err := s.SetPaused(t.Context(), s.space, camp.ID, paused)
		s.must(err)
		if want := []int64{2, 2, 3, 3, 4}[n]; got.Active == paused || got.Revision != want {
			t.Errorf("step %d: %+v, want revision %d", n, got, want)
		}
		if late = append(late, s.wire.last()); s.again(late[0]) { // the first pause, sent once more
			t.Errorf("step %d: a late copy took effect", n)
		}
	}
	_, err := s.SetPaused(t.Context(), s.space, "camp_0000000000000000", true)
	s.wants("unknown", err, fault.ErrNotFound)
	_, err = s.Campaign(t.Context(), s.space, "camp_0000000000000000")
	s.wants("unknown, after", err, fault.ErrNotFound)
}

// What an instance changes itself it knows at once, whatever it remembered.
func TestOwnChangesAreKnownAtOnce(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(1, 0)
	c := s.issue(camp, "EVERYBODY")
	s.redeem(c, "o-1", "")
	_, _, err := coupon.Redeem(t.Context(), s, s.request(c, "o-2", ""))
	s.wants("exhausted", err, coupon.ErrQuantityExceeded)

	prev, err := s.Campaign(t.Context(), s.space, camp.ID)
	s.must(err)
	d := prev.Definition
	d.MaxRedemptions, d.Rewards = 3, []coupon.Reward{{Type: coupon.PercentOff, PercentOff: "20"}}
	next, err := prev.Apply(coupon.Change{Definition: d, ApplyToIssued: true}, s.now())
	s.must(err)
	_, err = s.ChangeCampaign(t.Context(), s.space, prev, next)
	s.must(err)
	if r := s.redeem(c, "o-2", ""); r.Discount != 200 {
		t.Errorf("the old terms: %+v", r)
	}
	_, err = s.SetPaused(t.Context(), s.space, camp.ID, true)
	s.must(err)
	_, _, err = coupon.Redeem(t.Context(), s, s.request(c, "o-3", ""))
	s.wants("paused", err, coupon.ErrNotActive)
	_, err = s.SetPaused(t.Context(), s.space, camp.ID, false)
	s.must(err)
	_, err = s.SetDisabled(t.Context(), s.space, c.ID, true)
	s.must(err)
	_, _, err = coupon.Redeem(t.Context(), s, s.request(c, "o-3", ""))
	s.wants("disabled", err, coupon.ErrNotActive)

	token, key, err := s.CreateKey(t.Context(), s.space, shop.Key{Kind: shop.Publishable}, idem.Key{})
	s.must(err)
	_, err = s.Caller(t.Context(), token)
	s.must(err)
	_, err = s.RevokeKey(t.Context(), s.space, key.ID)
	s.must(err)
	_, err = s.Caller(t.Context(), token)
	s.wants("revoked", err, shop.ErrKeyInvalid)
}
