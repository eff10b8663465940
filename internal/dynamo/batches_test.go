package dynamo

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
)

func (s *side) batchOf(c coupon.Campaign, count int64) *coupon.Coder {
	s.t.Helper()
	i, err := coupon.BatchIssue{Campaign: c, Count: count, Now: s.now()}.Check()
	s.must(err)
	b, err := s.CreateBatch(s.t.Context(), s.space, i, idem.Key{})
	s.must(err)
	coder, err := coupon.NewCoder(b)
	s.must(err)
	return coder
}

// A late copy of the write that made the row makes no second use of it.
func TestLateCopiesOfABatchedCode(t *testing.T) {
	for name, limit := range map[string]int64{"no limit": 0, "limits": 9} {
		t.Run(name, func(t *testing.T) {
			s := newSide(t)
			camp := s.campaign(limit, limit)
			c := s.batchOf(camp, 3).Coupon(1)
			var late []any
			check := func(when string, seats int) {
				late = append(late, s.wire.last())
				for n, input := range late {
					if s.again(input) {
						t.Errorf("%s: write %d took effect again", when, n)
					}
				}
				if got := s.audit(camp); got != seats {
					t.Errorf("%s: %d seats are taken, want %d", when, got, seats)
				}
			}
			for attempt := range 3 {
				r := s.redeem(c, "o-1", fmt.Sprint("key-", attempt))
				check(fmt.Sprint("redeemed, attempt ", attempt), 1)
				s.rollBack(r)
				check(fmt.Sprint("rolled back, attempt ", attempt), 0)
			}
			want := couponRow(s.space, c)
			want["attempts"] = num(3)
			got := s.row(couponKey(s.space, c.ID))
			delete(got, "past_keys")
			if !reflect.DeepEqual(got, want) {
				t.Errorf("the row is %v, want %v", got, want)
			}
		})
	}
}

// What a redemption believed of a batch's code may be stale: the condition decides.
func TestStaleDraftsOfABatchedCode(t *testing.T) {
	toggle := func(s *side, c coupon.Coupon, disabled ...bool) {
		for _, d := range disabled {
			_, err := s.SetDisabled(s.t.Context(), s.space, c.ID, d)
			s.must(err)
		}
	}
	for name, c := range map[string]struct {
		since   func(*side, coupon.Coupon, *coupon.Draft)
		written bool
	}{
		"as drafted":             {func(*side, coupon.Coupon, *coupon.Draft) {}, true},
		"taken by another order": {func(s *side, c coupon.Coupon, _ *coupon.Draft) { s.redeem(c, "o-2", "") }, false},
		"taken by this order":    {func(s *side, c coupon.Coupon, _ *coupon.Draft) { s.redeem(c, "o-1", "") }, false},
		"given back since":       {func(s *side, c coupon.Coupon, _ *coupon.Draft) { s.rollBack(s.redeem(c, "o-1", "")) }, false},
		"disabled since":         {func(s *side, c coupon.Coupon, _ *coupon.Draft) { toggle(s, c, true) }, false},
		"disabled and enabled":   {func(s *side, c coupon.Coupon, _ *coupon.Draft) { toggle(s, c, true, false) }, true},
		"an attempt ahead":       {func(_ *side, _ coupon.Coupon, d *coupon.Draft) { d.Parts[0].Attempt = 1 }, false},
		"a spent key, an attempt behind": {func(s *side, c coupon.Coupon, d *coupon.Draft) {
			s.rollBack(s.redeem(c, "o-1", "spent"))
			d.Replay, d.Parts[0].Attempt = "spent", 1
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSide(t)
			camp := s.campaign(0, 0)
			cpn := s.batchOf(camp, 3).Coupon(0)
			d := s.draft(s.request(cpn, "o-1", ""))
			c.since(s, cpn, &d)
			before, seats := s.rows(), s.audit(camp)
			o, err := s.Redeem(t.Context(), d)
			s.must(err)
			if after := s.rows(); o.Written != c.written || !c.written && !reflect.DeepEqual(before, after) {
				t.Errorf("written: %v (%+v)\n%v\n%v", o.Written, o, before, after)
			}
			if c.written {
				seats++
			}
			if got := s.audit(camp); got != seats {
				t.Errorf("%d seats are taken, want %d", got, seats)
			}
		})
	}
}

