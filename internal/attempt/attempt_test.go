package attempt

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

func TestNetworkOf(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.1":                    "192.0.2.0/24",
		"192.0.2.255":                  "192.0.2.0/24",
		"192.0.3.0":                    "192.0.3.0/24",
		"192.0.2.1:1234":               "192.0.2.0/24",
		"::ffff:192.0.2.1":             "192.0.2.0/24",
		"[::ffff:192.0.2.1]:80":        "192.0.2.0/24",
		"2001:db8:1:2:3:4:5:6":         "2001:db8:1::/48",
		"2001:db8:1:ffff::":            "2001:db8:1::/48",
		"2001:db8:2::":                 "2001:db8:2::/48",
		"[2001:db8:1::1]:443":          "2001:db8:1::/48",
		"fe80::1%eth0":                 "fe80::/48",
		"[fe80::1%eth0]:80":            "fe80::/48",
		"":                             nowhere,
		"192.0.2":                      nowhere,
		"192.0.2.1, 198.51.100.7":      nowhere,
		"192.0.2.256":                  nowhere,
		"0300.0.2.1":                   nowhere,
		"192.0.2.1:99999":              nowhere,
		"2001:db8:1::1:443x":           nowhere,
		"localhost:80":                 nowhere,
		"@":                            nowhere,
		"2001:0db8:0001:0:0:0:0:1/128": nowhere,
	} {
		if got := NetworkOf(remote); got != want {
			t.Errorf("%q: %q, want %q", remote, got, want)
		}
	}
}

// Whatever comes is a network; two spellings of one address are of one network.
func FuzzNetworkOf(f *testing.F) {
	for _, s := range []string{"192.0.2.1:80", "[2001:db8::1%x]:80", "::ffff:1.2.3.4", "", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := NetworkOf(s)
		if n == "" || len(n) > len("ffff:ffff:ffff::/48") || n != NetworkOf(s) {
			t.Errorf("%q: %q", s, n)
		}
	})
}

// Windows follow each other without gap or overlap, and nothing is told to wait
// for nothing or for longer than a window.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Budget{Failures: 1, Window: time.Duration(rapid.Int64Range(1, 1440).Draw(t, "minutes")) * time.Minute}
		at := time.UnixMilli(rapid.Int64Range(946684800000, 4102444800000).Draw(t, "at"))
		w := b.At(at)
		begins := w.Ends.Add(-b.Window)
		if at.Before(begins) || !at.Before(w.Ends) {
			t.Fatalf("%v lies not in [%v, %v)", at, begins, w.Ends)
		}
		if b.At(begins) != w || b.At(w.Ends).Number != w.Number+1 || b.At(begins.Add(-time.Millisecond)).Number != w.Number-1 {
			t.Fatalf("the neighbours of %v are no neighbours", w)
		}
		f, _ := fault.As(b.refusal(at))
		wait, _ := f.Args[fault.RetryAfter].(int64)
		if wait < 1 || time.Duration(wait)*time.Second >= b.Window+time.Second || b.At(at.Add(time.Duration(wait)*time.Second)) == w {
			t.Fatalf("at %v come back in %d s, the window ends %v", at, wait, w.Ends)
		}
	})
}

func TestBudgets(t *testing.T) {
	for _, b := range []Budget{Network, Customer, Key} {
		if b.Spent(b.Failures-1) || !b.Spent(b.Failures) || b.Shards < 1 || b.Window != 10*time.Minute {
			t.Errorf("%+v", b)
		}
		if got := b.Estimate(b.Failures / b.Shards); got != b.Failures {
			t.Errorf("%s: evenly spread, %d failures look like %d", b.Scope, b.Failures, got)
		}
	}
	if err := Key.refusal(time.UnixMilli(0)); !errors.Is(err, ErrTooManyWrongCodes) {
		t.Error(err)
	}
}

// A browser is known by key and network, a shop's server by its key, and its customers by themselves.
func TestParties(t *testing.T) {
	page := func(key, network string) shop.Caller {
		return shop.Caller{Key: shop.Key{ID: key, Kind: shop.Publishable}, Network: network}
	}
	server := shop.Caller{Key: shop.Key{ID: "key_1", Kind: shop.Secret}, Network: "192.0.2.0/24"}
	names := map[string]bool{}
	for _, c := range []shop.Caller{page("key_1", "192.0.2.0/24"), page("key_2", "192.0.2.0/24"), page("key_1", "192.0.3.0/24"), server} {
		p := Parties(c, "")
		if len(p) != 1 || names[p[0].Name] {
			t.Errorf("%+v", p)
		}
		names[p[0].Name] = true
	}
	if p := Parties(page("key_1", "192.0.2.0/24"), "anna"); len(p) != 1 || p[0].Scope != "network" {
		t.Errorf("a page names nobody: %+v", p)
	}
	elsewhere := server
	elsewhere.ID, elsewhere.Network = "key_2", "198.51.100.0/24"
	one, other := Parties(server, "anna"), Parties(elsewhere, "anna")
	if len(one) != 2 || one[0].Scope != "key" || one[1] != other[1] || one[0] == other[0] || Parties(server, "ben")[1] == one[1] {
		t.Errorf("%+v %+v", one, other)
	}
}
