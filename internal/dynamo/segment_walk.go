package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/segment"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// walk is how far a side's customers have been gone through, by its row: bucket by
// bucket of their list, each from the newest to the oldest. Who is new meanwhile is
// settled as a change, by definitions at least as new as the walk's.
type walk struct {
	version int64 // of the row; 0: there is none
	target  int64 // the count of definitions that this walk is for; 0: none is under way
	since   time.Time
	bucket  int
	below   string
	done    int64 // what the last whole walk was for
	doneAt  time.Time
}

// Segments whose members time alone changes are gone through anew every day.
const walkAgain = 24 * time.Hour

const (
	walkPage     = 50 // customers
	pagesPerTask = 10
)

func (s *Store) walked(ctx context.Context, sp shop.Space) (walk, error) {
	row, err := s.get(ctx, s.tables.People, key(segmentsPK(sp), skWalk))
	return walk{
		version: getNum(row, "version"), target: getNum(row, "target"), since: getTime(row, "since"), bucket: int(getNum(row, "bucket")),
		below: getStr(row, "below"), done: getNum(row, "done"), doneAt: getTime(row, "done_at"),
	}, err
}

// goTo notes where the walk is, unless another copy of the task has taken it further.
func (s *Store) goTo(ctx context.Context, sp shop.Space, was, is walk) error {
	is.version = was.version + 1
	row := key(segmentsPK(sp), skWalk)
	row["version"], row["target"], row["since"], row["bucket"] = num(is.version), num(is.target), moment(is.since), num(is.bucket)
	row["below"], row["done"], row["done_at"] = str(is.below), num(is.done), moment(is.doneAt)
	if is.since.IsZero() {
		delete(row, "since")
	}
	if is.doneAt.IsZero() {
		delete(row, "done_at")
	}
	w := write{table: s.tables.People, item: row, condition: "attribute_not_exists(pk)", unique: true} // the same place is the same place, whoever noted it
	if was.version > 0 {
		w.condition, w.values = "version = :seen", item{":seen": num(was.version)}
	}
	refused, err := s.settle(ctx, "dynamo.goTo", w)
	if err == nil && refused != nil {
		err = errChanged
	}
	return err
}

// settleDefinitions has all customers gone through, soon: what they are judged by has changed.
func (s *Store) settleDefinitions(ctx context.Context, sp shop.Space) error {
	return s.remind(ctx, s.now(), walkTask(sp))
}

func walkTask(sp shop.Space) queue.Task { return queue.Task{Kind: segment.LookAfter, Space: sp} }

// walkSegments goes through some customers, and gives the task that goes on. Its
// place is kept: a task that died is followed by another, and one that comes twice
// ends where the other has gone further.
func (s *Store) walkSegments(ctx context.Context, sp shop.Space) ([]queue.Task, error) {
	for range pagesPerTask {
		w, err := s.walked(ctx, sp)
		if err != nil {
			return nil, err
		}
		b, err := s.book(ctx, sp)
		if err != nil {
			return nil, err
		}
		next := w
		if w.target == 0 {
			if !s.walkDue(w, b) {
				return nil, nil
			}
			next.target, next.since, next.bucket, next.below = b.version, s.now(), 0, ""
		} else if next, err = s.step(ctx, sp, w, b); err != nil {
			return nil, err
		}
		if err := s.goTo(ctx, sp, w, next); err != nil {
			if errors.Is(err, errChanged) { // another copy of the task is further, and goes on
				return nil, nil
			}
			return nil, err
		}
	}
	return []queue.Task{walkTask(sp)}, nil
}

func (s *Store) walkDue(w walk, b book) bool {
	return w.done < b.version || moves(b.all) && !s.now().Before(w.doneAt.Add(walkAgain))
}

func moves(all []asked) bool {
	for _, a := range all {
		if a.compiled.Moves() {
			return true
		}
	}
	return false
}

// step settles a page of customers, and says where the walk is then.
func (s *Store) step(ctx context.Context, sp shop.Space, w walk, b book) (walk, error) {
	rows, err := s.page(ctx, query{
		table: s.tables.People, hashAttr: attrPK, hash: customersPK(sp, w.bucket), sortAttr: attrSK, below: w.below, limit: walkPage,
	})
	if err != nil {
		return w, err
	}
	persons := make([]string, len(rows))
	for i, row := range rows {
		persons[i] = listedPerson(row)
	}
	if err := s.settleAll(ctx, sp, b, persons, w.done < b.staged); err != nil {
		return w, err
	}
	if len(rows) == walkPage {
		w.below = getStr(rows[len(rows)-1], attrSK)
		return w, nil
	}
	if w.bucket, w.below = w.bucket+1, ""; w.bucket < customerBuckets {
		return w, nil
	}
	if moves(b.all) { // before the end is noted: a reminder too many does no harm
		if err := s.remind(ctx, w.since.Add(walkAgain), walkTask(sp)); err != nil {
			return w, err
		}
	}
	return walk{version: w.version, done: w.target, doneAt: w.since}, nil
}

// settleAll reads customers together, and settles those whom it finds otherwise than
// noted; where thresholds have changed, the stages of all who ordered: also who stays
// in a stage may leave it at another time.
func (s *Store) settleAll(ctx context.Context, sp shop.Space, b book, persons []string, stages bool) error {
	if len(persons) == 0 {
		return nil
	}
	found, err := s.judge(ctx, sp, b, persons)
	if err != nil {
		return err
	}
	return sideBySide(ctx, len(found), func(ctx context.Context, i int) error {
		if stages && found[i].ordered {
			if err := s.settleStage(ctx, sp, found[i].person); err != nil {
				return err
			}
		}
		if found[i].settled() {
			return nil
		}
		return s.SettleSegments(ctx, sp, found[i].person)
	})
}
