package coupon

import (
	"bytes"
	"crypto/rand"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// wish is a batch of n codes with that pattern.
func wish(n int64, p Pattern) BatchIssue {
	return BatchIssue{Campaign: Campaign{ID: "camp_x", Version: 3}, Count: n, Pattern: p, Now: time.UnixMilli(1_800_000_000_000).UTC()}
}

const someBatch, otherBatch = "bat_06kd8t5v2w7x9y3z", "bat_06kd8t5v2w7x9y40"

func coder(tb testing.TB, id string, i BatchIssue) *Coder {
	tb.Helper()
	i, err := i.Check()
	if err != nil {
		tb.Fatal(err)
	}
	b, err := i.Batch(id, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := NewCoder(b)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// patterns are those that fit.
func patterns(t *rapid.T) BatchIssue {
	letters := rapid.Permutation([]byte(crockford)).Draw(t, "letters")
	i := wish(rapid.Int64Range(1, MaxBatch).Draw(t, "count"), Pattern{
		Prefix:   rapid.StringMatching(`[0-9A-Za-z]{0,12}`).Draw(t, "prefix"),
		Alphabet: string(letters[:rapid.IntRange(minAlphabet, len(letters)).Draw(t, "radix")]),
	})
	least, most := leastLength(len(i.Pattern.Alphabet), i.Count, couponBits), i.Pattern.longest()
	if least > most {
		t.Skip("a count for which there is no room")
	}
	i.Pattern.Length = rapid.IntRange(least, most).Draw(t, "length")
	return i
}

// Every code reads back as its number, however it is typed, and every id as
// its own; a number that is not one of the batch has neither.
func TestCodesReadBack(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := coder(t, someBatch, patterns(r))
		i := rapid.Int64Range(0, c.Count-1).Draw(r, "i")
		cpn := c.Coupon(i)
		code, err := ParseCode(strings.ToLower(cpn.Code))
		if err != nil || code.Prefix() != c.CodePrefix() {
			r.Fatalf("%q: %v", cpn.Code, err)
		}
		if got, ok := c.Find(code); !ok || got != i {
			r.Fatalf("%q is %d %v, want %d", cpn.Code, got, ok, i)
		}
		if got, ok := c.FindID(cpn.ID); !ok || got != i || !ValidID(cpn.ID) {
			r.Fatalf("%q is %d %v, want %d", cpn.ID, got, ok, i)
		}
		beyond := rapid.Int64Range(c.Count, 1<<39).Draw(r, "beyond")
		code, _ = ParseCode(string(c.Append(nil, beyond)))
		if got, ok := c.Find(code); ok {
			r.Fatalf("code %d reads as %d of %d", beyond, got, c.Count)
		}
		if got, ok := c.FindID(c.IDOf(beyond)); ok {
			r.Fatalf("id %d reads as %d of %d", beyond, got, c.Count)
		}
	})
}

// One character changed, left out or added makes it no code. By chance it could
// be one: once in 2^40 tries.
func TestChangedCodesAreNone(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := coder(t, someBatch, patterns(r))
		code, _ := ParseCode(string(c.Append(nil, rapid.Int64Range(0, c.Count-1).Draw(r, "i"))))
		at := rapid.IntRange(0, len(code)-1).Draw(r, "at")
		to := rapid.SampledFrom([]byte(crockford)).Draw(r, "to")
		if code[at] == to {
			r.Skip("the same")
		}
		for _, wrong := range []Code{code[:at] + Code(to) + code[at+1:], code[:at] + code[at+1:], code[:at] + Code(to) + code[at:]} {
			if i, ok := c.Find(wrong); ok {
				r.Fatalf("%q reads as %d, like %q", wrong, i, code)
			}
		}
	})
}

