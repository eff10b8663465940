package dynamo

import (
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

// kinds are the ways in which a redemption is written.
var kinds = []struct {
	name, code string
	max        int64 // of the campaign's uses
	each       int64 // of a customer's
}{
	{"random", "", 0, 0},
	{"random, limits", "", 9, 3},
	{"shared", "EVERYBODY", 0, 0},
	{"shared, limits", "EVERYBODY", 9, 3},
}

// again sends a write once more as it was, later than DynamoDB remembers the
// token of a transaction (ten minutes), and reports whether it took effect.
func (s *side) again(input any) bool {
	s.t.Helper()
	var err error
	switch in := input.(type) {
	case *dynamodb.UpdateItemInput:
		_, err = s.db.UpdateItem(s.t.Context(), in)
	case *dynamodb.TransactWriteItemsInput:
		late := *in
		late.ClientRequestToken = nil
		_, err = s.db.TransactWriteItems(s.t.Context(), &late)
	default:
		s.t.Fatalf("what is a %T?", input)
	}
	var one *types.ConditionalCheckFailedException
	var many *types.TransactionCanceledException
	if err != nil && !errors.As(err, &one) && !errors.As(err, &many) {
		s.t.Fatal(err)
	}
	return err == nil
}

// A write that the network held back arrives after it was answered, undone, or
// done anew: it makes no second use and takes nothing back.
func TestLateCopiesChangeNothing(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			s := newSide(t)
			camp := s.campaign(k.max, k.each)
			c := s.issue(camp, k.code)
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
				key := ""
				if attempt > 0 {
					key = fmt.Sprint("key-", attempt)
				}
				r := s.redeem(c, "o-1", key)
				check(fmt.Sprint("redeemed, attempt ", attempt), 1)
				s.rollBack(r)
				check(fmt.Sprint("rolled back, attempt ", attempt), 0)
			}
		})
	}
}

// Nothing of a redemption stays at its seat: what a later redemption under
// changed limits left behind would be given back a second time.
func TestRollbackLeavesTheSeatAsItWas(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			s := newSide(t)
			c := s.issue(s.campaign(k.max, k.each), k.code)
			r := s.redeem(c, "o-1", "key-0")
			seat, _, _ := coupon.ParseRedemptionID(r.ID)
			s.rollBack(r)
			want := couponRow(s.space, c)
			if c.Shared {
				want = seatKey(s.space, seat)
				want["coupon_id"], want["campaign_id"] = str(c.ID), str(c.Campaign)
			}
			want["attempts"], want["past_keys"] = num(1), &types.AttributeValueMemberM{Value: item{"key-0": num(0)}}
			if got := s.row(seatKey(s.space, seat)); !reflect.DeepEqual(got, want) {
				t.Errorf("the seat is %v, want %v", got, want)
			}
			s.rollBack(s.redeem(c, "o-1", "key-1")) // the earlier keys stay, each with its attempt
			past := &types.AttributeValueMemberM{Value: item{"key-0": num(0), "key-1": num(1)}}
			if got := s.row(seatKey(s.space, seat)); !reflect.DeepEqual(got["past_keys"], past) {
				t.Errorf("past keys %v", got["past_keys"])
			}
		})
	}
}

// A customer limit that ended between two attempts is given back by the first only.
func TestRollbackGivesBackWhatThisAttemptTook(t *testing.T) {
	s := newSide(t)
	limited := s.campaign(0, 2)
	c, other := s.issue(limited, "EVERYBODY"), s.issue(limited, "")
	s.redeem(other, "o-0", "")
	s.rollBack(s.redeem(c, "o-1", ""))
	next, err := limited.Apply(coupon.Change{Definition: tenPercent()}, s.now())
	s.must(err)
	next.Issued = true
	prev := limited
	prev.Issued = true
	_, err = s.ChangeCampaign(t.Context(), s.space, prev, next)
	s.must(err)
	s.clock.move(definitionDelay)
	s.rollBack(s.redeem(c, "o-1", ""))
	if got := getNum(s.row(limitKey(s.space, limited.ID, "anna")), "uses"); got != 1 {
		t.Errorf("the customer has %d uses, want 1", got)
	}
}

