package coupon

import (
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// The faults of patterns.
var (
	ErrCodeSpaceTooSmall = fault.Define(fault.Invalid, "code_space_too_small")
	ErrCodeTooLong       = fault.Define(fault.Invalid, "code_too_long")
	ErrAlphabetInvalid   = fault.Define(fault.Invalid, "alphabet_invalid")
)

// What a guess costs: of so many texts of the pattern, in powers of two, one is
// a code. It is what remains after counting all codes of the batch.
const (
	couponBits      = 40
	storedValueBits = 80
)

// The bounds of a pattern.
const (
	minAlphabet = 10
	maxPrefix   = 12
	// MaxBatch is how many codes one batch can have.
	MaxBatch = 100_000_000
)

// Pattern is what the codes of a batch look like.
type Pattern struct {
	Prefix   string `json:"prefix" example:"SUMMER" doc:"How every code begins. Its first four characters belong to this batch alone."`
	Length   int    `json:"length" example:"13" doc:"Characters behind the prefix, without dashes."`
	Alphabet string `json:"alphabet" example:"0123456789ABCDEFGHJKMNPQRSTVWXYZ" doc:"The characters behind the prefix."`
}

// check refuses a pattern that cannot be written, or that guesses would beat.
func (p Pattern) check(count int64, bits uint) error {
	if err := checkAlphabet(p.Alphabet); err != nil {
		return err
	}
	if len(p.Prefix) > maxPrefix || strings.Trim(strings.ToUpper(p.Prefix), letters) != "" {
		return fault.ErrInvalid.At("prefix")
	}
	least, most := leastLength(len(p.Alphabet), count, bits), p.longest()
	if p.Length < least {
		return ErrCodeSpaceTooSmall.At("length").Arg("least_length", least).Arg("count", count).Arg("characters", len(p.Alphabet))
	}
	if p.Length > most {
		return ErrCodeTooLong.At("length").Arg("most_length", most)
	}
	return nil
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// checkAlphabet wants ten different characters or more, none of which is read as another.
func checkAlphabet(s string) error {
	if len(s) < minAlphabet {
		return ErrAlphabetInvalid.At("alphabet")
	}
	for i, r := range s {
		if !strings.ContainsRune(crockford, r) || strings.ContainsRune(s[:i], r) {
			return ErrAlphabetInvalid.At("alphabet")
		}
	}
	return nil
}

// leastLength is how many characters keep a guess as costly as it has to be.
func leastLength(radix int, count int64, bits uint) int {
	wanted := new(big.Int).Lsh(big.NewInt(count), bits)
	space, n := big.NewInt(1), 0
	for ; space.Cmp(wanted) < 0; n++ {
		space.Mul(space, big.NewInt(int64(radix)))
	}
	return n
}

// longest is how many characters the pattern has room for.
func (p Pattern) longest() int {
	return min(longest(len(p.Alphabet)), maxCode-max(len(p.Prefix), PrefixSize))
}

// longest is how many digits of a radix our FF1 can permute.
func longest(radix int) int {
	half := 0
	for ok := true; ok; half++ {
		_, ok = power(radix, half+1)
	}
	return 2 * (half - 1)
}

// drawn fills a prefix up to the four characters that name the batch.
func (p Pattern) drawn(random io.Reader) (Pattern, error) {
	p.Prefix = strings.ToUpper(p.Prefix)
	for len(p.Prefix) < PrefixSize {
		var b [1]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return p, fmt.Errorf("coupon: drawing a prefix: %w", err)
		}
		if bound := 256 - 256%len(p.Alphabet); int(b[0]) < bound { // or some would be likelier than others
			p.Prefix += string(p.Alphabet[int(b[0])%len(p.Alphabet)])
		}
	}
	return p, nil
}

// groups cuts the characters behind the prefix for reading aloud: in fours, or
// threes where a single one would be left.
func (p Pattern) groups() []int {
	n := (p.Length + 3) / 4
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = (p.Length + n - 1 - i) / n
	}
	return sizes
}
