// Package shop knows who is calling: shops, their two sides, and their keys.
//
// A shop is a tenant. It has a test side and a live side that never meet; one
// side of one shop is a [Space], and every row, id and cursor belongs to exactly
// one. A key names its space and carries the side's [Secrets], so that one read
// answers both "who is this?" and "which subkeys does this side use?".
package shop

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/ident"
)

// Prefix is how the ids of shops begin.
const Prefix = "shop_"

// Space is one side of one shop: the unit that data never leaves.
type Space struct {
	Shop string // shop_…
	Live bool
}

// Side names the side as in keys and table rows: "live" or "test".
func (s Space) Side() string {
	if s.Live {
		return "live"
	}
	return "test"
}

// SecretSize is the length of a side's secret in bytes.
const SecretSize = 32

// Secrets are the subkeys that the hot path needs. They are derived (HKDF,
// RFC 5869) from the side's own secret, which stands in the row of every key,
// and told apart by purpose and version, so that no value computed for one
// purpose means anything for another. What must stay secret even from one who
// holds the tables comes from the [Vault].
type Secrets struct {
	Codes  Subkey // ids of coupons and seats, from codes and orders
	People Subkey // who a customer is, from the shop's own id
	Replay Subkey // idempotency keys and order fingerprints
}

// Subkey is a secret for one purpose.
type Subkey []byte

// Derive makes the subkeys of a side.
func Derive(secret []byte) (Secrets, error) {
	var s Secrets
	for purpose, into := range map[string]*Subkey{
		"codes/v1": &s.Codes, "people/v1": &s.People, "replay/v1": &s.Replay,
	} {
		k, err := hkdf.Key(sha256.New, secret, nil, "lagniappe "+purpose, SecretSize)
		if err != nil {
			return Secrets{}, fault.ErrInternal.In("shop.Derive").Because(err)
		}
		*into = k
	}
	return s, nil
}

// Sum is a keyed hash (HMAC-SHA-256) of the parts, each ended by a zero byte so
// that no two lists of parts run together; callers cut it to the size they need.
func (k Subkey) Sum(parts ...string) []byte {
	h := hmac.New(sha256.New, k)
	var b []byte
	for _, p := range parts {
		b = append(append(b, p...), 0)
	}
	h.Write(b)
	return h.Sum(nil)
}

// ID writes the keyed hash of the parts as an id of ordinary length.
func (k Subkey) ID(prefix string, parts ...string) string {
	return ident.Encode(prefix, k.Sum(parts...)[:ident.Size])
}

// ErrShopExists says that the id drawn for a new shop is taken: draw again.
var ErrShopExists = fault.Define(fault.Conflict, "shop_exists")

// Shop is a tenant.
type Shop struct {
	ID   string
	Name string
}

type contextKey struct{}

// Caller is the key that a request was made with.
type Caller struct {
	Key
	Secrets Secrets
	Vault   *Vault
	Network string // of a browser, shortened; neither stored nor logged as it is
}

// Publishable reports whether the caller is a browser: it may validate, never redeem or manage.
func (c Caller) Publishable() bool { return c.Kind == Publishable }

// WithCaller puts the authenticated caller into a request's context.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// CallerFrom gives the authenticated caller. A context without one is a
// programming error: no operation runs before its key was checked.
func CallerFrom(ctx context.Context) Caller {
	return ctx.Value(contextKey{}).(Caller)
}
