package coupon

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/order"
)

func giftTerms() Terms {
	return Terms{Rewards: []Reward{{Type: GiftBalance, Currency: "EUR"}}, Reason: Reason{"weil", "because"}}
}

// drawCards is a draft of an order with cards of known balances, and perhaps a
// discount somewhere among them.
func drawCards(t *rapid.T) (Draft, []int64) {
	o := order.Order{ID: "o-1", Currency: "EUR", ShippingAmount: rapid.Int64Range(0, 500).Draw(t, "shipping")}
	o.Lines = []order.Line{{ID: "1", Quantity: 1, UnitAmount: rapid.Int64Range(0, 3000).Draw(t, "amount")}}
	totals, err := o.Check()
	if err != nil {
		t.Fatal(err)
	}
	d := Draft{Request: Request{Order: o, Totals: totals, Now: noon}}
	var balances []int64
	for i := range rapid.IntRange(1, 4).Draw(t, "codes") {
		p := Part{Index: i, Target: Target{Campaign: Campaign{ID: fmt.Sprint("camp_", i%2), Active: true}, Coupon: Coupon{ID: fmt.Sprint("cpn_", i)}}}
		switch rapid.SampledFrom([]string{"card", "card", "card", "discount", "refused"}).Draw(t, "kind") {
		case "card":
			p.Terms, p.Balance = giftTerms(), rapid.Int64Range(1, 2000).Draw(t, "balance")
		case "discount":
			p.Terms.Rewards = []Reward{{Type: PercentOff, PercentOff: drawPercent(t)}}
		default:
			p.Terms, p.Balance, p.Closed = giftTerms(), 2000, ErrNotActive
		}
		p.Campaign.Terms = p.Terms
		d.Wishes, d.Parts, balances = append(d.Wishes, Wish{}), append(d.Parts, p), append(balances, p.Balance)
	}
	d.price()
	d.tender()
	return d, balances
}

// Cards pay between nothing and all that is due, none more than it has, and in
// their order: a later one pays only where the earlier ones are spent.
func TestCardsPayWhatIsDue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, balances := drawCards(t)
		r := d.Redemption()
		var sum int64
		spentAll := true
		for i, p := range d.Parts {
			a := r.Codes[i]
			if !p.Campaign.Tender() || p.Refused() {
				if a.GiftApplied != 0 {
					t.Fatalf("%d pays %d", i, a.GiftApplied)
				}
				continue
			}
			if a.GiftApplied < 0 || a.GiftApplied > balances[i] || a.Discount != 0 || a.GiftApplied > 0 && !spentAll {
				t.Fatalf("card %d of %d pays %d", i, balances[i], a.GiftApplied)
			}
			spentAll = spentAll && a.GiftApplied == balances[i]
			sum += a.GiftApplied
		}
		due := r.Subtotal + r.ShippingAmount - r.Discount
		if sum != r.GiftApplied || sum > due || r.AmountDue != due-sum || r.AmountDue > 0 && !spentAll {
			t.Fatalf("%d are due, %d paid: %+v", due, sum, r)
		}
	})
}

// However what cards paid goes back, in whatever parts, it sums to what they
// paid, for each card; and what is said to go back is what the cards get.
func TestWhatGoesBackToCardsSumsToWhatTheyPaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, _ := drawCards(t)
		r := d.Redemption()
		r.ID = "rdm_1"
		paid, back := map[string]int64{}, map[string]int64{}
		for _, c := range r.Paid() {
			paid[c.Coupon] += c.Amount
		}
		take := func(u Undo) {
			after, b, err := r.Undo(u, noon)
			if err != nil {
				t.Fatal(err)
			}
			var sum int64
			for _, c := range b.Cards {
				back[c.Coupon] += c.Amount
				sum += c.Amount
			}
			if sum != b.GiftAmount || len(u.Lines) > 0 && sum != u.Gift {
				t.Fatalf("%+v gives %+v", u, b)
			}
			r = after
		}
		for n := 0; r.Status == Redeemed && rapid.Bool().Draw(t, "another"); n++ {
			gift := rapid.Int64Range(0, r.GiftApplied-r.GiftBack).Draw(t, "gift")
			take(Undo{Return: fmt.Sprint("ret-", n), Lines: []ReturnedLine{{ID: "other", Quantity: 1}}, Gift: gift, followed: gift == 0})
		}
		if r.Status == Redeemed {
			take(Undo{})
		}
		if fmt.Sprint(paid) != fmt.Sprint(back) || r.GiftBack != r.GiftApplied || len(r.Paid()) != 0 {
			t.Fatalf("paid %v, back %v", paid, back)
		}
	})
}

func TestCardCodesAreLong(t *testing.T) {
	code, err := NewCardCode(rand.Reader, "ABCD")
	if err != nil || len(code) != PrefixSize+16 || code.Prefix() != "ABCD" {
		t.Errorf("%s %v", code, err)
	}
}

// What is found of a card, in its order.
func TestExplainCards(t *testing.T) {
	card := func(change func(*Coupon)) *Coupon {
		c := &Coupon{Active: true, CampaignVersion: 3, Balance: &Balance{Amount: 700, Currency: "EUR"}}
		change(c)
		return c
	}
	same := func(*Coupon) {}
	empty := func(c *Coupon) { c.Balance.Amount = 0 }
	unknown := Guess{Version: 3, Balance: unread}
	known := Guess{Version: 3, Balance: 700}
	for name, c := range map[string]struct {
		guess   Guess
		found   Found
		err     error
		learned *Guess
	}{
		"fits":                       {guess: known, found: Found{Card: card(same)}},
		"not read":                   {guess: known, found: Found{}},
		"balance unknown":            {guess: unknown, found: Found{Card: card(same)}, learned: &known},
		"less than thought":          {guess: Guess{Version: 3, Balance: 900}, found: Found{Card: card(same)}, learned: &known},
		"more than thought":          {guess: Guess{Version: 3, Balance: 600}, found: Found{Card: card(same)}},
		"nothing left":               {guess: known, found: Found{Card: card(empty)}, err: ErrBalanceExhausted},
		"nothing left, but a hold":   {guess: Guess{Version: 3}, found: Found{Card: card(empty), Lapses: true}},
		"no such card":               {guess: unknown, found: Found{Card: &Coupon{}}, err: ErrUnknown},
		"disabled":                   {guess: unknown, found: Found{Card: card(func(c *Coupon) { c.Active = false })}, err: ErrNotActive},
		"expired":                    {guess: unknown, found: Found{Card: card(func(c *Coupon) { c.ExpiresAt = noon })}, err: ErrExpired},
		"older, used and given back": {guess: unknown, found: Found{Card: card(func(c *Coupon) { c.CampaignVersion = 2 }), Seat: Seat{Exists: true, Attempt: 1}}, learned: &Guess{Version: 2, Attempt: 1, Balance: 700}},
		"another's, and unknown":     {guess: unknown, found: Found{Card: card(func(c *Coupon) { c.Person = "ben" })}, err: ErrOtherCustomer},
	} {
		d := testDraft(t, false, func(_ *Request, target *Target) { target.Campaign.Terms = giftTerms() })
		d.Parts[0].Guess, d.Parts[0].Spend, d.Parts[0].Misfit = c.guess, 0, nil
		d.tender()
		v := d.explain(0, c.found)
		if (v.err == nil) != (c.err == nil) || !errors.Is(v.err, c.err) ||
			(v.guess == nil) != (c.learned == nil) || v.guess != nil && *v.guess != *c.learned {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
