package consent

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/customer"
)

func lives(email, near bool) customer.Customer {
	c := customer.Customer{Version: 1}
	if email {
		c.Identities = []customer.Identity{{Field: customer.FieldEmail, Person: "own"}}
	}
	if near {
		c.Address.Lines = []string{"Lindenstraße 7"}
	}
	return c
}

// A grant is for the address that the former customer had; anything else is as it was said.
func TestUnder(t *testing.T) {
	j := customer.Joined{Identities: []customer.Identity{{Field: customer.FieldEmail, Person: "theirs"}}}
	near := j
	near.Near = true
	for _, c := range []struct {
		f    Consent
		j    customer.Joined
		want string
	}{
		{Consent{Subject: Subject{"m", Email}, Status: Granted}, j, "theirs"},
		{Consent{Subject: Subject{"m", Email}, Status: Granted, Address: "confirmed"}, j, "confirmed"},
		{Consent{Subject: Subject{"m", Email}, Status: Denied}, j, ""},
		{Consent{Subject: Subject{"m", SMS}, Status: Granted}, j, elsewhere},
		{Consent{Subject: Subject{"m", Phone}, Status: Granted}, j, elsewhere},
		{Consent{Subject: Subject{"m", Post}, Status: Granted}, j, elsewhere},
		{Consent{Subject: Subject{"m", Post}, Status: Granted}, near, ""},
		{Consent{Subject: Subject{"m", Push}, Status: Granted}, j, ""},
	} {
		if got := c.f.Under(c.j); got.Address != c.want || got.Status != c.f.Status {
			t.Errorf("%+v: %q, want %q", c.f, got.Address, c.want)
		}
	}
}

// A merge makes nobody reachable against what was said last, and no address that
// neither of the two could be reached at before.
func TestMergingReachesNobodyElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		about := Subject{"m", rapid.SampledFrom(channels).Draw(t, "channel")}
		draw := func(who string) Consent {
			f := fact(t)
			f.ID, f.Subject = fmt.Sprint("con_", who, f.ID), about
			if f.Status == Granted && about.Channel == Email && rapid.Bool().Draw(t, "confirmed") {
				f.Address = who
			}
			return f
		}
		into, from := lives(true, true), lives(true, false)
		from.Identities = []customer.Identity{{Field: customer.FieldEmail, Person: "theirs"}}
		own, theirs := draw("own"), draw("theirs")
		if rapid.Bool().Draw(t, "one address") {
			from.Identities, from.Address = into.Identities, into.Address
		}
		j := into.Absorbing(from, from.UpdatedAt).Joined[0]
		said := []Consent{own, theirs.Under(j)}
		if rapid.Bool().Draw(t, "the other way round") {
			slices.Reverse(said)
		}
		may, _ := Gate(into, about, Counting(into, said))
		was, _ := Gate(into, about, own)
		elsewhere, _ := Gate(from, about, theirs)
		same := slices.Equal(into.Identities, from.Identities) || about.Channel == Push
		last := Last([]Consent{own, theirs})
		switch {
		case may && last.Status != Granted:
			t.Fatalf("reached against %+v", last)
		case may && !was && (!same || !elsewhere):
			t.Fatalf("reached at an address that nothing was granted for: %+v", said)
		case last.Status == Granted && was && !may:
			t.Fatalf("reached no more, though nothing was taken back: %+v", said)
		}
	})
}
