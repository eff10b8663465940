package dynamo

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Erasure is an entry of the journal of erasures.
type Erasure struct {
	Space  shop.Space
	Person string
	At     time.Time
}

// Erasures hands each erasure of the journal to do, latest first.
func (s *Store) Erasures(ctx context.Context, do func(Erasure) error) error {
	read := func(below string) ([]item, error) {
		return s.page(ctx, query{table: s.tables.Events, hashAttr: attrPK, hash: journalPK, sortAttr: attrSK, below: below, limit: maxBatch})
	}
	return visit(attrSK, read, func(row item) error {
		e, err := readJournal(getStr(row, attrSK))
		if err != nil {
			return err
		}
		return do(e)
	})
}

func readJournal(sk string) (Erasure, error) {
	at, rest, _ := strings.Cut(sk, "#")
	sp, person, ok := cutSpace(rest)
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !ok {
		return Erasure{}, fault.ErrInternal.In("dynamo.readJournal").Because(err)
	}
	return Erasure{Space: sp, Person: person, At: time.UnixMilli(ms).UTC()}, nil
}

// EraseAgain erases a person as of a moment, after a backup from before it was
// restored. Who came after that moment stays. The work is on the list of what is due then.
func (s *Store) EraseAgain(ctx context.Context, e Erasure) error {
	row, err := s.get(ctx, s.tables.People, profileKey(e.Space, e.Person))
	if err != nil {
		return err
	}
	if merged(row) { // whom it was merged into is in the journal, too
		return nil
	}
	if row != nil && !erasing(row) && !getTime(row, "created_at").After(e.At) {
		_, err := s.eraseOnce(ctx, e.Space, e.Person, e.At)
		return err
	}
	is, err := s.get(ctx, s.tables.Coupons, personKey(e.Space, e.Person))
	if err != nil {
		return err
	}
	if at := getTime(is, "erased_at"); !at.IsZero() && !at.Before(e.At) { // what the row says is of who came after
		return s.remind(ctx, s.now(), eraseTask(e.Space, e.Person))
	}
	w := s.erasedAgain(e, is, row != nil && !erasing(row))
	refused, err := s.settle(ctx, "dynamo.EraseAgain", w, s.reminder(s.now(), eraseTask(e.Space, e.Person)))
	if err == nil && refused != nil && !erasedLater(refused[0].old, e.At) {
		err = fault.ErrUnavailable.In("dynamo.EraseAgain").Because(errors.New("the person is another's by now"))
	}
	return err
}

// erasedAgain notes an erasure in a person's row as it was read. It stays as it is
// where it is of somebody new, and of an address or number of somebody's: they are in
// the journal themselves, if they are to go.
func (s *Store) erasedAgain(e Erasure, is item, anew bool) write {
	w, to := s.erased(e.Space, e.Person, e.At), is["same_as"]
	if anew || to != nil {
		w.update, w.values, w.names = "SET erased_at = :at", item{":at": moment(e.At)}, nil
	}
	if to != nil {
		w.condition, w.values[":to"] = "same_as = :to", to
	}
	w.condition += " AND (attribute_not_exists(erased_at) OR erased_at <= :at)"
	return w
}

func erasedLater(row item, at time.Time) bool { return getTime(row, "erased_at").After(at) }
