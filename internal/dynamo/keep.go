package dynamo

import (
	"context"
	"slices"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// After an erasure nothing may lead from one name of a customer to another any
// more, and yet nobody gets a welcome twice by being erased. So each name keeps
// beside its own uses of a limit how many the others had (kept), and what named
// these (folded) is gone. Whoever has one of the names then is somebody new, to
// whom that much was used up.

// keepUses does that for all limits of a person, whose names are given. Done again,
// it finds that it is done. By then nobody can become this person any more.
func (s *Store) keepUses(ctx context.Context, sp shop.Space, person string, names []string) error {
	row, err := s.get(ctx, s.tables.Coupons, personKey(sp, person))
	if err != nil || unfoldedOf(person, row) == nil {
		return err
	}
	for len(getSet(row, "unfolded")) > 0 {
		if err := s.settleFolds(ctx, sp, person, row); err != nil {
			return err
		}
		if row, err = s.get(ctx, s.tables.Coupons, personKey(sp, person)); err != nil {
			return err
		}
	}
	for _, name := range names { // from now on its counters may say something
		w := write{table: s.tables.Coupons, key: personKey(sp, name), update: "SET counted = :yes", values: item{":yes": boolean(true)}}
		if _, err := s.settle(ctx, "dynamo.keepUses", w); err != nil {
			return err
		}
	}
	if err := s.keepAt(ctx, person, names, firstCounter(sp)); err != nil {
		return err
	}
	return s.eachCampaign(ctx, sp, func(ids []string) error { return s.keepAt(ctx, person, names, limitCounters(sp, ids)) })
}

// parting keeps everybody from using limits by a person's names from here on, until
// they are apart: what is used meanwhile would count for none of the others. Who was
// refused tries again, or is asked to.
func (s *Store) parting(ctx context.Context, sp shop.Space, person string) error {
	_, err := s.settle(ctx, "dynamo.parting", write{
		table: s.tables.Coupons, key: personKey(sp, person), update: "SET parting = :yes", values: item{":yes": boolean(true)},
	})
	return err
}

func (s *Store) parted(ctx context.Context, sp shop.Space, person string) error {
	_, err := s.settle(ctx, "dynamo.parted", write{table: s.tables.Coupons, key: personKey(sp, person), update: "REMOVE parting"})
	return err
}

func namesOf(held []customer.Held) []string {
	var names []string
	for _, h := range held {
		names = append(names, h.Person)
	}
	return names
}

// keepAt does that at several counters: nothing was used where the person has no row.
func (s *Store) keepAt(ctx context.Context, person string, names []string, cs []customerCounter) error {
	rows, err := s.countersOf(ctx, cs, person)
	if err != nil {
		return err
	}
	for _, at := range cs {
		if rows[rowID(at(person))] == nil {
			continue
		}
		if err := s.keepOne(ctx, person, names, at); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) keepOne(ctx context.Context, person string, names []string, at customerCounter) error {
	for n := range maxTries {
		ws, err := s.keeping(ctx, person, names, at)
		if err != nil {
			return err
		}
		changed := false
		for some := range slices.Chunk(ws, mostActions) { // one, unless there are very many names
			refused, err := s.settle(ctx, "dynamo.keepUses", some...)
			if err != nil {
				return err
			}
			changed = changed || refused != nil
		}
		if !changed {
			return nil
		}
		if err := wait(ctx, n); err != nil {
			return failed("dynamo.keepUses", err)
		}
	}
	return fault.ErrUnavailable.In("dynamo.keepUses").Because(errChanged)
}

// keeping lists the writes that part the names at one limit: none where that is
// done. What leads from the person to the others goes in the transaction that notes
// what they had, as the last, so that nothing is counted twice.
func (s *Store) keeping(ctx context.Context, person string, names []string, at customerCounter) ([]write, error) {
	all, err := s.countsOf(ctx, person, nil, []customerCounter{at}, true)
	if err != nil {
		return nil, err
	}
	mine := all[rowID(at(person))]
	for _, row := range mine.others {
		names = union(names, []string{getStr(row, attrSK)})
	}
	rows, err := s.countersOf(ctx, []customerCounter{at}, names...)
	if err != nil {
		return nil, err
	}
	var ws []write
	add := func(key, row item, n int64) {
		if n > getNum(row, "kept") || row["folded"] != nil {
			ws = append(ws, s.kept(key, row, max(n, getNum(row, "kept"))))
		}
	}
	total := getNum(mine.own, "uses") + mine.brought()
	for _, name := range names {
		row := rows[rowID(at(name))]
		add(at(name), row, total-getNum(row, "uses"))
	}
	add(at(person), mine.own, mine.brought())
	return ws, nil
}

// countersOf reads the rows of counters for several persons.
func (s *Store) countersOf(ctx context.Context, cs []customerCounter, persons ...string) (map[string]item, error) {
	var keys []item
	for _, at := range cs {
		for _, p := range persons {
			keys = append(keys, at(p))
		}
	}
	return s.batch(ctx, s.tables.Coupons, keys, true)
}

// kept notes at a counter what was used beside it, and lets go of whom it names, if it is as it was read.
func (s *Store) kept(key, row item, n int64) write {
	w := write{table: s.tables.Coupons, key: key, update: "REMOVE folded", values: item{}}
	if n > 0 {
		w.update, w.values[":n"] = "SET kept = :n REMOVE folded", num(n)
	}
	w.since("uses", row["uses"])
	counts{own: row}.since(&w)
	return w
}
