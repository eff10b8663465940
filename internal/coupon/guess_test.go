package coupon

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// script is a Writer that answers drafts one after the other, and keeps them.
type script struct {
	target    Target
	automatic []Campaign
	outcomes  []Outcome
	drafts    []Draft
	versions  []int // of the terms that were asked for
	found     Redemption
	floor     MarginFloor
	facts     customer.Facts // as orders tell them
	asked     int            // how often for those
}

func (s *script) Target(context.Context, shop.Space, shop.Secrets, Code) (Target, error) {
	return s.target, nil
}

func (s *script) MarginFloor(context.Context, shop.Space) (MarginFloor, error) {
	return s.floor, nil
}

func (s *script) FactsBeside(context.Context, shop.Space, FactsBy) (customer.Facts, error) {
	s.asked++
	return s.facts, nil
}

func (s *script) Terms(_ context.Context, _ shop.Space, _ string, version int) (Terms, error) {
	s.versions = append(s.versions, version)
	return s.target.Campaign.Terms, nil
}

func (s *script) Automatic(context.Context, shop.Space) ([]Campaign, error) { return s.automatic, nil }

func (s *script) Redeem(_ context.Context, d Draft) (Outcome, error) {
	s.drafts = append(s.drafts, d)
	return s.outcomes[min(len(s.drafts), len(s.outcomes))-1], nil
}

func (s *script) Commit(context.Context, shop.Space, string) (Redemption, bool, error) {
	return s.found, false, nil
}

func (s *script) Extend(_ context.Context, _ shop.Space, _ string, until time.Time) (Redemption, error) {
	r := s.found
	r.Until = until
	return r, nil
}

func (s *script) Redemption(context.Context, shop.Space, string) (Redemption, error) {
	return s.found, nil
}

// play redeems a random code of a campaign at version 3 under a script.
func play(t *testing.T, s *script) (Redemption, error) {
	t.Helper()
	d := testDraft(t, false, nil)
	floor := s.target.Campaign.Floor
	s.target = d.Parts[0].Target
	s.target.Campaign.Floor = floor
	r, _, err := Redeem(t.Context(), s, d.Request)
	return r, err
}

// found is an outcome whose coupon has that version and was given back so often.
func found(version, attempt int) Outcome {
	return Outcome{Parts: []Found{{Read: true, Seat: Seat{Exists: true, Attempt: attempt, Coupon: Coupon{Active: true, CampaignVersion: version}}}}}
}

func found1(f Found) Outcome { return Outcome{Parts: []Found{f}} }

// Each wrong guess costs one more write; what an earlier refusal taught is kept.
func TestGuesses(t *testing.T) {
	for name, c := range map[string]struct {
		floor    int
		outcomes []Outcome
		guesses  []Guess
		versions []int
		err      error
	}{
		"right at once":          {outcomes: []Outcome{{Written: true}}, guesses: []Guess{{Version: 3, Attempt: 0}}},
		"older":                  {outcomes: []Outcome{found(1, 0), {Written: true}}, guesses: []Guess{{Version: 3, Attempt: 0}, {Version: 1, Attempt: 0}}, versions: []int{1}},
		"older, given back":      {outcomes: []Outcome{found(1, 2), {Written: true}}, guesses: []Guess{{Version: 3, Attempt: 0}, {Version: 1, Attempt: 2}}, versions: []int{1}},
		"given back, then older": {outcomes: []Outcome{found(3, 2), found(1, 2), {Written: true}}, guesses: []Guess{{Version: 3, Attempt: 0}, {Version: 3, Attempt: 2}, {Version: 1, Attempt: 2}}, versions: []int{1}},
		"newer than the cache":   {outcomes: []Outcome{found(4, 0), {Written: true}}, guesses: []Guess{{Version: 3, Attempt: 0}, {Version: 4, Attempt: 0}}, versions: []int{4}},
		"moved, but not to now":  {floor: 2, outcomes: []Outcome{found(1, 0), {Written: true}}, guesses: []Guess{{Version: 3, Attempt: 0}, {Version: 2, Attempt: 0}}, versions: []int{2}},
		"never right":            {outcomes: []Outcome{found(1, 0), found(2, 0), found(1, 0), found(2, 0)}, guesses: []Guess{{Version: 3, Attempt: 0}, {Version: 1, Attempt: 0}, {Version: 2, Attempt: 0}, {Version: 1, Attempt: 0}}, versions: []int{1, 2, 1}, err: fault.ErrUnavailable},
	} {
		s := &script{outcomes: c.outcomes}
		s.target.Campaign.Floor = c.floor
		_, err := play(t, s)
		var guesses []Guess
		for _, d := range s.drafts {
			guesses = append(guesses, d.Parts[0].Guess)
		}
		if !errors.Is(err, c.err) || !reflect.DeepEqual(guesses, c.guesses) || !reflect.DeepEqual(s.versions, c.versions) {
			t.Errorf("%s: %v, guessed %v, read terms %v", name, err, guesses, s.versions)
		}
	}
}

