package dynamo

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/money"
)

func giftCards() coupon.Definition {
	return coupon.Definition{Name: "Gift cards", Terms: coupon.Terms{
		Rewards: []coupon.Reward{{Type: coupon.GiftBalance, Currency: "EUR"}}, Reason: coupon.Reason{German: "darum", English: "because"},
	}}
}

// card issues a gift card of a campaign of its own.
func (s *side) card(balance int64, change ...func(*coupon.Issue)) (coupon.Coupon, coupon.Campaign) {
	s.t.Helper()
	camp, err := s.CreateCampaign(s.t.Context(), s.space, giftCards(), idem.Key{})
	s.must(err)
	return s.issue(camp, "", append(change, func(i *coupon.Issue) { i.Balance = balance })...), camp
}

// adds holds a card's balance to its ledger, and gives what is left.
func (s *side) adds(card coupon.Coupon) int64 {
	s.t.Helper()
	row, sum := s.row(couponKey(s.space, card.ID)), int64(0)
	for below, more := "", true; more; more = below != "" {
		entries, next, err := s.Ledger(s.t.Context(), s.space, card.ID, below, 7)
		s.must(err)
		for _, e := range entries {
			sum += e.Amount
		}
		below = next
	}
	left, spent, loaded := getNum(row, "balance_left"), getNum(row, "balance_spent"), getNum(row, "balance_loaded")
	if left != sum || left+spent != loaded || left < 0 || spent < 0 {
		s.t.Errorf("%d are left, the ledger has %d; %d spent of %d", left, sum, spent, loaded)
	}
	return left
}

// A hundred orders, top-ups, holds and rollbacks at once: a card is never
// overspent, and every unit is accounted for.
func TestOrdersRaceForACard(t *testing.T) {
	s := newSide(t)
	card, camp := s.card(20_000)
	var mu sync.Mutex
	var paid int64
	loaded := int64(20_000)
	var g errgroup.Group
	g.SetLimit(16)
	for i := range 100 {
		g.Go(func() error {
			switch i % 10 {
			case 3:
				_, err := s.TopUp(t.Context(), s.space, card.ID, 500, idem.Key{ID: fmt.Sprint("k-", i), Body: []byte("b")})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					loaded += 500
				}
				return unlessBusy(err)
			default:
				r := s.request(card, fmt.Sprint("o-", i), "")
				if i%10 == 6 {
					r.Hold = coupon.DefaultHold
				}
				made, _, err := coupon.Redeem(t.Context(), s, r)
				if err == nil && i%10 == 8 {
					_, _, err = s.Rollback(t.Context(), s.space, made.ID, coupon.Undo{})
					made.GiftApplied = 0
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					paid += made.GiftApplied
				}
				return unlessBusy(err)
			}
		})
	}
	s.must(g.Wait())
	left := s.adds(card)
	if row := s.row(couponKey(s.space, card.ID)); getNum(row, "balance_loaded") < loaded || getNum(row, "balance_spent") < paid {
		t.Errorf("%d loaded, %d paid, but the card has %v", loaded, paid, row)
	}
	if drifts, err := s.Audit(t.Context(), s.space, camp.ID); err != nil || len(drifts) != 0 {
		t.Errorf("the auditor finds %+v %v", drifts, err)
	}
	t.Logf("%d loaded, %d paid, %d left", loaded, paid, left)
}

// unlessBusy drops what a crowd at one row may be told: nothing left, or come back.
func unlessBusy(err error) error {
	if f, ok := fault.As(err); ok && (f.Kind == fault.Unavailable || f.Code == coupon.ErrBalanceExhausted.Code) {
		return nil
	}
	return err
}