// All codes of a batch differ, and none is another batch's of the same pattern.
func TestCodesAreDistinct(t *testing.T) {
	i := wish(50_000, Pattern{Prefix: "SUMMER", Alphabet: "0123456789"})
	one, other := coder(t, someBatch, i), coder(t, otherBatch, i)
	codes, ids := map[string]bool{}, map[string]bool{}
	for n := range one.Count {
		text := string(one.Append(nil, n))
		codes[text], ids[one.IDOf(n)] = true, true
		code, _ := ParseCode(text)
		if _, ok := other.Find(code); ok {
			t.Fatalf("%q is a code of the other batch, too", text)
		}
		if _, ok := other.FindID(one.IDOf(n)); ok {
			t.Fatalf("%q is an id of the other batch, too", one.IDOf(n))
		}
	}
	if len(codes) != 50_000 || len(ids) != 50_000 {
		t.Errorf("%d codes and %d ids", len(codes), len(ids))
	}
}

// Of texts at random hardly one is a code: here, where a pattern far too short
// is forced, as many as the arithmetic says.
func TestGuessesHitAsOftenAsComputed(t *testing.T) {
	b, err := wish(1<<10, Pattern{Prefix: "SHRT", Length: 4, Alphabet: crockford}).Batch(someBatch, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCoder(b)
	if err != nil {
		t.Fatal(err)
	}
	hits, tries := 0, 1<<16 // of 2^20 texts 2^10 are codes: 64 hits are expected
	for range tries {
		code, err := NewCode(rand.Reader, "SHRT")
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Find(code[:8]); ok {
			hits++
		}
	}
	if hits < 20 || hits > 140 {
		t.Errorf("%d of %d guesses hit, 64 are expected", hits, tries)
	}
}

// Codes reveal neither order nor volume: each character of a small batch is as
// frequent as any, at each place, in the order of the numbers.
func TestCodesLookRandom(t *testing.T) {
	c := coder(t, someBatch, wish(32_000, Pattern{Prefix: "RAND"}))
	counts := make([][256]int, c.Length)
	var before []byte
	same := 0
	for i := range c.Count {
		code, _ := ParseCode(string(c.Append(nil, i)))
		body := []byte(code[PrefixSize:])
		for at, b := range body {
			counts[at][b]++
			if before != nil && before[at] == b {
				same++
			}
		}
		before = body
	}
	for at := range counts {
		for _, r := range crockford {
			if n := counts[at][r]; n < 800 || n > 1200 { // 1,000 are expected, 31 the standard deviation
				t.Errorf("%c stands %d times at place %d", r, n, at)
			}
		}
	}
	if want := int(c.Count) * c.Length / 32; same < want*9/10 || same > want*11/10 {
		t.Errorf("neighbours share %d characters, %d are expected", same, want)
	}
}

func TestPatternsTooWeakAreRefused(t *testing.T) {
	const ten = "0123456789"
	for name, c := range map[string]struct {
		issue BatchIssue
		want  error
		least int
	}{
		"no code":                 {wish(0, Pattern{}), errors.New("value_invalid at count"), 0},
		"too many":                {wish(MaxBatch+1, Pattern{}), errors.New("value_invalid at count"), 0},
		"one code, 8 letters":     {wish(1, Pattern{Length: 8}), nil, 0},
		"one code, 7 letters":     {wish(1, Pattern{Length: 7}), ErrCodeSpaceTooSmall, 8},
		"two codes, 8 letters":    {wish(2, Pattern{Length: 8}), ErrCodeSpaceTooSmall, 9},
		"ten million":             {wish(10_000_000, Pattern{Length: 13}), nil, 0},
		"ten million, 12 letters": {wish(10_000_000, Pattern{Length: 12}), ErrCodeSpaceTooSmall, 13},
		"digits":                  {wish(10_000_000, Pattern{Length: 19, Alphabet: ten}), ErrCodeSpaceTooSmall, 20},
		"money":                   {BatchIssue{Count: 1, StoredValue: true, Pattern: Pattern{Length: 15}}, ErrCodeSpaceTooSmall, 16},
		"money, left open":        {BatchIssue{Count: 1, StoredValue: true}, nil, 0},
		"no room behind it":       {wish(100_000_000, Pattern{Prefix: "ABCDEFGHJKMN", Alphabet: ten, Length: 29}), ErrCodeTooLong, 0},
		"nine digits":             {wish(1, Pattern{Alphabet: ten[1:]}), ErrAlphabetInvalid, 0},
		"a digit twice":           {wish(1, Pattern{Alphabet: ten + "0"}), ErrAlphabetInvalid, 0},
		"a letter read as 0":      {wish(1, Pattern{Alphabet: ten + "O"}), ErrAlphabetInvalid, 0},
		"small letters":           {wish(1, Pattern{Alphabet: ten + "a"}), ErrAlphabetInvalid, 0},
		"a prefix with a dash":    {wish(1, Pattern{Prefix: "AB-C"}), errors.New("value_invalid at prefix"), 0},
	} {
		_, err := c.issue.Check()
		if err == nil && c.want == nil {
			continue
		}
		if c.want == nil || !errors.Is(err, c.want) && (err == nil || err.Error() != c.want.Error()) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
			continue
		}
		if least := leastIn(err); least != c.least {
			t.Errorf("%s: it takes %d characters at least, want %d", name, least, c.least)
		}
	}
}

