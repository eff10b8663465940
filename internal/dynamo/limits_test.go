package dynamo

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
)

// limited makes a campaign with these limits.
func (s *side) limited(l coupon.Limits) coupon.Campaign {
	s.t.Helper()
	d := tenPercent()
	d.Limits, d.Rules.Currency = l, "EUR"
	c, err := s.CreateCampaign(s.t.Context(), s.space, d, idem.Key{})
	s.must(err)
	return c
}

// change sets limits as a shop does: it reads, applies, and begins anew where somebody was faster.
func (s *side) change(store *Store, id string, set func(*coupon.Limits)) (coupon.Campaign, error) {
	for {
		prev, err := store.Campaign(s.t.Context(), s.space, id)
		if err != nil {
			return prev, err
		}
		d := prev.Definition
		set(&d.Limits)
		next, err := prev.Apply(coupon.Change{Definition: d}, s.now())
		if err != nil {
			return prev, err
		}
		got, err := store.ChangeCampaign(s.t.Context(), s.space, prev, next)
		if !errors.Is(err, fault.ErrStale) {
			return got, err
		}
	}
}

func maxOf(n int64) func(*coupon.Limits) { return func(l *coupon.Limits) { l.MaxRedemptions = n } }

// settled wants the change of max_redemptions to be done like this, and the books to agree.
func (s *side) settled(c coupon.Campaign, err error, from, to, used, excess int64) {
	s.t.Helper()
	s.must(err)
	want := coupon.LimitChange{Limit: "max_redemptions", Status: coupon.ChangeDone, From: from, To: to, Excess: excess}
	if len(c.LimitChanges) != 1 || c.LimitChanges[0] != want || *c.TimesRedeemed != used || c.MaxRedemptions != to {
		s.t.Errorf("%+v with %d uses, want %+v with %d", c.LimitChanges, *c.TimesRedeemed, want, used)
	}
	if drifts, err := s.Audit(s.t.Context(), s.space, c.ID); err != nil || len(drifts) > 0 {
		s.t.Errorf("drifts: %+v %v", drifts, err)
	}
}

// A limit goes down and up again; below what is used the code is closed, and
// what is rolled back goes against the excess before anything can be redeemed.
func TestLower(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(40, 0) // five slots
	c := s.issue(camp, "EVERYBODY")
	var made []coupon.Redemption
	for n := range 20 {
		made = append(made, s.redeem(c, fmt.Sprint("o-", n), ""))
	}
	got, err := s.change(s.Store, camp.ID, maxOf(22))
	s.settled(got, err, 40, 22, 20, 0)
	s.redeem(c, "p-1", "")
	made = append(made, s.redeem(c, "p-2", ""))
	refused := func(order string) {
		t.Helper()
		s.clock.move(exhaustedDelay)
		_, _, err := coupon.Redeem(t.Context(), s, s.request(c, order, ""))
		s.wants(order, err, coupon.ErrQuantityExceeded)
	}
	refused("p-3")
	got, err = s.change(s.Store, camp.ID, maxOf(19))
	s.settled(got, err, 22, 19, 22, 3)
	for n := range 3 {
		s.rollBack(made[n])
		refused(fmt.Sprint("q-", n))
	}
	if got, err = s.Campaign(t.Context(), s.space, camp.ID); err != nil || got.LimitChanges[0].Status != coupon.ChangePending {
		t.Errorf("it fits, but the code is closed: %+v %v", got.LimitChanges, err)
	}
	s.rollBack(made[3])
	got, err = s.SetPaused(t.Context(), s.space, camp.ID, false) // changes nothing, and goes on
	s.settled(got, err, 22, 19, 18, 0)
	s.redeem(c, "r-1", "")
	refused("r-2")
	got, err = s.change(s.Store, camp.ID, maxOf(30))
	s.settled(got, err, 19, 30, 19, 0)
	s.redeem(c, "r-2", "")
	if s.audit(got) != 20 {
		t.Error("not 20 seats")
	}
}

// A limit can be raised over its excess while the code is closed.
func TestRaiseOverTheExcess(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(16, 0)
	c := s.issue(camp, "EVERYBODY")
	for n := range 12 {
		s.redeem(c, fmt.Sprint("o-", n), "")
	}
	got, err := s.change(s.Store, camp.ID, maxOf(1))
	s.settled(got, err, 16, 1, 12, 11)
	got, err = s.change(s.Store, camp.ID, maxOf(11))
	s.settled(got, err, 1, 11, 12, 1)
	got, err = s.change(s.Store, camp.ID, maxOf(13))
	s.settled(got, err, 11, 13, 12, 0)
	s.redeem(c, "p-1", "")
	_, _, err = coupon.Redeem(t.Context(), s, s.request(c, "p-2", ""))
	s.wants("p-2", err, coupon.ErrQuantityExceeded)
}