// What was true of a card when it was read may have changed before the write.
func TestCardsAreHeldToTheirState(t *testing.T) {
	set := func(attr string, v types.AttributeValue) func(*side, coupon.Coupon) {
		return func(s *side, card coupon.Coupon) {
			_, err := s.settle(s.t.Context(), "test", write{
				table: s.tables.Coupons, key: couponKey(s.space, card.ID), update: "SET " + attr + " = :v", values: item{":v": v},
			})
			s.must(err)
		}
	}
	for name, c := range map[string]struct {
		change func(s *side, card coupon.Coupon)
		want   func(f coupon.Found) bool
	}{
		"less left": {
			func(s *side, card coupon.Coupon) { s.redeem(card, "o-other", "") },
			func(f coupon.Found) bool { return f.Card.Balance.Amount == 500 },
		},
		"less left, held": { // though no hold has had its time
			func(s *side, card coupon.Coupon) {
				for i := range 2 {
					r := s.request(card, fmt.Sprint("o-other-", i), "")
					r.Hold = coupon.DefaultHold
					_, _, err := coupon.TakeHold(s.t.Context(), s, r)
					s.must(err)
				}
				s.clock.move(2 * coupon.MinHold)
			},
			func(f coupon.Found) bool { return f.Card.Balance.Amount == 0 && !f.Lapses },
		},
		"disabled":      {set("disabled", boolean(true)), func(f coupon.Found) bool { return !f.Card.Active }},
		"moved":         {set("campaign_version", num(2)), func(f coupon.Found) bool { return f.Card.CampaignVersion == 2 }},
		"somebody's":    {set("person", str("ben")), func(f coupon.Found) bool { return f.Card.Person == "ben" }},
		"ended":         {set("expires_at", num(1)), func(f coupon.Found) bool { return !f.Card.ExpiresAt.IsZero() }},
		"not yet begun": {set("starts_at", num(int64(1)<<50)), func(f coupon.Found) bool { return !f.Card.StartsAt.IsZero() }},
	} {
		s := newSide(t)
		card, _ := s.card(1500)
		d := s.draft(s.request(card, "o-1", ""))
		c.change(s, card)
		left := s.adds(card)
		o, err := s.Redeem(t.Context(), d)
		s.must(err)
		if o.Written || o.Parts[0].Card == nil || !c.want(o.Parts[0]) || s.adds(card) != left {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// A card's row is no seat, even for who takes it for a coupon for one use.
func TestACardIsNoSeat(t *testing.T) {
	s := newSide(t)
	card, camp := s.card(1500)
	d := s.draft(s.request(card, "o-1", ""))
	part := d.Parts[0]
	part.Campaign.Terms = tenPercent().Terms
	part.Campaign.ID = camp.ID
	part.Seat = coupon.NewSeatRef(s.caller.Secrets, card.ID, false, "o-1")
	d.Parts, d.Seat = []coupon.Part{part}, part.Seat
	o, err := s.Redeem(t.Context(), d)
	s.must(err)
	if o.Written || s.adds(card) != 1500 {
		t.Errorf("%+v", o)
	}
}

// What is loaded is bounded; what is given back was spent; each just once.
func TestTopUpsAreBounded(t *testing.T) {
	s := newSide(t)
	card, _ := s.card(1000)
	key := func(n string) idem.Key { return idem.Key{ID: "top_up#" + n, Body: []byte("b")} }
	_, err := s.TopUp(t.Context(), s.space, card.ID, money.Max-1000+1, key("1"))
	s.wants("more than there can be", err, money.ErrOverflow)
	r := s.redeem(card, "o-1", "") // what it spent counts as loaded: it may come back
	_, err = s.TopUp(t.Context(), s.space, card.ID, money.Max-1000+1, key("2"))
	s.wants("more than there can be, with what was spent", err, money.ErrOverflow)
	_, err = s.TopUp(t.Context(), s.space, card.ID, money.Max-1000, key("3"))
	s.must(err)
	s.rollBack(r)
	if left := s.adds(card); left != money.Max {
		t.Errorf("%d are left", left)
	}
	w := s.cardsBack(s.space, r, coupon.EntryRollback, []coupon.CardAmount{{Coupon: card.ID, Amount: 1}}, "")
	if refused, err := s.settle(t.Context(), "test", w...); err != nil || refused == nil {
		t.Error("more came back than was spent")
	}
	soon, _ := s.card(1000, func(i *coupon.Issue) { i.ExpiresAt = s.now().Add(time.Minute) })
	s.clock.move(time.Minute)
	_, err = s.TopUp(t.Context(), s.space, soon.ID, 1, key("4"))
	s.wants("expired", err, coupon.ErrExpired)
	_, err = s.SetDisabled(t.Context(), s.space, card.ID, true)
	s.must(err)
	_, err = s.TopUp(t.Context(), s.space, card.ID, 1, key("5"))
	s.wants("disabled", err, coupon.ErrNotActive)
}

// A copy of a top-up that arrives after the first answer was forgotten finds its entry.
func TestLateTopUpIsNone(t *testing.T) {
	s := newSide(t)
	card, _ := s.card(1000)
	key := idem.Key{ID: "top_up#1", Body: []byte("b")}
	_, err := s.TopUp(t.Context(), s.space, card.ID, 500, key)
	s.must(err)
	late := s.wire.last()
	_, err = s.db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{ // as the table does after a day
		TableName: &s.tables.Coupons, Key: onceKey(s.space, key),
	})
	s.must(err)
	if s.again(late) || s.adds(card) != 1500 {
		t.Error("a late copy loaded the card again")
	}
}

// Late copies of what changed a card change nothing more.
func TestLateCopiesLeaveCardsAlone(t *testing.T) {
	s := newSide(t)
	card, _ := s.card(3000)
	late := []any{s.wire.last()}
	check := func(when string, left int64) {
		t.Helper()
		late = append(late, s.wire.last())
		for n, input := range late {
			if s.again(input) {
				t.Errorf("%s: write %d took effect again", when, n)
			}
		}
		if got := s.adds(card); got != left {
			t.Errorf("%s: %d are left, want %d", when, got, left)
		}
	}
	for range 2 {
		r := s.redeem(card, "o-1", "")
		check("redeemed", 2000)
		_, _, err := s.Rollback(t.Context(), s.space, r.ID, coupon.Undo{Return: "ret-1", Lines: []coupon.ReturnedLine{{ID: "1", Quantity: 1}}, Gift: 400})
		s.must(err)
		check("returned in part", 2400)
		s.rollBack(r)
		check("rolled back", 3000)
		hold := s.request(card, "o-2", "")
		hold.Hold = coupon.DefaultHold
		held, _, err := coupon.TakeHold(t.Context(), s, hold)
		s.must(err)
		check("held", 2000)
		id, _ := coupon.HeldRedemptionID(held.ID)
		_, _, err = s.Release(t.Context(), s.space, id)
		s.must(err)
		check("released", 3000)
	}
}

// Holds that lapsed at a card are found, more than one request takes back, too.
func TestLapsedHoldsOfACardAreTakenBack(t *testing.T) {
	s := newSide(t)
	busy, _ := s.card(1000)
	long := s.request(busy, "o-long", "")
	long.Hold = coupon.DefaultHold
	_, _, err := coupon.TakeHold(t.Context(), s, long)
	s.must(err)
	card, camp := s.card(14_000)
	for i := range 14 {
		r := s.request(card, fmt.Sprint("o-", i), "")
		r.Hold = coupon.MinHold
		_, _, err := coupon.TakeHold(t.Context(), s, r)
		s.must(err)
	}
	s.clock.move(2 * coupon.MinHold)
	_, _, err = coupon.Redeem(t.Context(), s, s.request(busy, "o-1", ""))
	s.wants("a hold that could have lapsed, and has not", err, coupon.ErrBalanceExhausted)
	for i := range 14 {
		if r := s.redeem(card, fmt.Sprint("sale-", i), ""); r.GiftApplied != 1000 {
			t.Fatalf("sale %d: %+v", i, r)
		}
	}
	if left := s.adds(card); left != 0 {
		t.Errorf("%d are left", left)
	}
	for id := range s.rows() {
		if strings.HasPrefix(id, rowID(couponKey(s.space, card.ID))+"#hold#") {
			t.Errorf("%s is still there", id)
		}
	}
	if drifts, err := s.Audit(t.Context(), s.space, camp.ID); err != nil || len(drifts) != 0 {
		t.Errorf("the auditor finds %+v %v", drifts, err)
	}
}

// A hold that was drafted first and written last lapses before the one that overtook it.
func TestOvertakenHoldIsFoundWhenItLapses(t *testing.T) {
	s := newSide(t)
	card, _ := s.card(2000)
	slow, fast := s.request(card, "o-slow", ""), s.request(card, "o-fast", "")
	slow.Hold, fast.Hold = coupon.MinHold, coupon.MinHold
	overtaken := s.draft(slow)
	s.clock.move(10 * time.Second)
	fast.Now = s.now()
	_, _, err := coupon.TakeHold(t.Context(), s, fast)
	s.must(err)
	if o, err := s.Redeem(t.Context(), overtaken); err != nil || !o.Written {
		t.Fatalf("%+v %v", o, err)
	}
	s.clock.move(overtaken.Until.Sub(s.now()))
	if r := s.redeem(card, "o-next", ""); r.GiftApplied != 1000 {
		t.Errorf("%+v", r)
	}
}

// The auditor notices a balance that its ledger does not explain.
func TestAuditComparesCards(t *testing.T) {
	for name, change := range map[string]string{
		"left":   "balance_left = balance_left + :n, balance_loaded = balance_loaded + :n",
		"loaded": "balance_loaded = balance_loaded + :n",
	} {
		s := newSide(t)
		card, camp := s.card(1000)
		w := write{
			table: s.tables.Coupons, key: couponKey(s.space, card.ID), update: "SET " + change,
			condition: "attribute_exists(code)", values: item{":n": num(1)},
		}
		_, err := s.settle(t.Context(), "test", w)
		s.must(err)
		drifts, err := s.Audit(t.Context(), s.space, camp.ID)
		s.must(err)
		if len(drifts) == 0 || drifts[0].Kind() != "balance" {
			t.Errorf("%s: %+v", name, drifts)
		}
	}
}
