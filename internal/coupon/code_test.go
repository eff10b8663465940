package coupon

import (
	"crypto/rand"
	"strings"
	"testing"
	"testing/iotest"
)

func TestCodesAreReadAsTyped(t *testing.T) {
	for typed, want := range map[string]Code{
		"7kq4-m2xc-9pda": "7KQ4M2XC9PDA", " 7KQ4 M2XC 9PDA ": "7KQ4M2XC9PDA", "7KQ4–M2XC—9PDA": "7KQ4M2XC9PDA",
		"Willkommen": "W111K0MMEN", "SUMMER26": "SUMMER26", "summer 26": "SUMMER26", "OIL0": "0110",
	} {
		if got, err := ParseCode(typed); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", typed, got, err, want)
		}
	}
	for _, wrong := range []string{"", "ABC", "A-B-C", "СУММЕR", "ABCD\x00", "ABCD!", "ＡＢＣＤ", "ÄBCD", strings.Repeat("A", 41), strings.Repeat(" ", 1000)} {
		if got, err := ParseCode(wrong); err == nil {
			t.Errorf("%q is read as %q", wrong, got)
		}
	}
}

func TestRandomCodes(t *testing.T) {
	prefix, err := NewPrefix(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Code]bool{}
	for range 1000 {
		c, err := NewCode(rand.Reader, prefix)
		if err != nil || seen[c] || c.Prefix() != prefix || len(c) != PrefixSize+randomSize {
			t.Fatalf("%q %v", c, err)
		}
		seen[c] = true
		if back, err := ParseCode(c.Grouped()); err != nil || back != c {
			t.Fatalf("%q is shown as %q and read as %q", c, c.Grouped(), back)
		}
	}
	if _, err := NewCode(iotest.ErrReader(iotest.ErrTimeout), prefix); err == nil {
		t.Error("a code without randomness")
	}
}

func TestCheckNamed(t *testing.T) {
	for name, ok := range map[string]bool{"SUMMER26": true, "Danke-Anna": true, "SUMMЕR26": false, "7KQ4–M2XC": false, "ab": false} {
		if err := CheckNamed(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A code that is read reads as itself, whatever was typed.
func FuzzParseCode(f *testing.F) {
	f.Add("7KQ4-M2XC-9PDA")
	f.Add("Sommer–Überraschung")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			return
		}
		if again, err := ParseCode(string(c)); err != nil || again != c || len(c.Prefix()) != PrefixSize {
			t.Errorf("%q → %q → %q %v", s, c, again, err)
		}
	})
}

func FuzzParseRedemptionID(f *testing.F) {
	f.Add("rdm_dpmfj6jy4bhzrakh0000")
	f.Fuzz(func(t *testing.T, id string) {
		if seat, attempt, ok := ParseRedemptionID(id); ok && RedemptionID(seat, attempt) != id {
			t.Errorf("%q is also %q", id, RedemptionID(seat, attempt))
		}
	})
}
