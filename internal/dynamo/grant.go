package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// GrantKey gives a key these scopes in place of those that it had: no key gets
// by itself what came after it. One that was revoked gets nothing.
func (s *Store) GrantKey(ctx context.Context, sp shop.Space, id string, wanted []shop.Scope) (shop.Key, error) {
	row, err := s.get(ctx, s.tables.Shops, key(space(sp), id))
	if err == nil && (row == nil || id == skShop) {
		err = fault.ErrNotFound
	}
	if err != nil {
		return shop.Key{}, err
	}
	k := readKey(sp, row)
	if k.Scopes, err = shop.ScopesFor(k.Kind, wanted); err != nil {
		return shop.Key{}, err
	}
	refused, err := s.settle(ctx, "dynamo.GrantKey", write{
		table: s.tables.Shops, key: key(space(sp), id), update: "SET scopes = :scopes",
		condition: "attribute_not_exists(revoked_at)", values: item{":scopes": document(k.Scopes)},
	})
	if err == nil && refused != nil {
		err = fault.ErrNotFound
	}
	s.callers.forget(space(sp) + id)
	return k, err
}