// A code that is disabled while it is redeemed for the first time keeps both.
func TestDisablingMeetsTheFirstUse(t *testing.T) {
	s, fellow := newSide(t), (*Store)(nil)
	camp := s.campaign(0, 0)
	c := s.batchOf(camp, 3).Coupon(2)
	fellow = New(newClient(), testTables, s.clock.now)
	var between error
	s.wire.fail = func(input any) error {
		if _, ok := input.(*dynamodb.PutItemInput); ok { // the row that would be made as disabled
			_, _, between = coupon.Redeem(t.Context(), fellow, s.request(c, "o-1", ""))
		}
		return nil
	}
	off, err := s.SetDisabled(t.Context(), s.space, c.ID, true)
	s.must(errors.Join(err, between))
	if off.Active || off.Redemption == "" || s.audit(camp) != 1 {
		t.Errorf("%+v", off)
	}
}

// Rivals disable, enable and redeem: one order has the code at the end, or none.
func TestBatchedCodesInARace(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(50, 50)
	coder := s.batchOf(camp, 8)
	stores := []*Store{s.Store, s.another(), s.another()}
	var g errgroup.Group
	g.SetLimit(16)
	for i := range 160 {
		c, store := coder.Coupon(int64(i%8)), stores[i%3]
		g.Go(func() error {
			var err error
			if i%5 == 0 {
				_, err = store.SetDisabled(t.Context(), s.space, c.ID, i%2 == 0)
			} else if r, again, e := coupon.Redeem(t.Context(), store, s.request(c, fmt.Sprint("o-", i), "")); e == nil && !again && i%3 == 0 {
				_, _, err = store.Rollback(t.Context(), s.space, r.ID, coupon.Undo{})
			} else {
				err = e
			}
			if f, ok := fault.As(err); ok && f.Kind == fault.Conflict {
				return nil
			}
			return err
		})
	}
	s.must(g.Wait())
	if seats := s.audit(camp); seats > 8 {
		t.Errorf("%d seats of 8 codes", seats)
	}
}

// An id or a prefix that is drawn twice is drawn again.
func TestDrawnBatchPrefixIsDrawnAgain(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	var random []byte
	for _, draw := range [][2]byte{{7, 7}, {7, 8}, {8, 7}, {9, 9}} { // a batch, its id again, its prefix again, another
		random = append(random, bytes.Repeat(draw[:1], 4)...)  // of the id
		random = append(random, bytes.Repeat(draw[1:], 36)...) // of the keys and the prefix
	}
	s.Store = s.WithRandom(bytes.NewReader(random))
	one, other := s.batchOf(camp, 1), s.batchOf(camp, 1)
	if one.ID == other.ID || one.CodePrefix() == other.CodePrefix() || one.CodePrefix() != "7777" || other.CodePrefix() != "9999" {
		t.Errorf("%+v\n%+v", one.Batch, other.Batch)
	}
	got, err := s.Batch(t.Context(), s.space, one.ID)
	s.must(err)
	if !reflect.DeepEqual(got, one.Batch) {
		t.Errorf("%+v\n%+v", got, one.Batch)
	}
}

// Terms that changed between reading and the first issue are not frozen by a batch.
func TestBatchOfChangedTerms(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	d := tenPercent()
	d.Rewards[0].PercentOff = "20"
	next, err := camp.Apply(coupon.Change{Definition: d}, s.now())
	s.must(err)
	_, err = s.ChangeCampaign(t.Context(), s.space, camp, next)
	s.must(err)
	wish, err := coupon.BatchIssue{Campaign: camp, Count: 1, Now: s.now()}.Check()
	s.must(err)
	_, err = s.CreateBatch(t.Context(), s.space, wish, idem.Key{})
	s.wants("a batch of old terms", err, fault.ErrStale)
	if found, err := s.Batches(t.Context(), s.space, camp.ID, "", 10); err != nil || len(found) != 0 {
		t.Errorf("%v %v", found, err)
	}
}

