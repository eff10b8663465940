package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// maxHops bounds how often a person is found to be somebody else: an address of a
// customer who was merged, more than once.
const maxHops = 8

var errTooManyHops = errors.New("a person is somebody else too many times")

// leads holds a transaction to a person's being that other one by now.
func (s *Store) leads(sp shop.Space, person, to string) write {
	return write{
		check: true, table: s.tables.Coupons, key: personKey(sp, person), condition: "same_as = :next", values: item{":next": str(to)},
	}
}

// canonical finds who a keyed hash is by now: an address may have become a
// customer's, a customer may have been merged into another. The checks hold a
// transaction to what was found, so that nothing is written to somebody who is
// somebody else at that moment.
func (s *Store) canonical(ctx context.Context, sp shop.Space, person string) (string, []write, error) {
	person, _, checks, err := s.identify(ctx, sp, person)
	return person, checks, err
}

// identify is canonical that says, too, when the person was last erased; zero: never.
func (s *Store) identify(ctx context.Context, sp shop.Space, person string) (string, time.Time, []write, error) {
	var checks []write
	var erased, since time.Time
	for range maxHops {
		row, err := s.get(ctx, s.tables.Coupons, personKey(sp, person))
		if err != nil {
			return "", time.Time{}, nil, err
		}
		if at := getTime(row, "erased_at"); at.After(erased) && !at.Before(since) {
			erased = at // also of an address that is another customer's by now, but not of who had that id before a merge
		}
		next := getStr(row, "same_as")
		if next == "" {
			check := write{check: true, table: s.tables.Coupons, key: personKey(sp, person), condition: "attribute_not_exists(same_as)"}
			check.since("erased_at", row["erased_at"])
			return person, erased, append(checks, check), nil
		}
		since = getTime(row, "same_since")
		checks, person = append(checks, s.leads(sp, person, next)), next
	}
	return "", time.Time{}, nil, fault.ErrInternal.In("dynamo.canonical").Because(errTooManyHops)
}

// nowIs reads who somebody is by now, with the row that says so.
func (s *Store) nowIs(ctx context.Context, sp shop.Space, person string) (string, item, error) {
	for range maxHops {
		at := personKey(sp, person)
		rows, err := s.batch(ctx, s.tables.Coupons, []item{at}, false) // offers may read in no other way
		if err != nil {
			return "", nil, err
		}
		row := rows[rowID(at)]
		next := getStr(row, "same_as")
		if next == "" {
			return person, row, nil
		}
		person = next
	}
	return person, item{}, nil
}

// called lists all that lead to who a person is by now, that one first: ids of
// merged customers, addresses and numbers.
func (s *Store) called(ctx context.Context, sp shop.Space, person string) ([]string, error) {
	is, row, err := s.nowIs(ctx, sp, person)
	return append([]string{is}, getSet(row, "also")...), err
}
