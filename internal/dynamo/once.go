package dynamo

import (
	"context"
	"encoding/json"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// onceKey is where the first answer to an Idempotency-Key stands, in the table of its effect.
func onceKey(sp shop.Space, k idem.Key) item { return key(space(sp)+"#once#"+k.ID, skOnce) }

// withOnce puts the idempotency row before the writes of the effect, so that
// both commit or neither does. A call without a key is left as it is.
func (s *Store) withOnce(sp shop.Space, table string, k idem.Key, answer any, effect []write) []write {
	if k.IsZero() {
		return effect
	}
	row, now := onceKey(sp, k), s.now()
	row["body"], row["answer"] = bin(k.Body), document(answer)
	row["ttl"] = num(now.Add(idem.Keep).Unix())
	return append([]write{{
		table: table, item: row, unique: true, // or of a call with the same key and body, which is the same call
		condition: "attribute_not_exists(pk) OR #ttl <= :now",
		names:     map[string]string{"#ttl": "ttl"},
		values:    item{":now": num(now.Unix())},
	}}, effect...)
}

// AnsweredCoupon gives the first answer to a repeated call that issues a
// coupon. Ask it first: the call may have become refusable since it succeeded.
func (s *Store) AnsweredCoupon(ctx context.Context, sp shop.Space, k idem.Key) (coupon.Coupon, bool, error) {
	return answered[coupon.Coupon](ctx, s, s.tables.Coupons, sp, k)
}

// AnsweredKey gives the first answer to a repeated call that creates a key.
func (s *Store) AnsweredKey(ctx context.Context, sp shop.Space, k idem.Key) (shop.Key, bool, error) {
	return answered[shop.Key](ctx, s, s.tables.Shops, sp, k)
}

func answered[T any](ctx context.Context, s *Store, table string, sp shop.Space, k idem.Key) (v T, ok bool, err error) {
	if k.IsZero() {
		return v, false, nil
	}
	row, err := s.get(ctx, table, onceKey(sp, k))
	if err != nil || row == nil || getNum(row, "ttl") <= s.now().Unix() {
		return v, false, err
	}
	v, err = replayed[T](row, k)
	return v, true, err
}

// replayed reads the first answer from the row that stood in the way of the second.
func replayed[T any](row item, k idem.Key) (T, error) {
	var v T
	return v, idem.Row{Body: getBin(row, "body"), Answer: json.RawMessage(getStr(row, "answer"))}.Replay(k, &v)
}
