package consent

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

func fact(t *rapid.T) Consent {
	return Consent{
		ID:         rapid.StringMatching("con_[ab]").Draw(t, "id"),
		OccurredAt: time.UnixMilli(1_700_000_000_000 + rapid.Int64Range(0, 3).Draw(t, "ms")),
		Status:     rapid.SampledFrom([]Status{Granted, Denied, Withdrawn}).Draw(t, "status"),
	}
}

// Whatever the order and however often, one fact counts: none that was said
// later says otherwise, and at its instant nothing says a plainer no.
func TestStandingIsAnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(rapid.Custom(fact), 1, 8).Draw(t, "facts")
		end := func(order []int) (best Consent) {
			for _, i := range order {
				if best.ID == "" || best.Standing() < facts[i].Standing() {
					best = facts[i]
				}
			}
			return best
		}
		all := make([]int, len(facts))
		for i := range all {
			all[i] = i
		}
		shuffled := append(rapid.Permutation(all).Draw(t, "order"), rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, "again")...)
		counts := end(all)
		if end(shuffled) != counts {
			t.Fatalf("%v: %v, in another order %v", facts, counts, end(shuffled))
		}
		for _, f := range facts {
			if f.OccurredAt.After(counts.OccurredAt) || f.OccurredAt.Equal(counts.OccurredAt) && f.Status == Withdrawn && counts.Status != Withdrawn {
				t.Fatalf("%v counts, not %v", counts, f)
			}
		}
	})
}

func TestGate(t *testing.T) {
	reachable := customer.Customer{Version: 1, Identities: []customer.Identity{{Field: customer.FieldEmail, Person: "e"}, {Field: customer.FieldPhone, Person: "p"}}}
	reachable.Address.Lines = []string{"Lindenstraße 7"}
	for _, c := range []struct {
		c       customer.Customer
		channel Channel
		counts  Consent
		want    Reason
	}{
		{reachable, Email, Consent{Status: Granted}, ""},
		{reachable, Email, Consent{Status: Granted, Address: "e"}, ""},
		{reachable, SMS, Consent{Status: Granted, Address: "p"}, ""},
		{reachable, Phone, Consent{Status: Granted}, ""},
		{reachable, Post, Consent{Status: Granted}, ""},
		{reachable, Push, Consent{Status: Granted}, ""},
		{reachable, Email, Consent{Status: Granted, Address: "old"}, AddressNotConfirmed},
		{reachable, Email, Consent{}, ConsentMissing},
		{reachable, Email, Consent{Status: Requested}, ConsentMissing},
		{reachable, Email, Consent{Status: Denied}, ConsentDenied},
		{reachable, Email, Consent{Status: Withdrawn}, ConsentWithdrawn},
		{customer.Customer{Version: 1}, Email, Consent{Status: Granted}, AddressMissing},
		{customer.Customer{Version: 1}, SMS, Consent{Status: Granted}, AddressMissing},
		{customer.Customer{Version: 1}, Post, Consent{Status: Granted}, AddressMissing},
		{customer.Customer{Version: 1}, Push, Consent{Status: Granted}, ""},
		{customer.Customer{}, Push, Consent{Status: Granted}, CustomerUnknown},
	} {
		if may, reason := Gate(c.c, Subject{"marketing", c.channel}, c.counts); reason != c.want || may != (c.want == "") {
			t.Errorf("%v by %s: %v %s, want %s", c.counts, c.channel, may, reason, c.want)
		}
	}
}

var holder = Holder{shop.Space{Shop: "shop_4ggjvy9hcf9zw", Live: true}, ident.Encode("", []byte("ten bytes!"))}

func TestLeaveTokens(t *testing.T) {
	key, other := shop.Subkey("a key"), shop.Subkey("another")
	for _, channel := range channels {
		about := Subject{"marketing_2026", channel}
		token, err := LeaveToken(key, holder, about)
		if err != nil {
			t.Fatal(err)
		}
		l, ok := ReadLeaving(token)
		if !ok || l.Holder != holder || l.Subject != about || !l.Check(key) || l.Check(other) || len(token) > 200 {
			t.Errorf("%s: %+v", token, l)
		}
	}
}

func FuzzTokens(f *testing.F) {
	key := shop.Subkey("a key")
	token, err := LeaveToken(key, holder, Subject{"m", Email})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add("cct_4ggjvy9hcf9zw")
	f.Fuzz(func(t *testing.T, text string) {
		if l, ok := ReadLeaving(text); ok && l.Check(key) {
			if again, err := LeaveToken(key, l.Holder, l.Subject); err != nil || again != text {
				t.Errorf("%q is %q (%v)", text, again, err)
			}
		}
		ReadConfirmation(text)
	})
}
