package dynamo

import (
	"context"
	"time"

	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// tell writes events, each once however often it is found out: what an event
// says is its key. Write it after what it tells of, never before.
//
// It looks first, since most of what is found out was told before, and a look is
// a fifth of the price of a write that is refused.
func (s *Store) tell(ctx context.Context, sp shop.Space, found ...event.Event) error {
	keys := make([]item, len(found))
	for i, e := range found {
		keys[i] = eventKey(sp, e.ID)
	}
	there, err := s.batch(ctx, s.tables.Events, keys, false)
	if err != nil {
		return err
	}
	for i, e := range found {
		row := keys[i]
		if there[rowID(row)] != nil {
			continue
		}
		row["document"], row["ttl"] = document(e), num(e.CreatedAt.Add(event.Kept).Unix())
		// A refusal says that it stands there already.
		if _, err := s.settle(ctx, "dynamo.tell", write{table: s.tables.Events, item: row, condition: "attribute_not_exists(pk)"}); err != nil {
			return err
		}
	}
	return nil
}

// Event reads one.
func (s *Store) Event(ctx context.Context, sp shop.Space, id string) (event.Event, error) {
	if !event.Valid(id) {
		return event.Event{}, fault.ErrNotFound
	}
	row, err := s.get(ctx, s.tables.Events, eventKey(sp, id))
	if err != nil {
		return event.Event{}, err
	}
	if row == nil || expired(row, s.now()) {
		return event.Event{}, fault.ErrNotFound
	}
	return readEvent(row)
}

// Events lists a page, latest first, with the id that ended it ("" on the last).
// What happened a moment ago may come in later, and stand further down: events
// stand by the time at which things happened, not at which they were noticed. A
// page may be short, or empty, and yet not the last: a filter that hardly
// anything matches must not read a month in one call.
func (s *Store) Events(ctx context.Context, sp shop.Space, f event.Filter, below string, limit int) ([]event.Event, string, error) {
	var out []event.Event
	for range maxLooks {
		rows, err := s.page(ctx, s.eventQueries(sp, below, limit+1)...)
		if err != nil {
			return nil, "", err
		}
		for _, row := range rows {
			e, err := readEvent(row)
			if err != nil {
				return nil, "", err
			}
			if !f.Matches(e) || expired(row, s.now()) {
				continue
			}
			if len(out) == limit {
				return out, below, nil
			}
			out, below = append(out, e), e.ID
		}
		if len(rows) <= limit {
			return out, "", nil
		}
		below = getStr(rows[len(rows)-1], attrSK)
	}
	return out, below, nil
}

// maxLooks bounds how often a filtered list reads on.
const maxLooks = 5

func (s *Store) eventQueries(sp shop.Space, below string, limit int) []query {
	qs := make([]query, eventShards)
	for n := range qs {
		qs[n] = query{table: s.tables.Events, hashAttr: attrPK, hash: eventsPK(sp, n), sortAttr: attrSK, below: below, limit: limit}
	}
	return qs
}

// expired tells what only waits for its deletion.
func expired(row item, now time.Time) bool {
	ttl := getNum(row, "ttl")
	return ttl != 0 && ttl <= now.Unix()
}

func readEvent(row item) (e event.Event, err error) {
	if err := getDocument(row, "document", &e); err != nil {
		return event.Event{}, fault.ErrInternal.In("dynamo.readEvent").Because(err)
	}
	return e, nil
}