// dying is an instance whose writes all fail after the first n.
func (s *side) dying(n int64) *Store {
	w, sent := &wire{}, atomic.Int64{}
	w.fail = func(any) error {
		if sent.Add(1) > n {
			return errors.New("the process is dead")
		}
		return nil
	}
	return New(newClient(w.watch), testTables, s.clock.now)
}

// Whoever changes limits may die after any step: the shares are exact then, and
// somebody else goes on.
func TestChangesSurviveTheirMaker(t *testing.T) {
	for name, x := range map[string]struct {
		to     int64
		rate   int64
		excess int64
	}{
		"raised": {3000, 2000, 0}, "lowered": {900, 2000, 0}, "closed": {50, 2000, 10}, "spread": {2000, 4000, 0},
		"closed and spread": {50, 4000, 10},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSide(t)
			for n, pending := int64(1), true; pending; n++ {
				if n > 40 {
					t.Fatal("no end")
				}
				pending = s.dieAfter(n, x.to, x.rate, x.excess)
			}
		})
	}
}

// dieAfter changes a campaign of 100 slots and 60 uses, dies after n writes, and lets others finish.
func (s *side) dieAfter(n, to, rate, excess int64) (pending bool) {
	s.t.Helper()
	camp := s.limited(coupon.Limits{MaxRedemptions: 2000, ExpectedRate: 2000})
	c := s.issue(camp, fmt.Sprint("EVERYBODY", n))
	var eg sync.WaitGroup
	for i := range 60 {
		eg.Go(func() { s.redeem(c, fmt.Sprint("o-", n, "-", i), "") })
	}
	eg.Wait()
	set := func(l *coupon.Limits) { l.MaxRedemptions, l.ExpectedRate = to, rate }
	got, err := s.change(s.dying(n), camp.ID, set)
	s.must(err)
	if drifts, err := s.Audit(s.t.Context(), s.space, camp.ID); err != nil || len(drifts) > 0 {
		s.t.Errorf("half way it drifts: %+v %v", drifts, err)
	}
	l, err := s.limits(s.t.Context(), s.space, got)
	s.must(err)
	if held := l.shares.Held[coupon.Uses]; held < min(2000, to) || held > max(2000, to) {
		s.t.Errorf("half way the limit is %d", held)
	}
	_, _, pending = l.shares.Next(l.slots, 1)
	s.must(s.another().ContinueLimits(s.t.Context(), s.space, camp.ID))
	got, err = s.Campaign(s.t.Context(), s.space, camp.ID)
	s.must(err)
	if *got.TimesRedeemed != 60 || len(got.LimitChanges) > 0 && got.LimitChanges[0].Excess != excess {
		s.t.Errorf("%+v", got.Consumption)
	}
	if l, err = s.limits(s.t.Context(), s.space, got); err != nil || excess == 0 && (l.shares.Held != l.shares.To || l.shares.Made != got.Slots) {
		s.t.Errorf("not done: %+v %v", l.shares, err)
	}
	for n, slot := range l.slots {
		if excess == 0 && (!slot.Exists || slot.Left[coupon.Uses] == 0) {
			s.t.Errorf("slot %d is %+v", n, slot)
		}
	}
	return pending
}

// Orders redeem and roll back while several change the limit and some of those
// die. Every acknowledged use is counted, and the last limit holds in the end.
func TestChangesWhileHot(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(120, 0)
	c := s.issue(camp, "EVERYBODY")
	var holds, served atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 12 {
		store := s.another()
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				r, _, err := coupon.Redeem(t.Context(), store, s.request(c, fmt.Sprintf("o-%d-%d", w, n), ""))
				if err != nil {
					if !errors.Is(err, coupon.ErrQuantityExceeded) && !errors.Is(err, fault.ErrUnavailable) {
						t.Error(err)
					}
					continue
				}
				holds.Add(1)
				served.Add(1)
				if n%3 != 0 {
					continue
				}
				if _, _, err := store.Rollback(t.Context(), s.space, r.ID, coupon.Undo{}); err == nil {
					holds.Add(-1)
				} else if !errors.Is(err, fault.ErrUnavailable) {
					t.Error(err)
				}
			}
		})
	}
	for round, limits := range [][2]int64{{60, 90}, {200, 40}, {30, 160}, {10, 150}} {
		var two sync.WaitGroup
		for i, limit := range limits {
			store := []*Store{s.another(), s.dying(int64(2 + round))}[i]
			two.Go(func() {
				if _, err := s.change(store, camp.ID, maxOf(limit)); err != nil && !errors.Is(err, fault.ErrUnavailable) {
					t.Error(err)
				}
			})
		}
		two.Wait()
		time.Sleep(50 * time.Millisecond)
	}
	_, err := s.change(s.another(), camp.ID, maxOf(70))
	s.must(err)
	close(stop)
	wg.Wait()
	s.must(s.ContinueLimits(t.Context(), s.space, camp.ID))
	got, err := s.Campaign(t.Context(), s.space, camp.ID)
	s.must(err)
	if n := *got.TimesRedeemed; n != holds.Load() || served.Load() < 70 || n > 70 && got.LimitChanges[0].Excess != n-70 {
		t.Errorf("%d uses, %d redemptions hold (of %d): %+v", n, holds.Load(), served.Load(), got.LimitChanges)
	}
	if drifts, err := s.Audit(t.Context(), s.space, camp.ID); err != nil || len(drifts) > 0 {
		t.Errorf("drifts: %+v %v", drifts, err)
	}
}

