package money

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPercentRoundsHalfUp(t *testing.T) {
	for _, c := range []struct {
		percent      string
		amount, want int64
	}{
		{"12.5", 4900, 613},
		{"10", 4905, 491},
		{"10", 4904, 490},
		{"0.0001", 1_000_000, 1},
		{"0.0001", 499_999, 0},
		{"100", Max, Max},
		{"33.3333", 3, 1},
		{"50", 1, 1},
	} {
		p, err := ParsePercent(c.percent)
		if err != nil || p.Of(c.amount) != c.want {
			t.Errorf("%s %% of %d: %d (%v), want %d", c.percent, c.amount, p.Of(c.amount), err, c.want)
		}
	}
}

func TestParsePercentRefuses(t *testing.T) {
	for _, s := range []string{"", "0", "0.0", "100.0001", "101", "-1", "+5", "1e1", "1.", ".5", "12,5", "1.00001", " 5", "0x5", "१", "99999999999999999999"} {
		if p, err := ParsePercent(s); err == nil {
			t.Errorf("%q is read as %d", s, p)
		}
	}
}

// Of agrees with exact arithmetic: floor(amount × p / 10⁶ + 1/2).
func TestPercentIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, amount := rapid.Int64Range(1, hundred).Draw(t, "p"), rapid.Int64Range(0, Max).Draw(t, "amount")
		want := new(big.Int).Mul(big.NewInt(p), big.NewInt(amount))
		want.Add(want, big.NewInt(hundred/2)).Quo(want, big.NewInt(hundred))
		if got := Percent(p).Of(amount); got != want.Int64() {
			t.Fatalf("%d, want %v", got, want)
		}
	})
}

// Parts sum to the total, none exceeds its weight, and none is off by a whole unit.
func TestAllocate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Int64Range(0, Max/100), 1, 100).Draw(t, "weights")
		sum, err := Add(weights...)
		if err != nil {
			t.Fatal(err)
		}
		total := rapid.Int64Range(0, sum).Draw(t, "total")
		parts := Allocate(total, weights)
		var given int64
		for i, p := range parts {
			given += p
			if p < 0 || p > weights[i] {
				t.Fatalf("part %d of weight %d", p, weights[i])
			}
			if off := new(big.Int).Sub(product(p, sum), product(total, weights[i])); off.CmpAbs(big.NewInt(sum)) >= 0 && sum > 0 {
				t.Fatalf("part %d is a unit or more off its share", p)
			}
		}
		if given != total {
			t.Fatalf("parts sum to %d, not %d", given, total)
		}
	})
}

func product(a, b int64) *big.Int { return new(big.Int).Mul(big.NewInt(a), big.NewInt(b)) }

func TestAllocateTies(t *testing.T) {
	if got := Allocate(1, []int64{1, 1, 1}); !slices.Equal(got, []int64{1, 0, 0}) {
		t.Errorf("ties go to %v", got)
	}
	if got := Allocate(0, []int64{0, 0}); !slices.Equal(got, []int64{0, 0}) {
		t.Errorf("%v", got)
	}
}

func TestCheckedArithmetic(t *testing.T) {
	if _, err := Add(Max, 1); err == nil {
		t.Error("a sum beyond Max")
	}
	if _, err := Mul(Max, Max); err == nil {
		t.Error("a product beyond Max")
	}
	if _, err := Add(-1); err == nil {
		t.Error("a negative amount")
	}
	if n, err := Mul(Max, 1); err != nil || n != Max {
		t.Errorf("%d %v", n, err)
	}
}

func FuzzParsePercent(f *testing.F) {
	f.Add("12.5")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePercent(s)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(s)
		if !ok || strings.ContainsAny(s, "eE/+-_x") || want.Cmp(big.NewRat(int64(p), 10_000)) != 0 {
			t.Errorf("%q is read as %d", s, p)
		}
	})
}
