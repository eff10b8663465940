// Package idem is the Idempotency-Key of a call that has no natural key:
// creating a campaign, a coupon, a key. Its row commits in the effect's own
// transaction and holds the first answer for a day; see the store.
//
// Calls with a natural key (a redemption is coupon + order + attempt) keep the
// key on the row of their effect instead.
package idem

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Keep is how long a first answer is kept.
const Keep = 24 * time.Hour

// Key identifies one call. The zero Key is a call without the header.
type Key struct {
	ID   string // route and keyed hash of the header; unique within a space
	Body []byte // keyed hash of the request body
}

// New makes the key of a call, or the zero Key where header is empty.
func New(s shop.Secrets, route, header string, body []byte) Key {
	if header == "" {
		return Key{}
	}
	return Key{
		ID:   s.Replay.ID(route+"#", "idempotency", header),
		Body: s.Replay.Sum("body", string(body))[:16],
	}
}

// IsZero reports whether the call carried no key.
func (k Key) IsZero() bool { return k.ID == "" }

// Row is a stored first answer.
type Row struct {
	Body   []byte
	Answer []byte // JSON, without secrets
}

// Replay reads the first answer into v, or refuses a key that came with another body.
func (r Row) Replay(k Key, v any) error {
	if !bytes.Equal(r.Body, k.Body) {
		return fault.ErrIdempotencyKeyReused.At("Idempotency-Key")
	}
	if err := json.Unmarshal(r.Answer, v); err != nil {
		return fmt.Errorf("idem.Replay: %w", err)
	}
	return nil
}
