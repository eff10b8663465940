package dynamo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
)

var pastStart = time.Date(2025, 1, 1, 12, 0, 0, 0, time.UTC)

// somePast tells orders of a few people over two years, at times that collide.
func (s *side) somePast(r *rand.Rand, n int) (all []order.Record) {
	s.t.Helper()
	for i := range n {
		all = append(all, s.sell(fmt.Sprint("o-", i), placedAt(pastStart.Add(time.Duration(r.IntN(40))*18*24*time.Hour)), func(t *order.Told) {
			who := r.IntN(5)
			t.Status = []order.Status{order.Paid, order.Fulfilled, order.Placed, order.Cancelled, order.Refunded}[min(r.IntN(12), 4)]
			t.Customer, t.Person = []string{"c-1", "c-2", "", "", ""}[who], []string{"anna", "ben", "guest", "joined", ""}[who]
			t.Currency = []string{"EUR", "EUR", "CHF"}[r.IntN(3)]
			t.Lines[0].UnitAmount, t.Lines[0].UnitCost = int64(500+r.IntN(4000)), int64(r.IntN(3)*1500)
		}))
	}
	slices.SortFunc(all, func(a, b order.Record) int { return cmp.Or(a.PlacedAt.Compare(b.PlacedAt), cmp.Compare(a.ID, b.ID)) })
	return all
}

// supplied are the orders of a span as a shop that knows all its orders sends
// them, with the facts that they tell, worked out one by one.
func supplied(all []order.Record, home func(string) string, from, until time.Time) (history []coupon.PastOrder, cancelled int) {
	names := map[string]customer.Ref{"anna": {ID: "c-1"}, "ben": {ID: "c-2"}, "guest": {Email: "guest@example.org"}, "joined": {Email: "joined@example.org"}}
	for i, r := range all {
		switch {
		case r.PlacedAt.Before(from) || !until.IsZero() && !r.PlacedAt.Before(until):
			continue
		case !r.Counts():
			cancelled++
			continue
		}
		past := coupon.PastOrder{Order: r.Order, Customer: names[home(r.Person)]}
		if r.Person != "" {
			var f customer.Figures
			for _, before := range all[:i] {
				if home(before.Person) == home(r.Person) {
					f = f.Add(contributionOf(before))
				}
			}
			past.Facts = customer.FactsAt(f, customer.Thresholds{}, "", r.Currency, r.PlacedAt)
		}
		history = append(history, past)
	}
	return history, cancelled
}

// someCampaign asks for what orders tell of customers; of one whom a guest has
// become not by name, which the guest's orders do not have.
func someCampaign(r *rand.Rand, named bool) coupon.Campaign {
	three := int64(r.IntN(4))
	some := func(n int64) int64 { return int64(r.IntN(2)) * n }
	d := coupon.Definition{
		Limits: coupon.Limits{
			MaxRedemptions: some(15), MaxRedemptionsPerCustomer: some(2), MaxRedemptionsPerDay: some(1), Budget: coupon.BudgetLimit{Amount: some(9000), Currency: "EUR"},
		},
		Terms: coupon.Terms{Rewards: []coupon.Reward{{Type: coupon.PercentOff, PercentOff: "20"}}, Rules: coupon.Rules{Currency: "EUR"}},
	}
	switch r.IntN(7) {
	case 0:
		d.Rules.FirstOrderOnly = true
	case 1:
		d.Rules.MinimumOrdersCount, d.Rules.MaximumOrdersCount = three, nil
	case 2:
		d.Rules.MinimumSpent, d.Rules.MaximumSpent = 1+some(6000), some(20000)
	case 3:
		d.Rules.MinimumDaysSinceLastOrder = 1 + some(60)
	case 4:
		d.Rules.Stages = []customer.Stage{customer.Loyal, customer.Lapsed, customer.WonBack, customer.FirstTime}[r.IntN(4):]
	case 5:
		if named {
			d.Rules.Customers = []string{"c-1"}
		}
	}
	return coupon.Campaign{ID: "camp_1", Version: 1, Definition: d}
}

