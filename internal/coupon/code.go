package coupon

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// ErrCodeMalformed answers text that can be no code: too short, too long, or
// with letters outside A–Z and 0–9 that only look like them.
var ErrCodeMalformed = fault.Define(fault.Invalid, "code_malformed")

// A code is read without regard to case, spaces and dashes, with O as 0 and I
// and L as 1 (Crockford's base32). Its first four characters are its prefix:
// they either name the campaign whose random code it is, or belong to the
// shop's named codes, never both. So the hot path knows the campaign of a code
// before it has read the coupon.
const (
	PrefixSize = 4
	randomSize = 8 // 40 bits: what a guess has to get right
	minCode    = PrefixSize
	maxCode    = 40
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Code is a code in canonical form: what is compared and hashed.
type Code string

// ParseCode reads a code as a customer typed it.
func ParseCode(s string) (Code, error) {
	if len(s) > 4*maxCode {
		return "", ErrCodeMalformed
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == ' ' || r == '-' || unicode.Is(unicode.Zs, r) || unicode.Is(unicode.Pd, r):
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(fold(unicode.ToUpper(r)))
		default:
			return "", ErrCodeMalformed
		}
	}
	if b.Len() < minCode || b.Len() > maxCode {
		return "", ErrCodeMalformed
	}
	return Code(b.String()), nil
}

// canonical is what letters and digits are read as.
func canonical(s string) Code { return Code(strings.Map(fold, strings.ToUpper(s))) }

func fold(r rune) rune {
	switch r {
	case 'O':
		return '0'
	case 'I', 'L':
		return '1'
	}
	return r
}

// Prefix is the part that names a campaign or the shop's named codes.
func (c Code) Prefix() string { return string(c[:PrefixSize]) }

// NewPrefix draws a campaign's prefix.
func NewPrefix(random io.Reader) (string, error) { return draw(random, PrefixSize) }

// NewCode draws a random code of the campaign with that prefix.
func NewCode(random io.Reader, prefix string) (Code, error) {
	s, err := draw(random, randomSize)
	return Code(prefix + s), err
}

// draw gives n characters of 5 random bits each.
func draw(random io.Reader, n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("coupon: drawing a code: %w", err)
	}
	for i := range b {
		b[i] = crockford[b[i]%32]
	}
	return string(b), nil
}

// Grouped writes a random code for reading aloud: ABCD-EFGH-JKMN.
func (c Code) Grouped() string {
	var groups []string
	for s := string(c); s != ""; s = s[min(4, len(s)):] {
		groups = append(groups, s[:min(4, len(s))])
	}
	return strings.Join(groups, "-")
}

// DisplayNamed is how a shop's named code is shown: as given, in capitals.
func DisplayNamed(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// CheckNamed refuses a name that cannot be a code, or that shows letters which
// only look like A–Z and 0–9: typed from the advertisement it would be another.
func CheckNamed(s string) error {
	for _, r := range s {
		if r > unicode.MaxASCII {
			return ErrCodeMalformed.At("code")
		}
	}
	if _, err := ParseCode(s); err != nil {
		return ErrCodeMalformed.At("code")
	}
	return nil
}
