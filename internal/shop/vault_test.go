package shop

import (
	"context"
	"errors"
	"testing"

	"github.com/lagniappe/lagniappe/internal/fault"
)

func TestVaultSubkeys(t *testing.T) {
	loads := 0
	v := NewVault(func(context.Context) ([]byte, error) {
		if loads++; loads == 1 {
			return nil, errors.New("away")
		}
		return []byte("the secret of the installation ....."), nil
	})
	if loads != 0 {
		t.Error("loaded before it was needed")
	}
	a := Caller{Key: Key{Space: Space{Shop: "shop_a"}}, Vault: v}
	if _, err := a.Identity(t.Context()); !errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("without its secret: %v", err)
	}
	live, b := a, a
	live.Space.Live, b.Space.Shop = true, "shop_b"
	seen := map[string]bool{}
	for _, c := range []Caller{a, live, b} {
		for _, subkey := range []func(context.Context) (Subkey, error){c.Identity, c.Cursors} {
			k, err := subkey(t.Context())
			if err != nil || len(k) != SecretSize || seen[string(k)] {
				t.Errorf("%v: %x %v", c.Space, []byte(k), err)
			}
			seen[string(k)] = true
		}
	}
	if loads != 2 {
		t.Errorf("loaded %d times", loads)
	}
}
