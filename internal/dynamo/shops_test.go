package dynamo

import (
	"crypto/rand"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// An id that is taken makes no second shop, and the first keeps its secret and keys.
func TestShopsDoNotMeet(t *testing.T) {
	s := newSide(t)
	id := make([]byte, 8)
	_, err := rand.Read(id)
	s.must(err)
	first, err := s.drawing(id...).CreateShop(t.Context(), "first")
	s.must(err)
	sp := shop.Space{Shop: first.ID}
	_, _, err = s.CreateKey(t.Context(), sp, shop.Key{Kind: shop.Secret}, idem.Key{})
	s.must(err)
	row := func() item {
		row, err := s.get(t.Context(), s.tables.Shops, key(space(sp), skShop))
		s.must(err)
		return row
	}
	before := row()
	_, err = s.drawing(id...).CreateShop(t.Context(), "second")
	s.wants("second", err, shop.ErrShopExists)
	if after := row(); !reflect.DeepEqual(before, after) {
		t.Errorf("the first shop became %v", after)
	}
}

// The bound on live keys is exact: revoking one, however often, makes room for one.
func TestLiveKeysAreCounted(t *testing.T) {
	s := newSide(t)
	create := func() (shop.Key, error) {
		_, k, err := s.CreateKey(t.Context(), s.space, shop.Key{Kind: shop.Publishable}, idem.Key{})
		return k, err
	}
	var last shop.Key
	for range shop.MaxLiveKeys {
		var err error
		last, err = create()
		s.must(err)
	}
	_, err := create()
	s.wants("one more", err, shop.ErrTooManyKeys)
	if _, _, err := s.CreateKey(t.Context(), s.space, shop.Key{Kind: shop.Secret}, idem.Key{}); err != nil {
		t.Errorf("the kinds are counted together: %v", err)
	}
	var g errgroup.Group
	var revoked atomic.Int64
	for range 8 {
		g.Go(func() error {
			k, err := s.another().RevokeKey(t.Context(), s.space, last.ID)
			if err == nil && !k.RevokedAt.IsZero() {
				revoked.Add(1)
			}
			return err
		})
	}
	s.must(g.Wait())
	s.clock.move(time.Second)
	again, err := s.RevokeKey(t.Context(), s.space, last.ID)
	if err != nil || !again.RevokedAt.Equal(s.now().Add(-time.Second)) || revoked.Load() != 8 {
		t.Errorf("revoked again: %+v %v, %d times", again, err, revoked.Load())
	}
	_, err = create()
	s.must(err)
	_, err = create()
	s.wants("one for one", err, shop.ErrTooManyKeys)
}

// A key's row is never put over, and what is no key cannot be revoked.
func TestKeysDoNotMeet(t *testing.T) {
	s := newSide(t)
	token, k, err := s.WithRandom(endless(7)).CreateKey(t.Context(), s.space, shop.Key{Kind: shop.Secret}, idem.Key{})
	s.must(err)
	s.clock.move(time.Second)
	if _, _, err = s.WithRandom(endless(7)).CreateKey(t.Context(), s.space, shop.Key{Kind: shop.Secret}, idem.Key{}); err == nil {
		t.Error("a second key of the same id")
	}
	c, err := s.another().Caller(t.Context(), token)
	if err != nil || !c.CreatedAt.Equal(k.CreatedAt) {
		t.Errorf("%+v %v", c.Key, err)
	}
	for _, id := range []string{skShop, "key_0000000000000", ""} {
		_, err := s.RevokeKey(t.Context(), s.space, id)
		if f, ok := fault.As(err); !ok || id != "" && f.Code != fault.ErrNotFound.Code {
			t.Errorf("%q: %v", id, err)
		}
	}
}