// shown is a forecast as callers see it, without what only stored orders have.
func shown(t *testing.T, f coupon.Forecast) string {
	t.Helper()
	f.OfStored = coupon.OfStored{}
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A forecast over stored orders is the one over the same orders, supplied with the
// facts that they tell; in pages it is that of each page.
func TestForecastOfStoredIsOfSupplied(t *testing.T) {
	for n := range 3 {
		s, seed := newSide(t), rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		all := s.somePast(r, 60)
		joined := n > 0
		if joined { // a guest's address is anna's by now
			(&story{s: s}).joins(t.Context(), s.Store, "joined", "anna")
		}
		home := func(person string) string {
			if joined && person == "joined" {
				return "anna"
			}
			return person
		}
		for range 25 {
			c, limit := someCampaign(r, !joined), 1+r.IntN(70)
			from, until := pastStart.Add(time.Duration(r.IntN(300))*24*time.Hour), time.Time{}
			if r.IntN(2) == 0 {
				until = from.Add(time.Duration(r.IntN(400)) * 24 * time.Hour)
			}
			s.replays(c, all, home, from, until, limit)
			if t.Failed() {
				t.Fatalf("seed %d: %+v, %d each", seed, c.Definition, limit)
			}
		}
	}
}

// replays compares, page by page. A page that ends in the midst has the orders up to its last one.
func (s *side) replays(c coupon.Campaign, all []order.Record, home func(string) string, from, until time.Time, limit int) {
	s.t.Helper()
	history, cancelled := supplied(all, home, from, until)
	replayed := 0
	for after := ""; ; {
		h := c.History(order.Filter{}.Span, after, limit, s.now())
		h.From, h.Until = from, until
		past, err := s.PastOrders(s.t.Context(), s.space, h)
		s.must(err)
		got, err := c.ForecastOver(past, s.now())
		s.must(err)
		page := history[replayed : replayed+len(past.Orders)]
		want, err := c.Forecast(slices.Clone(page), s.now())
		s.must(err)
		if shown(s.t, got) != shown(s.t, want) {
			s.t.Errorf("%s\nwant %s", shown(s.t, got), shown(s.t, want))
		}
		replayed, cancelled = replayed+len(past.Orders), cancelled-got.Cancelled
		if got.HasMore != (past.Next != "") || len(past.Orders)+past.Cancelled != limit && got.HasMore {
			s.t.Errorf("%d and %d of %d, more: %t", len(past.Orders), past.Cancelled, limit, got.HasMore)
		}
		if after = past.Next; after == "" {
			break
		}
	}
	if replayed != len(history) || cancelled != 0 {
		s.t.Errorf("%d of %d were replayed, %d cancelled ones are missing", replayed, len(history), cancelled)
	}
}

// Reading ends when it is late, after a part at least, and goes on from there.
func TestReplayEndsInTime(t *testing.T) {
	s, r := newSide(t), rand.New(rand.NewPCG(1, 1))
	all := s.somePast(r, 130)
	c := coupon.Campaign{}
	h := c.History(order.Filter{}.Span, "", coupon.MostReplayed, s.now())
	h.Deadline = s.now()
	first, err := s.PastOrders(t.Context(), s.space, h)
	s.must(err)
	h.After = first.Next
	rest, err := s.PastOrders(t.Context(), s.space, h)
	s.must(err)
	if n := len(first.Orders) + first.Cancelled; n != maxBatch || first.Next == "" || rest.Next != "" {
		t.Errorf("%d, more: %q and %q", n, first.Next, rest.Next)
	}
	for i, p := range slices.Concat(first.Orders, rest.Orders) {
		all = slices.DeleteFunc(all, func(r order.Record) bool { return !r.Counts() })
		if p.Order.ID != all[i].ID {
			t.Fatalf("%d is %s, not %s", i, p.Order.ID, all[i].ID)
		}
	}
	h.After, h.Deadline = "", s.now().Add(1)
	if whole, err := s.PastOrders(t.Context(), s.space, h); err != nil || whole.Next != "" {
		t.Errorf("%v %q", err, whole.Next)
	}
}

// An order that has moved out of the span, and one that is gone, are not replayed.
func TestReplayOfWhatMoves(t *testing.T) {
	s := newSide(t)
	for _, id := range []string{"o-1", "o-2", "o-3"} {
		s.sell(id, placedAt(pastStart))
	}
	s.put(s.told("o-1", 2, placedAt(pastStart.Add(time.Hour)))) // and nobody has followed it
	s.must(s.drop(t.Context(), s.tables.Orders, orderKey(s.space, "o-2")))
	h := coupon.Campaign{}.History(order.Filter{}.Span, "", 10, s.now())
	h.From, h.Until = pastStart, pastStart.Add(time.Minute)
	if past, err := s.PastOrders(t.Context(), s.space, h); err != nil || len(past.Orders) != 1 || past.Orders[0].Order.ID != "o-3" {
		t.Errorf("%+v %v", past, err)
	}
}

// Of who has ordered more than is gone through, nothing is told; of the others all is.
func TestLongestPast(t *testing.T) {
	s := newSide(t)
	for i := range 4 {
		s.sell(fmt.Sprint("o-", i), placedAt(pastStart.Add(time.Duration(i)*time.Hour)))
	}
	s.sell("o-x", placedAt(pastStart), status(order.Cancelled)) // which counts as none
	s.sell("p-1", placedAt(pastStart.Add(time.Hour)), func(t *order.Told) { t.Person = "ben" })
	c := coupon.Campaign{}
	c.Rules.MinimumOrdersCount = 1
	for longest, unknown := range map[int]int{2: 4, 3: 0} { // before the last one there are three
		h := c.History(order.Filter{}.Span, "", 10, s.now())
		h.Longest = longest
		past, err := s.PastOrders(t.Context(), s.space, h)
		s.must(err)
		none := 0
		for _, p := range past.Orders {
			if p.Facts.OrdersCount == nil {
				none++
			}
		}
		if len(past.Orders) != 5 || none != unknown {
			t.Errorf("%d at most: nothing is known of %d in %d", longest, none, len(past.Orders))
		}
	}
}