// staleCase is a draft that passed every check in the process and does not
// describe what is there by the time of the write.
type staleCase struct {
	name    string
	kind    int // of kinds
	issue   func(*coupon.Issue)
	earlier int // attempts that were redeemed and rolled back before the draft
	since   func(s *side, c coupon.Coupon, d *coupon.Draft)
	written bool
}

const (
	random = iota
	randomLimited
	shared
	sharedLimited
)

func staleCases() []staleCase {
	redeem := func(order, key string) func(*side, coupon.Coupon, *coupon.Draft) {
		return func(s *side, c coupon.Coupon, _ *coupon.Draft) { s.redeem(c, order, key) }
	}
	undone := func(s *side, c coupon.Coupon, _ *coupon.Draft) { s.rollBack(s.redeem(c, "o-1", "")) }
	edit := func(f func(*coupon.Draft)) func(*side, coupon.Coupon, *coupon.Draft) {
		return func(_ *side, _ coupon.Coupon, d *coupon.Draft) { f(d) }
	}
	later := func(by time.Duration) func(*side, coupon.Coupon, *coupon.Draft) {
		return edit(func(d *coupon.Draft) { d.Now = d.Now.Add(by) })
	}
	person := func(who string) func(*side, coupon.Coupon, *coupon.Draft) {
		return edit(func(d *coupon.Draft) { d.Person = who })
	}
	versions := func(oldest, newest int) func(*side, coupon.Coupon, *coupon.Draft) {
		return edit(func(d *coupon.Draft) { d.Parts[0].Oldest, d.Parts[0].Version = oldest, newest })
	}
	disabled := func(s *side, c coupon.Coupon, _ *coupon.Draft) {
		_, err := s.another().SetDisabled(s.t.Context(), s.space, c.ID, true)
		s.must(err)
	}
	annas := func(i *coupon.Issue) { i.Person = "anna" }
	dated := func(i *coupon.Issue) { i.StartsAt, i.ExpiresAt = i.Now.Add(time.Hour), i.Now.Add(2*time.Hour) }
	second := func(i *coupon.Issue) { i.Campaign.Version, i.Campaign.Issued = 2, true }
	spent := edit(func(d *coupon.Draft) { d.Replay = "key-0" })
	all := []staleCase{
		{name: "as drafted", since: edit(func(*coupon.Draft) {}), written: true},
		{name: "taken by another order", since: redeem("o-2", "")},
		{name: "taken by this order", since: redeem("o-1", "")},
		{name: "given back since", since: undone},
		{name: "given back before, an attempt behind", earlier: 2, since: edit(func(d *coupon.Draft) { d.Parts[0].Attempt = 1 })},
		{name: "given back before, an attempt ahead", earlier: 1, since: edit(func(d *coupon.Draft) { d.Parts[0].Attempt = 2 })},
		{name: "taken at this attempt", earlier: 1, since: redeem("o-1", "key-1")},
		{name: "disabled since", since: disabled},
		{name: "no such coupon", since: edit(func(d *coupon.Draft) { d.Parts[0].Seat.Coupon = "0000000000000000" })},
		{name: "a spent key", earlier: 1, since: spent},
		{name: "issued under an older version", issue: second, since: versions(3, 3)},
		{name: "issued under a newer version", issue: second, since: versions(0, 1)},
		{name: "issued under the oldest that counts", issue: second, since: versions(2, 3), written: true},
		{name: "issued under the newest that counts", issue: second, since: versions(1, 2), written: true},
		{name: "its owner", issue: annas, since: person("anna"), written: true},
		{name: "another person", issue: annas, since: person("ben")},
		{name: "nobody named", issue: annas, since: person("")},
		{name: "anybody's, nobody named", since: person(""), written: true},
		{name: "a moment early", issue: dated, since: later(time.Hour - time.Millisecond)},
		{name: "first moment", issue: dated, since: later(time.Hour), written: true},
		{name: "last moment", issue: dated, since: later(2*time.Hour - time.Millisecond), written: true},
		{name: "first moment after", issue: dated, since: later(2 * time.Hour)},
	}
	for _, c := range []staleCase{
		{name: "shared, as drafted", since: edit(func(*coupon.Draft) {}), written: true},
		{name: "shared, taken by another order", since: redeem("o-2", ""), written: true},
		{name: "shared, taken by this order", since: redeem("o-1", "")},
		{name: "shared, given back since", since: undone},
		{name: "shared, an attempt behind", earlier: 2, since: edit(func(d *coupon.Draft) { d.Parts[0].Attempt = 1 })},
		{name: "shared, an attempt ahead", earlier: 1, since: edit(func(d *coupon.Draft) { d.Parts[0].Attempt = 2 })},
		{name: "shared, an attempt ahead of nothing", since: edit(func(d *coupon.Draft) { d.Parts[0].Attempt = 1 })},
		{name: "shared, taken at this attempt", earlier: 1, since: redeem("o-1", "key-1")},
		{name: "shared, a spent key", earlier: 1, since: spent},
	} {
		c.kind = shared
		all = append(all, c)
	}
	return append(all,
		staleCase{name: "random with a limit, disabled since", kind: randomLimited, since: disabled},
		staleCase{name: "uses left and one of the customer's", kind: sharedLimited, since: takeUses("anna", 2), written: true},
		staleCase{name: "the customer's uses spent", kind: sharedLimited, since: takeUses("anna", 3)},
		staleCase{name: "one use left", kind: sharedLimited, since: takeUses("", 8), written: true},
		staleCase{name: "all uses spent", kind: sharedLimited, since: takeUses("", 9)},
		staleCase{name: "all uses spent by random codes", kind: randomLimited, since: takeUses("", 9)},
	)
}

