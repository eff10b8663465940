package dynamo

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Caller checks a presented key: one read, remembered for keyDelay.
func (s *Store) Caller(ctx context.Context, token string) (shop.Caller, error) {
	address, err := shop.ParseToken(token)
	if err != nil {
		return shop.Caller{}, err
	}
	c, err := s.callers.get(ctx, space(address.Space)+address.ID, func(ctx context.Context) (shop.Caller, error) {
		return s.caller(ctx, address)
	})
	if err != nil {
		return shop.Caller{}, err
	}
	if !c.Matches(token) || !c.Usable(s.now()) {
		return shop.Caller{}, shop.ErrKeyInvalid
	}
	return c, nil
}

func (s *Store) caller(ctx context.Context, a shop.Address) (shop.Caller, error) {
	row, err := s.get(ctx, s.tables.Shops, key(space(a.Space), a.ID))
	if err != nil {
		return shop.Caller{}, err
	}
	if row == nil {
		return shop.Caller{}, shop.ErrKeyInvalid
	}
	k := readKey(a.Space, row)
	secrets, err := shop.Derive(k.Secret)
	return shop.Caller{Key: k, Secrets: secrets}, err
}

// CreateShop makes a shop with both its sides, each with a secret of its own and no key yet,
// and puts it into the list that the auditor walks.
func (s *Store) CreateShop(ctx context.Context, name string) (shop.Shop, error) {
	id, err := shop.NewShopID(s.random)
	if err != nil {
		return shop.Shop{}, err
	}
	ws := []write{{table: s.tables.Shops, item: key(shopsPK, id), condition: "attribute_not_exists(pk)"}}
	for _, live := range []bool{false, true} {
		secret := make([]byte, shop.SecretSize)
		if _, err := io.ReadFull(s.random, secret); err != nil {
			return shop.Shop{}, fmt.Errorf("dynamo.CreateShop: %w", err)
		}
		row := key(space(shop.Space{Shop: id, Live: live}), skShop)
		row["name"], row["secret"], row["created_at"] = str(name), bin(secret), moment(s.now())
		row["live_secret"], row["live_publishable"] = num(0), num(0)
		ws = append(ws, write{table: s.tables.Shops, item: row, condition: "attribute_not_exists(pk)", unique: true})
	}
	refused, err := s.settle(ctx, "dynamo.CreateShop", ws...)
	if err == nil && refused != nil {
		err = shop.ErrShopExists
	}
	return shop.Shop{ID: id, Name: name}, err
}

// CreateKey makes a key of the wanted kind, scopes, origins and expiry, and
// returns it with its token, which is shown this once; a replay has none.
func (s *Store) CreateKey(ctx context.Context, sp shop.Space, want shop.Key, once idem.Key) (string, shop.Key, error) {
	secret, err := s.sideSecret(ctx, sp)
	if err != nil {
		return "", shop.Key{}, err
	}
	token, k, err := shop.Mint(s.random, sp, want.Kind)
	if err != nil {
		return "", shop.Key{}, err
	}
	k.Name, k.Scopes, k.AllowedOrigins, k.ExpiresAt = want.Name, want.Scopes, want.AllowedOrigins, want.ExpiresAt.UTC()
	k.CreatedAt, k.Secret = s.now().UTC(), secret
	refused, err := s.settle(ctx, "dynamo.CreateKey", s.withOnce(sp, s.tables.Shops, once, k, []write{
		{table: s.tables.Shops, item: keyRow(k), condition: "attribute_not_exists(pk)", unique: true},
		s.countKeys(sp, k.Kind, 1),
	})...)
	switch {
	case err != nil:
		return "", shop.Key{}, err
	case refused == nil:
		return token, k, nil
	case !once.IsZero() && refused[0].failed:
		k, err = replayed[shop.Key](refused[0].old, once)
		return "", k, err
	}
	if refused[len(refused)-2].failed { // the id drawn is taken
		return "", shop.Key{}, fault.ErrUnavailable.In("dynamo.CreateKey")
	}
	return "", shop.Key{}, shop.ErrTooManyKeys.Arg("limit", shop.MaxLiveKeys).Arg("kind", string(k.Kind))
}