func leastIn(err error) int {
	f, _ := fault.As(err)
	n, _ := f.Args["least_length"].(int)
	return n
}

// The least length is the least: the space with one character fewer is too small.
func TestLeastLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		radix := rapid.IntRange(minAlphabet, 32).Draw(t, "radix")
		count := rapid.Int64Range(1, MaxBatch).Draw(t, "count")
		n := leastLength(radix, count, couponBits)
		holds := func(n int) bool {
			space := new(big.Int).Exp(big.NewInt(int64(radix)), big.NewInt(int64(n)), nil)
			return space.Quo(space, big.NewInt(count)).BitLen() > couponBits
		}
		if !holds(n) || holds(n-1) {
			t.Fatalf("%d of %d: %d characters", count, radix, n)
		}
	})
}

// What is missing of a prefix is drawn, each letter as likely as any.
func TestPrefixesAreFilledUp(t *testing.T) {
	for given, want := range map[string]string{"": "ABCD", "sum": "SUMA", "summer": "SUMMER"} {
		p, err := Pattern{Prefix: given, Alphabet: "ABCDEFGHJK"}.drawn(bytes.NewReader([]byte{255, 0, 1, 2, 3}))
		if err != nil || p.Prefix != want {
			t.Errorf("%q becomes %q %v, want %q", given, p.Prefix, err, want)
		}
	}
	if _, err := (Pattern{Alphabet: crockford}).drawn(bytes.NewReader(nil)); err == nil {
		t.Error("a prefix without randomness")
	}
}

func TestGroups(t *testing.T) {
	for length, want := range map[int][]int{8: {4, 4}, 9: {3, 3, 3}, 13: {4, 3, 3, 3}, 20: {4, 4, 4, 4, 4}, 4: {4}} {
		if got := (Pattern{Length: length}).groups(); !slices.Equal(got, want) {
			t.Errorf("%d: %v, want %v", length, got, want)
		}
	}
}

// Whatever is typed, and whatever stands for an id: no panic, and what is found is what was written.
func FuzzFind(f *testing.F) {
	c := coder(f, someBatch, wish(1000, Pattern{Prefix: "FUZZ"}))
	f.Add(string(c.Append(nil, 7)), c.IDOf(7))
	f.Add("FUZZ", "cpn_")
	f.Fuzz(func(t *testing.T, text, id string) {
		if code, err := ParseCode(text); err == nil {
			if i, ok := c.Find(code); ok && canonical(strings.ReplaceAll(string(c.Append(nil, i)), "-", "")) != code {
				t.Errorf("%q reads as %d, which is %q", text, i, c.Append(nil, i))
			}
		}
		if i, ok := c.FindID(id); ok && c.IDOf(i) != id {
			t.Errorf("%q reads as %d, which is %q", id, i, c.IDOf(i))
		}
	})
}

// A batch of ten million has to be written in well under a minute.
func BenchmarkAppend(b *testing.B) {
	c := coder(b, someBatch, wish(10_000_000, Pattern{Prefix: "SUMMER"}))
	var buf []byte
	b.ReportAllocs()
	for i := range b.N {
		buf = c.Append(buf[:0], int64(i)%c.Count)
	}
}

func BenchmarkFind(b *testing.B) {
	c := coder(b, someBatch, wish(10_000_000, Pattern{Prefix: "SUMMER"}))
	code, _ := ParseCode(string(c.Append(nil, 7)))
	b.ReportAllocs()
	for range b.N {
		c.Find(code)
	}
}
