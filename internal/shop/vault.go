package shop

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"sync"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Vault derives subkeys from the one secret of the installation, which stands
// outside the tables: whoever has a table or its backup cannot compute with
// them. They are told apart by purpose, version and space.
//
// The secret is loaded with the first subkey that is asked for, so a function,
// and the hot path of a function, that needs none never waits for it.
type Vault struct {
	load func(context.Context) ([]byte, error)

	mu     sync.Mutex
	secret []byte
}

// NewVault makes a vault whose secret load fetches. A failure is not remembered.
func NewVault(load func(context.Context) ([]byte, error)) *Vault { return &Vault{load: load} }

// The purposes of subkeys, each with its version: raising it makes new keys.
const (
	identityPurpose = "identity/v1" // who a guest is, from an e-mail address
	cursorPurpose   = "cursor/v1"   // sealing of list cursors (AES-256)
	leavePurpose    = "leave/v1"    // signing of tokens that withdraw a consent
	attemptsPurpose = "attempts/v1" // who tried codes in vain, from a network or a person
)

func (v *Vault) subkey(ctx context.Context, sp Space, purpose string) (Subkey, error) {
	secret, err := v.open(ctx)
	if err != nil {
		return nil, fault.ErrUnavailable.In("shop.Vault").Because(err)
	}
	k, err := hkdf.Key(sha256.New, secret, nil, "lagniappe "+purpose+" "+sp.Shop+" "+sp.Side(), SecretSize)
	if err != nil {
		return nil, fault.ErrInternal.In("shop.Vault").Because(err)
	}
	return k, nil
}

func (v *Vault) open(ctx context.Context) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.secret == nil {
		secret, err := v.load(ctx)
		if err != nil {
			return nil, err
		}
		v.secret = secret
	}
	return v.secret, nil
}

// Identity is the subkey for hashes of what names a person.
func (c Caller) Identity(ctx context.Context) (Subkey, error) {
	return c.Vault.subkey(ctx, c.Space, identityPurpose)
}

// Cursors is the subkey that seals the cursors of lists.
func (c Caller) Cursors(ctx context.Context) (Subkey, error) {
	return c.Vault.subkey(ctx, c.Space, cursorPurpose)
}

// Attempts is the subkey for hashes of who tries codes. There are few enough
// networks to try them all, so it may not be found in the tables.
func (c Caller) Attempts(ctx context.Context) (Subkey, error) {
	return c.Vault.subkey(ctx, c.Space, attemptsPurpose)
}

// Leaving is the subkey that signs tokens to withdraw a consent with. Who brings one has no key of the shop's.
func (v *Vault) Leaving(ctx context.Context, sp Space) (Subkey, error) {
	return v.subkey(ctx, sp, leavePurpose)
}