func (s *Store) sideSecret(ctx context.Context, sp shop.Space) ([]byte, error) {
	row, err := s.get(ctx, s.tables.Shops, key(space(sp), skShop))
	if err == nil && row == nil {
		err = fault.ErrNotFound
	}
	return getBin(row, "secret"), err
}

// countKeys keeps the number of keys not yet revoked within its bound.
func (s *Store) countKeys(sp shop.Space, kind shop.Kind, by int) write {
	n := "live_" + string(kind)
	w := write{
		table: s.tables.Shops, key: key(space(sp), skShop), update: "SET " + n + " = " + n + " + :by",
		condition: n + " < :max", values: item{":by": num(by), ":max": num(shop.MaxLiveKeys)},
	}
	if by < 0 {
		w.condition = "attribute_exists(pk)"
		delete(w.values, ":max")
	}
	return w
}

// Keys lists all keys of a side; there are few.
func (s *Store) Keys(ctx context.Context, sp shop.Space) ([]shop.Key, error) {
	var keys []shop.Key
	err := s.each(ctx, &dynamodb.QueryInput{
		TableName: &s.tables.Shops, KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :key)"),
		ExpressionAttributeValues: item{":pk": str(space(sp)), ":key": str("key_")}, ConsistentRead: aws.Bool(true),
	}, func(rows []item) error {
		for _, row := range rows {
			keys = append(keys, readKey(sp, row))
		}
		return nil
	})
	return keys, err
}

// RevokeKey ends a key. Doing it twice is doing it once.
func (s *Store) RevokeKey(ctx context.Context, sp shop.Space, id string) (shop.Key, error) {
	key := key(space(sp), id)
	row, err := s.get(ctx, s.tables.Shops, key)
	if err != nil {
		return shop.Key{}, err
	}
	if row == nil || id == skShop {
		return shop.Key{}, fault.ErrNotFound
	}
	_, err = s.settle(ctx, "dynamo.RevokeKey", write{
		table: s.tables.Shops, key: key, update: "SET revoked_at = :now",
		condition: "attribute_not_exists(revoked_at)", values: item{":now": moment(s.now())},
	}, s.countKeys(sp, shop.Kind(getStr(row, "kind")), -1))
	if err != nil {
		return shop.Key{}, err
	}
	s.callers.forget(space(sp) + id)
	row, err = s.get(ctx, s.tables.Shops, key)
	return readKey(sp, row), err
}

func keyRow(k shop.Key) item {
	row := key(space(k.Space), k.ID)
	row["kind"], row["name"], row["hint"], row["hash"] = str(string(k.Kind)), str(k.Name), str(k.Hint), bin(k.Hash)
	row["scopes"], row["origins"] = document(k.Scopes), document(k.AllowedOrigins)
	row["secret"], row["created_at"] = bin(k.Secret), moment(k.CreatedAt)
	if !k.ExpiresAt.IsZero() {
		row["expires_at"] = moment(k.ExpiresAt)
	}
	return row
}

func readKey(sp shop.Space, row item) shop.Key {
	k := shop.Key{
		Object: "key", ID: getStr(row, attrSK), Livemode: sp.Live, Kind: shop.Kind(getStr(row, "kind")),
		Name: getStr(row, "name"), Hint: getStr(row, "hint"), CreatedAt: getTime(row, "created_at"),
		ExpiresAt: getTime(row, "expires_at"), RevokedAt: getTime(row, "revoked_at"),
		Space: sp, Hash: getBin(row, "hash"), Secret: getBin(row, "secret"),
	}
	// Only keyRow writes these.
	_ = getDocument(row, "scopes", &k.Scopes)
	_ = getDocument(row, "origins", &k.AllowedOrigins)
	return k
}
