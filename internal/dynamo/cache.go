package dynamo

import (
	"context"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// cache remembers what was read for a while: at most size entries, the least
// recently used go first, and of many callers who miss at once one reads.
// Failures are not remembered.
type cache[V any] struct {
	entries *lru.Cache[string, entry[V]]
	flight  singleflight.Group
	age     time.Duration
	now     func() time.Time
}

type entry[V any] struct {
	value V
	read  time.Time
}

func newCache[V any](size int, age time.Duration, now func() time.Time) *cache[V] {
	entries, err := lru.New[string, entry[V]](size)
	if err != nil {
		panic(err) // size is a positive constant
	}
	return &cache[V]{entries: entries, age: age, now: now}
}

// loadTimeout bounds one reading for the cache, whoever still waits for it.
const loadTimeout = 5 * time.Second

// get gives the value of key, reading it with load where it is missing or too
// old. Who leaves, or has no time left, does not take the others' answer along.
func (c *cache[V]) get(ctx context.Context, key string, load func(context.Context) (V, error)) (V, error) {
	if v, ok := c.peek(key); ok {
		return v, nil
	}
	answer := c.flight.DoChan(key, func() (any, error) {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
		defer stop()
		read := c.now()
		v, err := load(ctx)
		if err == nil {
			c.entries.Add(key, entry[V]{v, read})
		}
		return v, err
	})
	select {
	case r := <-answer:
		return r.Val.(V), r.Err
	case <-ctx.Done():
		var none V
		return none, failed("dynamo.cache", ctx.Err())
	}
}

func (c *cache[V]) peek(key string) (V, bool) {
	e, ok := c.entries.Get(key)
	if age := c.now().Sub(e.read); !ok || age < 0 || age >= c.age {
		var none V
		return none, false
	}
	return e.value, true
}

func (c *cache[V]) put(key string, v V) { c.entries.Add(key, entry[V]{v, c.now()}) }

func (c *cache[V]) forget(key string) { c.entries.Remove(key) }
