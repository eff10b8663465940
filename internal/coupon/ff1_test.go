package coupon

import (
	"encoding/hex"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// The samples without a tweak that NIST publishes for FF1, for 128, 192 and 256 bits of key.
func TestFF1Samples(t *testing.T) {
	const whole = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94"
	for bytes, want := range map[int]string{16: "2433477484", 24: "2830668132", 32: "6657667009"} {
		key, err := hex.DecodeString(whole[:2*bytes])
		if err != nil {
			t.Fatal(err)
		}
		f, err := newFF1(key, 10, 10)
		if err != nil {
			t.Fatal(err)
		}
		got := f.encrypt(f.split(123456789)) // 0123456789
		number, ok := f.join(got, 1e10)
		if text := strconv.FormatUint(number, 10); !ok || text != want {
			t.Errorf("%d bytes of key: %s, want %s", bytes, text, want)
		}
		if back, _ := f.join(f.decrypt(got), 1e10); back != 123456789 {
			t.Errorf("%d bytes of key: decrypted as %d", bytes, back)
		}
	}
}

// Whatever the radix and the length: decrypting gives back, and nothing falls out of the halves.
func TestFF1IsAPermutation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		radix := rapid.IntRange(minAlphabet, len(crockford)).Draw(t, "radix")
		f, err := newFF1(rapid.SliceOfN(rapid.Byte(), keySize, keySize).Draw(t, "key"), radix, rapid.IntRange(2, longest(radix)).Draw(t, "n"))
		if err != nil {
			t.Fatal(err)
		}
		x := number{rapid.Uint64Range(0, f.sizes[0]-1).Draw(t, "a"), rapid.Uint64Range(0, f.sizes[1]-1).Draw(t, "b")}
		y := f.encrypt(x)
		if y[0] >= f.sizes[0] || y[1] >= f.sizes[1] || f.decrypt(y) != x || f.encrypt(f.decrypt(x)) != x {
			t.Fatalf("%v becomes %v, and back %v", x, y, f.decrypt(y))
		}
	})
}

// On a domain small enough to walk through, every number is hit once.
func TestFF1HitsEveryNumberOnce(t *testing.T) {
	f, err := newFF1(make([]byte, keySize), 10, 5)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[number]bool{}
	for i := range uint64(100_000) {
		seen[f.encrypt(f.split(i))] = true
	}
	if len(seen) != 100_000 {
		t.Errorf("%d of 100000", len(seen))
	}
}

func TestFF1Refuses(t *testing.T) {
	if _, err := newFF1(make([]byte, 5), 10, 10); err == nil {
		t.Error("a key of five bytes")
	}
	for _, n := range []int{0, 1, longest(32) + 2, 100} {
		if _, err := newFF1(make([]byte, keySize), 32, n); err == nil {
			t.Errorf("%d digits", n)
		}
	}
}
