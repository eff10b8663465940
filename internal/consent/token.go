package consent

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sync"

	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Tokens name whose consent they are about, so that who holds one needs no key:
// shop, side and person, who is a keyed hash. One to confirm has 160 random bits
// behind that, and its hash stands beside the customer. One to leave is signed,
// stands nowhere, and is the same every time.
const (
	confirmPrefix = "cct_"
	leavePrefix   = "clt_"

	shopSize   = 8
	headSize   = shopSize + 1 + ident.Size
	randomSize = 20
	macSize    = 16
	maxPurpose = 40
)

// Holder is whom a token is about.
type Holder struct {
	Space  shop.Space
	Person string
}

func (h Holder) bytes() ([]byte, error) {
	id, ok := ident.Decode(shop.Prefix, h.Space.Shop, shopSize)
	person, okPerson := ident.Decode("", h.Person, ident.Size)
	if !ok || !okPerson {
		return nil, fmt.Errorf("consent: %q of %q is nobody", h.Person, h.Space.Shop)
	}
	side := byte(0)
	if h.Space.Live {
		side = 1
	}
	return append(append(id, side), person...), nil
}

func readHolder(b []byte) (Holder, bool) {
	h := Holder{shop.Space{Shop: ident.Encode(shop.Prefix, b[:shopSize]), Live: b[shopSize] == 1}, ident.Encode("", b[shopSize+1:headSize])}
	return h, b[shopSize] <= 1
}

// NewConfirmation draws a token to confirm with, and gives what is kept of it.
func NewConfirmation(random io.Reader, h Holder) (token, hash string, err error) {
	b, err := h.bytes()
	if err != nil {
		return "", "", err
	}
	drawn := make([]byte, randomSize)
	if _, err := io.ReadFull(random, drawn); err != nil {
		return "", "", fmt.Errorf("consent.NewConfirmation: %w", err)
	}
	token = ident.Encode(confirmPrefix, append(b, drawn...))
	return token, hashed(token), nil
}

// ReadConfirmation says whose a token to confirm is, if it is one, and what was kept of it.
func ReadConfirmation(token string) (Holder, string, bool) {
	b, ok := ident.Decode(confirmPrefix, token, headSize+randomSize)
	if !ok {
		return Holder{}, "", false
	}
	h, ok := readHolder(b)
	return h, hashed(token), ok
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return ident.Encode("", sum[:randomSize])
}

// LeaveToken signs a token to leave with.
func LeaveToken(key shop.Subkey, h Holder, s Subject) (string, error) {
	b, err := h.bytes()
	if err != nil {
		return "", err
	}
	b = append(append(b, byte(slices.Index(channels, s.Channel))), s.Purpose...) //nolint:gosec // one of five
	return ident.Encode(leavePrefix, append(b, sign(key, b)...)), nil
}

func sign(key shop.Subkey, b []byte) []byte { return key.Sum("leave", string(b))[:macSize] }

// Leaving is a token to leave, as it says of itself: nothing of it is true before Check.
type Leaving struct {
	Holder
	Subject
	signed, mac []byte
}

var purposes = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_]*$`) })

// ReadLeaving reads a token to leave.
func ReadLeaving(token string) (Leaving, bool) {
	n := (len(token) - len(leavePrefix)) * 5 / 8 // bytes in so many letters
	if n <= headSize+1+macSize || n > headSize+1+maxPurpose+macSize {
		return Leaving{}, false
	}
	b, ok := ident.Decode(leavePrefix, token, n)
	if !ok {
		return Leaving{}, false
	}
	l := Leaving{signed: b[:n-macSize], mac: b[n-macSize:]}
	l.Purpose = string(l.signed[headSize+1:])
	channel := int(b[headSize])
	l.Holder, ok = readHolder(b)
	if !ok || channel >= len(channels) || !purposes().MatchString(l.Purpose) {
		return Leaving{}, false
	}
	l.Channel = channels[channel]
	return l, true
}

// Check reports whether we made the token.
func (l Leaving) Check(key shop.Subkey) bool { return hmac.Equal(l.mac, sign(key, l.signed)) }