// takeUses redeems other codes of the campaign: for a customer, or each for another.
func takeUses(person string, n int) func(*side, coupon.Coupon, *coupon.Draft) {
	return func(s *side, _ coupon.Coupon, d *coupon.Draft) {
		for i := range n {
			r := s.request(s.issue(d.Parts[0].Campaign, ""), fmt.Sprint("other-", i), "")
			if r.Person = person; person == "" {
				r.Person = fmt.Sprint("person-", i)
			}
			_, _, err := coupon.Redeem(s.t.Context(), s.another(), r)
			s.must(err)
		}
	}
}

// Whatever the process believed, the condition decides: a refused draft leaves
// every row as it was, a written one takes one seat and one use of each limit.
func TestStaleDrafts(t *testing.T) {
	for _, c := range staleCases() {
		t.Run(c.name, func(t *testing.T) {
			s := newSide(t)
			camp := s.campaign(kinds[c.kind].max, kinds[c.kind].each)
			var change []func(*coupon.Issue)
			if c.issue != nil {
				change = append(change, c.issue)
			}
			cpn := s.issue(camp, kinds[c.kind].code, change...)
			for n := range c.earlier {
				s.rollBack(s.redeem(cpn, "o-1", fmt.Sprint("key-", n)))
			}
			d := s.draft(s.request(cpn, "o-1", ""))
			d.Attempt = c.earlier
			c.since(s, cpn, &d)
			before, seats := s.rows(), s.audit(camp)
			o, err := s.Redeem(t.Context(), d)
			s.must(err)
			if o.Written != c.written {
				t.Errorf("written: %v, want %v (%+v)", o.Written, c.written, o)
			}
			if after := s.rows(); !c.written && !reflect.DeepEqual(before, after) {
				t.Errorf("a refused draft changed rows:\n%v\n%v", before, after)
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

// Redemptions, retries and rollbacks of one campaign, all at once: the counters
// are the rows at the end, and no limit was passed.
func TestCountersAreTheRows(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(20, 3)
	codes := []coupon.Coupon{s.issue(camp, "EVERYBODY"), s.issue(camp, ""), s.issue(camp, "")}
	stores := []*Store{s.Store, s.another(), s.another()} // three warm instances
	var g errgroup.Group
	g.SetLimit(16)
	var written atomic.Int64
	for i := range 240 {
		r := s.request(codes[i%len(codes)], fmt.Sprint("o-", i/2%40), "")
		r.Person = fmt.Sprint("person-", i/2%12)
		g.Go(func() error {
			store := stores[i/7%len(stores)]
			made, again, err := coupon.Redeem(t.Context(), store, r)
			if f, ok := fault.As(err); ok && f.Kind == fault.Conflict {
				return nil
			}
			if err != nil || again {
				return err
			}
			written.Add(1)
			if i%3 != 0 {
				_, _, err = store.Rollback(t.Context(), s.space, made.ID, coupon.Undo{})
			}
			return err
		})
	}
	s.must(g.Wait())
	if seats := s.audit(camp); seats > 20 || written.Load() == 0 {
		t.Errorf("%d seats are taken after %d redemptions", seats, written.Load())
	}
}

// reasons is a transaction canceled for these reasons, in the order of its writes.
func reasons(codes ...string) *types.TransactionCanceledException {
	e := &types.TransactionCanceledException{}
	for _, c := range codes {
		e.CancellationReasons = append(e.CancellationReasons, types.CancellationReason{Code: aws.String(c)})
	}
	return e
}

// slotOf is the slot that a redemption's transaction takes, the write before that of the person.
func slotOf(input any) string {
	in := input.(*dynamodb.TransactWriteItemsInput)
	return rowID(in.TransactItems[len(in.TransactItems)-2].Update.Key)
}

// A conflict on a slot sends the redemption to the next one, whatever the other
// rows said: my own first try may have been what they met.
func TestConflictTakesAnotherSlot(t *testing.T) {
	for _, others := range []string{"None", "ConditionalCheckFailed"} {
		s := newSide(t)
		camp := s.campaign(16, 3) // two slots
		c := s.issue(camp, "EVERYBODY")
		var tried []string
		s.wire.fail = func(input any) error {
			if tried = append(tried, slotOf(input)); len(tried) > 1 {
				return nil
			}
			return reasons("None", others, "TransactionConflict")
		}
		s.redeem(c, "o-1", "")
		if len(tried) != 2 || tried[0] == tried[1] {
			t.Errorf("slots %v", tried)
		}
		s.audit(camp)
	}
}

// A conflict that outlasts the tries is an outage, never exhaustion: nothing was decided.
func TestLastingConflictIsAnOutage(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(16, 0)
	c, kept := s.issue(camp, "EVERYBODY"), s.redeem(s.issue(camp, "KEEPER"), "o-0", "")
	tries := 0
	s.wire.fail = func(any) error {
		tries++
		return reasons("None", "TransactionConflict")
	}
	_, _, err := coupon.Redeem(t.Context(), s, s.request(c, "o-1", ""))
	s.wants("redeem", err, fault.ErrUnavailable)
	_, _, err = s.Rollback(t.Context(), s.space, kept.ID, coupon.Undo{})
	s.wants("roll back", err, fault.ErrUnavailable)
	if tries != 2*maxTries {
		t.Errorf("%d tries", tries)
	}
	s.wire.fail = nil
	s.redeem(c, "o-1", "") // nothing was remembered as exhausted
}

// An empty slot is no refusal while another has uses left; only when all are
// empty is the campaign exhausted, and that is remembered for seconds.
func TestExhaustion(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(16, 0) // two slots of eight
	c := s.issue(camp, "EVERYBODY")
	var first coupon.Redemption
	for i := range 16 { // a repeated number leaves the hash's last bit alone: all try the same slot first
		first = s.redeem(c, fmt.Sprintf("o-%d-%d", i, i), "")
	}
	refused := func(order string) int {
		t.Helper()
		before := len(s.wire.writes)
		_, _, err := coupon.Redeem(t.Context(), s, s.request(c, order, ""))
		s.wants(order, err, coupon.ErrQuantityExceeded)
		return len(s.wire.writes) - before
	}
	if n := refused("o-16"); n != 1 {
		t.Errorf("%d writes to find all slots empty", n)
	}
	if n := refused("o-17"); n != 0 {
		t.Errorf("%d writes although exhaustion is known", n)
	}
	if _, again, err := coupon.Redeem(t.Context(), s, s.request(c, "o-0-0", "")); err != nil || !again {
		t.Errorf("a retry of an exhausted campaign: %v %v", again, err)
	}
	s.clock.move(exhaustedDelay)
	if n := refused("o-18"); n != 1 {
		t.Errorf("%d writes, want a new look", n)
	}
	s.rollBack(first) // forgets it at once
	s.redeem(c, "o-19", "")
	if s.audit(camp) != 16 {
		t.Error("not all uses are taken")
	}
}

// Where a customer's uses and the campaign's are both spent, the customer's are named.
func TestCustomerLimitOutranksExhaustion(t *testing.T) {
	s := newSide(t)
	c := s.issue(s.campaign(2, 2), "EVERYBODY")
	s.redeem(c, "o-1", "")
	s.redeem(c, "o-2", "")
	_, _, err := coupon.Redeem(t.Context(), s, s.request(c, "o-3", ""))
	s.wants("both spent", err, coupon.ErrCustomerLimit)
}

// A rollback's writes each hold by themselves: none can be made before the
// redemption, or twice.
func TestEachWriteOfARollbackRefusesAlone(t *testing.T) {
	s := newSide(t)
	c := s.issue(s.campaign(9, 3), "EVERYBODY")
	r := s.redeem(c, "o-1", "")
	found, err := s.find(t.Context(), s.space, r.ID)
	s.must(err)
	ws, err := s.undoing(t.Context(), found, found.redeemed.Undone(s.now()), coupon.Rollback{Complete: true}, coupon.Undo{})
	s.must(err)
	s.rollBack(r)
	refuses := func(w write, what string) {
		t.Helper()
		if refused, err := s.commit(t.Context(), "test", w); err != nil || refused == nil {
			t.Errorf("%s: took effect again (%v)", what, err)
		}
	}
	for i, what := range []string{"keep the redemption", "free the seat", "give back the customer's use", "give back the slot's use"} {
		refuses(ws[i], what)
	}
	s.redeem(c, "o-1", "")
	refuses(ws[1], "free the seat of the next attempt")
}

// A rollback is one effect under one cause.
func TestRollbackOnceForOneCause(t *testing.T) {
	s := newSide(t)
	r := s.redeem(s.issue(s.campaign(0, 0), ""), "o-1", "")
	seat, _, _ := coupon.ParseRedemptionID(r.ID)
	_, _, err := s.Rollback(t.Context(), s.space, coupon.RedemptionID(seat, 1), coupon.Undo{})
	s.wants("an attempt to come", err, fault.ErrNotFound)
	first, again, err := s.Rollback(t.Context(), s.space, r.ID, coupon.Undo{Return: "return-1"})
	s.must(err)
	s.clock.move(time.Minute)
	second, replay, err := s.Rollback(t.Context(), s.space, r.ID, coupon.Undo{Return: "return-1"})
	if err != nil || again || !replay || !reflect.DeepEqual(first, second) {
		t.Errorf("%v %v %v\n%+v\n%+v", err, again, replay, first, second)
	}
	_, _, err = s.Rollback(t.Context(), s.space, r.ID, coupon.Undo{Return: "return-2"})
	s.wants("another cause", err, coupon.ErrRolledBack)
	_, _, err = s.Rollback(t.Context(), s.space, coupon.RedemptionID(seat, 1), coupon.Undo{})
	s.wants("an attempt not made yet", err, fault.ErrNotFound)
}
