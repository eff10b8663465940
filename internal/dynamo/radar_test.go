package dynamo

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
)

// sighting is of one person, with a coupon of that campaign.
func sightingOf(s *side, c coupon.Coupon, r coupon.LeakRadar, person string) coupon.Sighting {
	return coupon.Sighting{Coupon: c.ID, Campaign: c.Campaign, Radar: r, Person: person, At: s.now()}
}

var radarTerms = coupon.LeakRadar{Customers: 5, Minutes: 60}

// raised are the leaks of the side.
func (s *side) raised() []coupon.Leak {
	s.t.Helper()
	all, err := s.Leaks(s.t.Context(), 1000)
	s.must(err)
	var mine []coupon.Leak
	for _, l := range all {
		if l.Space == s.space {
			mine = append(mine, l)
		}
	}
	return mine
}

// radarRow is what the window of the coupon holds.
func (s *side) radarRow(c coupon.Coupon, r coupon.LeakRadar) item {
	s.t.Helper()
	b, err := newBlip(s.t.Context(), s.caller, sightingOf(s, c, r, "anybody"))
	s.must(err)
	row, err := s.get(s.t.Context(), s.tables.Attempts, radarKey(s.space, c.ID, b.window.Number))
	s.must(err)
	return row
}

// Of many instances that see many people at once one raises the leak, and the
// set never holds more than the radar asks for.
func TestLeakIsRaisedOnce(t *testing.T) {
	s := newSide(t)
	c := s.issue(s.campaign(0, 0), "")
	var wg sync.WaitGroup
	for instance := range 10 {
		store := s.another()
		wg.Go(func() {
			for i := range 10 {
				if err := store.See(t.Context(), s.caller, sightingOf(s, c, radarTerms, fmt.Sprint("p", (i+instance)%20))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	leaks := s.raised()
	if len(leaks) != 1 || leaks[0].Coupon != c.ID || leaks[0].Campaign != c.Campaign || leaks[0].Customers != 5 || !leaks[0].RaisedAt.Equal(s.now()) {
		t.Fatalf("%+v", leaks)
	}
	if seen := getSet(s.radarRow(c, radarTerms), "people"); len(seen) != 5 {
		t.Errorf("the set holds %d", len(seen))
	}
	s.must(s.Settle(t.Context(), leaks[0]))
	for i := range 20 { // in the same window nothing more, whoever comes; not from the page either
		s.must(s.another().See(t.Context(), s.caller, sightingOf(s, c, radarTerms, fmt.Sprint("q", i))))
		page := sightingOf(s, c, radarTerms, "")
		page.Network = fmt.Sprintf("203.0.%d.0/24", i)
		s.must(s.another().See(t.Context(), s.caller, page))
	}
	if again := s.raised(); len(again) != 0 {
		t.Errorf("raised again: %+v", again)
	}
}

// Four of five, however often they come, are too few; the fifth raises it, and
// so does the next one where the campaign has come to want fewer.
func TestFewAreNoLeak(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	for name, c := range map[string]struct {
		after coupon.LeakRadar
		next  string
		want  int
	}{
		"one of the four again":      {radarTerms, "p1", 0},
		"a fifth":                    {radarTerms, "p4", 1},
		"a fifth where two are many": {coupon.LeakRadar{Customers: 2, Minutes: 60}, "p4", 1},
		"a fifth where ten are many": {coupon.LeakRadar{Customers: 10, Minutes: 60}, "p4", 0},
		"a fifth in another window":  {coupon.LeakRadar{Customers: 5, Minutes: 7}, "p4", 0},
	} {
		cpn, before := s.issue(camp, ""), len(s.raised())
		for i := range 40 {
			s.must(s.another().See(t.Context(), s.caller, sightingOf(s, cpn, radarTerms, fmt.Sprint("p", i%4))))
		}
		s.must(s.another().See(t.Context(), s.caller, sightingOf(s, cpn, c.after, c.next)))
		if got := len(s.raised()) - before; got != c.want {
			t.Errorf("%s: %d leaks, want %d", name, got, c.want)
		}
	}
}

// A leak marks its coupon once: not after the shop has enabled it, not in the
// place of a later one, and nothing where there is no coupon.
func TestSuspicionIsOnce(t *testing.T) {
	s := newSide(t)
	d := tenPercent()
	d.LeakRadar = &coupon.LeakRadar{Pause: true}
	camp, err := s.CreateCampaign(t.Context(), s.space, d, idem.Key{})
	s.must(err)
	c := s.issue(camp, "")
	leak := coupon.Leak{Space: s.space, Coupon: c.ID, Campaign: camp.ID, Customers: 5, RaisedAt: s.now()}
	suspect := func(l coupon.Leak, mine, active bool) {
		t.Helper()
		_, got, err := s.Suspect(t.Context(), l)
		s.must(err)
		now, err := s.Coupon(t.Context(), s.space, c.ID)
		s.must(err)
		if got != mine || now.Active != active || now.Leak == nil || !now.Leak.Paused {
			t.Errorf("mine: %v, %+v %+v", got, now, now.Leak)
		}
	}
	suspect(leak, true, false)
	suspect(leak, true, false) // its first answer was lost: told again
	_, err = s.SetDisabled(t.Context(), s.space, c.ID, false)
	s.must(err)
	suspect(leak, true, true)
	later := leak
	later.RaisedAt = leak.RaisedAt.Add(time.Hour)
	suspect(later, true, false)
	_, err = s.SetDisabled(t.Context(), s.space, c.ID, false)
	s.must(err)
	suspect(leak, false, true)
	nobody := later
	nobody.Coupon = coupon.Prefix + "0000000000000000"
	if _, mine, err := s.Suspect(t.Context(), nobody); mine || err != nil {
		t.Errorf("no coupon: %v %v", mine, err)
	}
	if row := s.row(couponKey(s.space, nobody.Coupon)); row != nil {
		t.Errorf("it made %v", row)
	}
}

// What the shop sent before the radar disabled the coupon, and what arrives after, does not enable it.
func TestLateEnablingLosesToTheRadar(t *testing.T) {
	s := newSide(t)
	d := tenPercent()
	d.LeakRadar = &coupon.LeakRadar{Pause: true}
	camp, err := s.CreateCampaign(t.Context(), s.space, d, idem.Key{})
	s.must(err)
	c := s.issue(camp, "")
	_, err = s.SetDisabled(t.Context(), s.space, c.ID, true)
	s.must(err)
	s.wire.fail = func(any) error { return errors.New("down") }
	_, err = s.SetDisabled(t.Context(), s.space, c.ID, false)
	s.wants("the shop's call", err, fault.ErrUnavailable)
	late := s.wire.last().(*dynamodb.UpdateItemInput)
	s.wire.fail = nil
	_, _, err = s.Suspect(t.Context(), coupon.Leak{Space: s.space, Coupon: c.ID, Campaign: camp.ID, Customers: 5, RaisedAt: s.now()})
	s.must(err)
	if _, err := s.db.UpdateItem(t.Context(), late); err == nil {
		t.Error("it was accepted")
	}
	if now, err := s.Coupon(t.Context(), s.space, c.ID); err != nil || now.Active {
		t.Errorf("%+v %v", now, err)
	}
}

// One who tries two codes is somebody else in each row.
func TestSightingsCannotBeJoined(t *testing.T) {
	s := newSide(t)
	camp, seen := s.campaign(0, 0), map[string]bool{}
	for range 2 {
		c := s.issue(camp, "")
		s.must(s.See(t.Context(), s.caller, sightingOf(s, c, radarTerms, "anna")))
		for _, who := range getSet(s.radarRow(c, radarTerms), "people") {
			seen[who] = true
		}
	}
	if len(seen) != 2 || seen["anna"] {
		t.Errorf("%v", seen)
	}
}