// A step that arrives late, or was made by somebody else meanwhile, does nothing.
func TestLateSteps(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(40, 0)
	for round, limit := range []int64{60, 20, 50} {
		s.wire.writes = nil
		got, err := s.change(s.Store, camp.ID, maxOf(limit))
		s.must(err)
		if len(s.wire.writes) != 2 {
			t.Fatalf("round %d: %d writes", round, len(s.wire.writes))
		}
		for n, late := range s.wire.writes {
			if s.again(late) {
				t.Errorf("round %d: write %d took effect again", round, n)
			}
		}
		s.audit(got)
	}
}

// Each write of a step holds by itself.
func TestStepsHoldTheirConditions(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(16, 0) // two slots
	c := s.issue(camp, "EVERYBODY")
	refuses := func(what string, w write) {
		t.Helper()
		if refused, err := s.commit(t.Context(), "test", w); err != nil || refused == nil {
			t.Errorf("%s took effect (%v)", what, err)
		}
	}
	for n := range 15 {
		s.redeem(c, fmt.Sprint("o-", n), "")
	}
	one := coupon.Measures{coupon.Uses: 1}
	refuses("taking what is not left", s.slotChange(s.space, camp.ID, coupon.SlotChange{Slot: 0, Move: coupon.Measures{coupon.Uses: -2}}))
	refuses("giving to a slot that is not there", s.slotChange(s.space, camp.ID, coupon.SlotChange{Slot: 7, Move: one}))
	refuses("closing a slot that is not there", s.slotChange(s.space, camp.ID, coupon.SlotChange{Slot: 7, Close: true}))
	refuses("making a slot that is there", s.newSlot(s.space, camp.ID, 0, one, one))
	refuses("taking of a slot that is not there", s.slotWrite(s.space, camp.ID, coupon.Take{Slot: 7, Took: one}))
	refuses("giving back what was not taken", slotReturn(s.tables.Coupons, slotKey(s.space, camp.ID, 0), coupon.Measures{coupon.Uses: 9}))
	got, err := s.change(s.Store, camp.ID, maxOf(3))
	s.settled(got, err, 16, 3, 15, 12)
	refuses("making the row of shares anew", s.newShares(s.space, camp, 2))
	_, err = s.commit(t.Context(), "test", s.slotChange(s.space, camp.ID, coupon.SlotChange{Slot: 0, Move: one}))
	s.must(err)
	refuses("taking of a closed slot", s.slotWrite(s.space, camp.ID, coupon.Take{Slot: 0, Took: one}))
}

// Nothing but the limits' amounts can change.
func TestLimitsAreNotIntroduced(t *testing.T) {
	s := newSide(t)
	all := coupon.Limits{MaxRedemptions: 10, Budget: coupon.BudgetLimit{Amount: 100, Currency: "EUR"}}
	sets := map[string]func(l *coupon.Limits, to int64){
		"max_redemptions": maxTo,
		"budget": func(l *coupon.Limits, to int64) {
			if l.Budget = (coupon.BudgetLimit{}); to > 0 {
				l.Budget = coupon.BudgetLimit{Amount: to, Currency: "EUR"}
			}
		},
	}
	for name, set := range sets {
		for _, to := range []int64{0, 7} {
			from := all
			set(&from, 7-to)
			_, err := s.change(s.Store, s.limited(from).ID, func(l *coupon.Limits) { set(l, to) })
			if f, ok := fault.As(err); !ok || f.Code != "limit_not_changeable" || f.Param != name {
				t.Errorf("%s to %d: %v", name, to, err)
			}
		}
	}
}

func maxTo(l *coupon.Limits, to int64) { l.MaxRedemptions = to }