// A key whose redemption was rolled back is shown that redemption, but only
// for the order that it was made for.
func TestLateReplay(t *testing.T) {
	late := found(3, 1)
	late.Parts[0].Seat.Past = map[string]int{"key": 0}
	s := &script{outcomes: []Outcome{late}, found: Redemption{ID: "rdm_1", Fingerprint: testDraft(t, false, nil).Fingerprint}}
	if r, err := play(t, s); err != nil || r.ID != "rdm_1" {
		t.Errorf("%+v %v", r, err)
	}
	s = &script{outcomes: []Outcome{late}, found: Redemption{ID: "rdm_1"}}
	if _, err := play(t, s); !errors.Is(err, fault.ErrIdempotencyKeyReused) {
		t.Errorf("another order: %v", err)
	}
}

// Of a shared code the seat is a row of coupon and order: none yet is no unknown
// coupon, and what the coupon says of itself stands elsewhere.
func TestExplainShared(t *testing.T) {
	for name, c := range map[string]struct {
		o     Outcome
		err   error
		guess *Guess
	}{
		"no seat yet":       {o: found1(Found{Read: true})},
		"given back before": {o: found1(Found{Read: true, Seat: Seat{Exists: true, Attempt: 2}}), guess: &Guess{Version: 3, Attempt: 2}},
		"exhausted, unread": {o: found1(Found{Exhausted: ErrQuantityExceeded}), err: ErrQuantityExceeded},
	} {
		v := testDraft(t, true, nil).explain(0, c.o.Parts[0])
		if !errors.Is(v.err, c.err) || (v.guess == nil) != (c.guess == nil) || v.guess != nil && *v.guess != *c.guess {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// Where the table of TestExplain stops short: the last attempt, a newer
// version, and two requests without a key, which have nothing in common.
func TestExplainEdges(t *testing.T) {
	keyless := func(r *Request, _ *Target) { r.Replay = "" }
	for name, c := range map[string]struct {
		o      Outcome
		change func(*Request, *Target)
		err    error
		guess  *Guess
	}{
		"last attempt":             {o: found(3, MaxAttempts-1), guess: &Guess{Version: 3, Attempt: MaxAttempts - 1}},
		"newer version":            {o: found(4, 0), guess: &Guess{Version: 4}},
		"taken, a later attempt":   {o: taken("o-2", 1, Coupon{Active: true, CampaignVersion: 3}), err: ErrQuantityExceeded},
		"taken, both without key":  {o: taken("o-2", 0, Coupon{Active: true, CampaignVersion: 3}), change: keyless, err: ErrQuantityExceeded},
		"disabled beats its owner": {o: taken("", 0, Coupon{Person: "ben"}), err: ErrNotActive},
	} {
		v := testDraft(t, false, c.change).explain(0, c.o.Parts[0])
		if !errors.Is(v.err, c.err) || (v.guess == nil) != (c.guess == nil) || v.guess != nil && *v.guess != *c.guess {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// taken is an outcome whose seat an order holds.
func taken(order string, attempt int, c Coupon) Outcome {
	return Outcome{Parts: []Found{{Read: true, Seat: Seat{Exists: true, Order: order, Attempt: attempt, Coupon: c}}}}
}
