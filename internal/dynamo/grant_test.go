package dynamo

import (
	"slices"
	"testing"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// A key can be given what came after it, of its kind; a revoked one, and what is no key, cannot.
func TestGrantKey(t *testing.T) {
	s := newSide(t)
	token, k, err := s.CreateKey(t.Context(), s.space, shop.Key{Kind: shop.Secret, Scopes: []shop.Scope{shop.CouponsRead}}, idem.Key{})
	s.must(err)
	all, err := shop.ScopesFor(shop.Secret, nil)
	s.must(err)
	_, err = s.GrantKey(t.Context(), s.space, k.ID, nil)
	s.must(err)
	for _, instance := range []*Store{s.Store, s.another()} {
		c, err := instance.Caller(t.Context(), token)
		if err != nil || !slices.Equal(c.Scopes, all) {
			t.Errorf("%v %v", c.Scopes, err)
		}
	}
	_, err = s.GrantKey(t.Context(), s.space, k.ID, []shop.Scope{"nobody:may"})
	s.wants("no scope", err, shop.ErrScopeUnknown)
	_, err = s.RevokeKey(t.Context(), s.space, k.ID)
	s.must(err)
	for _, id := range []string{k.ID, skShop, "key_0000000000000"} {
		_, err := s.GrantKey(t.Context(), s.space, id, []shop.Scope{shop.CouponsRead})
		s.wants(id, err, fault.ErrNotFound)
	}
	keys, err := s.Keys(t.Context(), s.space)
	s.must(err)
	for _, left := range keys {
		if left.ID == k.ID && !slices.Equal(left.Scopes, all) {
			t.Errorf("a revoked key got %v", left.Scopes)
		}
	}
}