// Revoking is one write with one moment, and makes nothing of what is not there.
func TestRevokeBatchOnce(t *testing.T) {
	s := newSide(t)
	b := s.batchOf(s.campaign(0, 0), 1)
	first, err := s.RevokeBatch(t.Context(), s.space, b.ID)
	s.must(err)
	s.clock.move(time.Minute)
	again, err := s.RevokeBatch(t.Context(), s.space, b.ID)
	if err != nil || first.Active || !first.RevokedAt.Equal(again.RevokedAt) {
		t.Errorf("%v\n%+v\n%+v", err, first, again)
	}
	missing := coupon.BatchPrefix + "0000000000000000"
	_, err = s.RevokeBatch(t.Context(), s.space, missing)
	s.wants("no such batch", err, fault.ErrNotFound)
	row, err := s.get(t.Context(), s.tables.Campaigns, batchKey(s.space, missing))
	if err != nil || row != nil {
		t.Errorf("revoking made %v %v", row, err)
	}
}

// An id that no batch wrote makes no row.
func TestForgedIDMakesNoRow(t *testing.T) {
	s := newSide(t)
	b := s.batchOf(s.campaign(0, 0), 5)
	forged := b.IDOf(5) // one beyond the last
	before := s.rows()
	_, err := s.SetDisabled(t.Context(), s.space, forged, true)
	s.wants("disable", err, fault.ErrNotFound)
	_, err = s.Coupon(t.Context(), s.space, forged)
	s.wants("read", err, fault.ErrNotFound)
	if !reflect.DeepEqual(before, s.rows()) {
		t.Error("a row was made")
	}
}

// A batch's code that went round before anybody used it is marked, and disabled
// where its campaign wants that; one that no batch has makes no row.
func TestLeakOfAnUnusedBatchCode(t *testing.T) {
	for _, pause := range []bool{false, true} {
		s := newSide(t)
		d := tenPercent()
		d.LeakRadar = &coupon.LeakRadar{Pause: pause}
		camp, err := s.CreateCampaign(t.Context(), s.space, d, idem.Key{})
		s.must(err)
		b := s.batchOf(camp, 3)
		leak := coupon.Leak{Space: s.space, Coupon: b.IDOf(1), Campaign: camp.ID, Customers: 5, RaisedAt: s.now()}
		for range 2 { // the second is a retry
			if _, mine, err := s.Suspect(t.Context(), leak); err != nil || !mine {
				t.Errorf("%v %v", mine, err)
			}
		}
		c, err := s.Coupon(t.Context(), s.space, leak.Coupon)
		if err != nil || c.Active == pause || c.Leak == nil || c.Code != b.Coupon(1).Code {
			t.Errorf("pause %v: %+v %v", pause, c, err)
		}
		_, _, err = coupon.Redeem(t.Context(), s, s.request(c, "o-1", ""))
		s.wants("redeem", err, map[bool]error{true: coupon.ErrNotActive}[pause])
		before := s.rows()
		leak.Coupon = b.IDOf(3)
		if _, mine, err := s.Suspect(t.Context(), leak); err != nil || mine || !reflect.DeepEqual(before, s.rows()) {
			t.Errorf("a forged id: %v %v", mine, err)
		}
	}
}

// A code that is redeemed for the first time while its leak is marked keeps both.
func TestLeakMeetsTheFirstUse(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	b := s.batchOf(camp, 3)
	fellow, writes := New(newClient(), testTables, s.clock.now), 0
	var between error
	sits := ""
	s.wire.fail = func(any) error {
		if writes++; writes == 2 { // the first finds no row, the second would make it
			var first, second coupon.Redemption
			first, _, between = coupon.Redeem(t.Context(), fellow, s.request(b.Coupon(1), "o-1", ""))
			_, _, back := fellow.Rollback(t.Context(), s.space, first.ID, coupon.Undo{})
			second, _, again := coupon.Redeem(t.Context(), fellow, s.request(b.Coupon(1), "o-1", ""))
			sits, between = second.ID, errors.Join(between, back, again)
		}
		return nil
	}
	_, mine, err := s.Suspect(t.Context(), coupon.Leak{Space: s.space, Coupon: b.IDOf(1), Campaign: camp.ID, Customers: 5, RaisedAt: s.now()})
	s.must(errors.Join(err, between))
	if c, err := s.Coupon(t.Context(), s.space, b.IDOf(1)); err != nil || !mine || c.Leak == nil || c.Redemption == "" || c.Redemption != sits {
		t.Errorf("%+v %v %v", c, mine, err)
	}
}
