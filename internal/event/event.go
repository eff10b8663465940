// Package event is the record of what happened in a shop: an order was paid, a
// customer became loyal, a coupon was redeemed.
//
// An event is thin: it names what it is about and where that can be read, and
// holds no copy of it. So it is never out of date, and nothing personal has to
// be searched for in it when a person is erased.
//
// Its id is a hash of what it says. Whoever finds that it should be there
// writes it, as often as they like: it is one row, and one event.
package event

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Prefix is how the ids of events begin.
const Prefix = "evt_"

// idSize is the length of an id in bytes: 48 bits of milliseconds, so that ids
// sort by time, and 80 of a hash.
const idSize = 6 + ident.Size

// Kept is how long events can be read.
const Kept = 30 * 24 * time.Hour

// Type says what happened, as "<object>.<verb in the past>".
type Type string

// Subject is what an event is about.
type Subject struct {
	Object  string `json:"object" doc:"The kind of object." example:"order"`
	ID      string `json:"id" example:"order-1001"`
	Version int64  `json:"version,omitzero" doc:"The version of the object that made it happen; of one object the highest is the latest."`
	URL     string `json:"url,omitzero" doc:"Where the object can be read." example:"/v1/orders/order-1001"`
}

// Event is a thing that happened, once.
type Event struct {
	Object    string    `json:"object" enum:"event"`
	ID        string    `json:"id" example:"evt_06dnx1k2c00123456789abcdef"`
	Livemode  bool      `json:"livemode"`
	Type      Type      `json:"type" example:"order.paid"`
	CreatedAt time.Time `json:"created_at" doc:"When it happened, as far as is known."`
	Subject   Subject   `json:"subject"`
}

// New makes the event of a type that befell a subject at a time. All of these
// must come from the object itself, never from the clock of who noticed: then
// the same thing noticed twice is the same event.
func New(sp shop.Space, t Type, subject Subject, at time.Time) Event {
	at = at.UTC().Truncate(time.Millisecond)
	h := sha256.New()
	for _, part := range []string{sp.Shop, sp.Side(), string(t), subject.Object, subject.ID, strconv.FormatInt(subject.Version, 10)} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(at.UnixMilli())<<16)[:6]
	id := ident.Encode(Prefix, append(b, h.Sum(nil)[:ident.Size]...))
	return Event{Object: "event", ID: id, Livemode: sp.Live, Type: t, CreatedAt: at, Subject: subject}
}

// Valid reports whether id looks like one of an event.
func Valid(id string) bool {
	_, ok := ident.Decode(Prefix, id, idSize)
	return ok
}

// Filter is which events a list shows; empty fields mean any.
type Filter struct {
	Type   Type
	Object string // kind of object
}

// Matches reports whether the list shows an event.
func (f Filter) Matches(e Event) bool {
	return (f.Type == "" || f.Type == e.Type) && (f.Object == "" || f.Object == e.Subject.Object)
}
