package shop

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// The faults of keys. An unknown, malformed, revoked or expired key is one and
// the same answer, so that a caller without a key learns nothing.
var (
	ErrKeyInvalid         = fault.Define(fault.Unauthorized, "key_invalid")
	ErrKeyNotPermitted    = fault.Define(fault.Forbidden, "key_not_permitted")
	ErrOriginNotPermitted = fault.Define(fault.Forbidden, "origin_not_permitted")
	ErrScopeUnknown       = fault.Define(fault.Invalid, "scope_unknown")
	ErrTooManyKeys        = fault.Define(fault.Conflict, "too_many_keys")
	ErrKeyRevokesItself   = fault.Define(fault.Conflict, "key_revokes_itself")
)

// Kind tells server keys from browser keys.
type Kind string

// The kinds of keys.
const (
	Secret      Kind = "secret"
	Publishable Kind = "publishable"
)

// Scope is one permission of a key.
type Scope string

// The scopes. A secret key has all of them unless it was made with fewer; a
// publishable key can only validate.
const (
	CampaignsRead    Scope = "campaigns:read"
	CampaignsWrite   Scope = "campaigns:write"
	CouponsRead      Scope = "coupons:read"
	CouponsWrite     Scope = "coupons:write"
	Validate         Scope = "validations:write"
	RedemptionsRead  Scope = "redemptions:read"
	RedemptionsWrite Scope = "redemptions:write"
	OrdersRead       Scope = "orders:read"
	OrdersWrite      Scope = "orders:write"
	CustomersRead    Scope = "customers:read"
	CustomersWrite   Scope = "customers:write"
	KeysRead         Scope = "keys:read"
	KeysWrite        Scope = "keys:write"
	EventsRead       Scope = "events:read"
)

var allScopes = []Scope{
	CampaignsRead, CampaignsWrite, CouponsRead, CouponsWrite,
	Validate, RedemptionsRead, RedemptionsWrite, OrdersRead, OrdersWrite, CustomersRead, CustomersWrite, KeysRead, KeysWrite, EventsRead,
}

// MaxLiveKeys is how many keys of one kind, not yet revoked, a side may have: room for a
// rotation (two at once) of several services, and a bound on what a leak can mint.
const MaxLiveKeys = 20

// Key is an API key as its owner sees it. The key itself is shown once, when it
// is made; only its hash is kept.
type Key struct {
	Object         string    `json:"object" enum:"key"`
	ID             string    `json:"id" example:"key_2v8n4xk0c9q7d"`
	Livemode       bool      `json:"livemode"`
	Kind           Kind      `json:"kind" enum:"secret,publishable"`
	Name           string    `json:"name,omitzero"`
	Scopes         []Scope   `json:"scopes"`
	AllowedOrigins []string  `json:"allowed_origins,omitempty" doc:"Publishable keys: the web origins that may use it; empty means any."`
	Hint           string    `json:"hint" doc:"How the key begins and ends, to recognise it." example:"sk_test_…7d3k"`
	CreatedAt      time.Time `json:"created_at"`
	ExpiresAt      time.Time `json:"expires_at,omitzero"`
	RevokedAt      time.Time `json:"revoked_at,omitzero"`

	Space  Space  `json:"-"`
	Hash   []byte `json:"-"` // SHA-256 of the whole key
	Secret []byte `json:"-"` // the side's secret; see Secrets
}

// Usable reports whether the key is neither revoked nor expired.
func (k Key) Usable(now time.Time) bool {
	return k.RevokedAt.IsZero() && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt))
}

// Matches compares a presented key with the stored hash in constant time.
func (k Key) Matches(token string) bool {
	sum := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(sum[:], k.Hash) == 1
}

// Permits reports whether the key has the scope.
func (k Key) Permits(s Scope) bool { return slices.Contains(k.Scopes, s) }

// PermitsOrigin reports whether a page of that origin may use the key.
// Requests without an origin do not come from a page; the rule is CORS, not a secret.
func (k Key) PermitsOrigin(origin string) bool {
	return origin == "" || len(k.AllowedOrigins) == 0 || slices.Contains(k.AllowedOrigins, origin)
}

// ScopesFor checks the scopes wanted for a key of that kind; none wanted means all it can have.
func ScopesFor(kind Kind, wanted []Scope) ([]Scope, error) {
	possible := allScopes
	if kind == Publishable {
		possible = []Scope{Validate}
	}
	for _, s := range wanted {
		if !slices.Contains(possible, s) {
			return nil, ErrScopeUnknown.At("scopes").Arg("scope", string(s)).Arg("kind", string(kind))
		}
	}
	if len(wanted) == 0 {
		return possible, nil
	}
	return wanted, nil
}

// Grant checks the scopes wanted for a key that this caller makes: nobody gives
// what he does not have. None wanted means all that both can have.
func (c Caller) Grant(kind Kind, wanted []Scope) ([]Scope, error) {
	scopes, err := ScopesFor(kind, wanted)
	if err != nil {
		return nil, err
	}
	var granted []Scope
	for _, s := range scopes {
		if c.Permits(s) {
			granted = append(granted, s)
		} else if len(wanted) > 0 {
			return nil, ErrKeyNotPermitted.At("scopes").Arg("scope", string(s))
		}
	}
	if len(granted) == 0 {
		return nil, ErrKeyNotPermitted.At("scopes").Arg("scope", string(scopes[0]))
	}
	return granted, nil
}

// CheckOrigins wants web origins (scheme and host, nothing behind), and only for publishable keys.
func CheckOrigins(kind Kind, origins []string) error {
	for i, o := range origins {
		u, err := url.Parse(o)
		if err != nil || kind != Publishable || u.Host == "" || u.Scheme+"://"+u.Host != o || u.Scheme != "https" && u.Scheme != "http" {
			return fault.ErrInvalid.At(fmt.Sprintf("allowed_origins[%d]", i))
		}
	}
	return nil
}
