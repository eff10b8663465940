package dynamo

import (
	"context"
	"errors"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// settleStage notes the stage that a customer has by now, tells of it where it is
// another one, and sees to it that it is looked at when time alone will change it.
// Nothing is judged by what is noted here: who asks for a stage has it worked out.
// Of guests nothing is told, for there is nobody to tell of.
func (s *Store) settleStage(ctx context.Context, sp shop.Space, person string) error {
	for n := range maxTries {
		err := s.settleStageOnce(ctx, sp, person)
		if !errors.Is(err, errChanged) {
			return err
		}
		if err := wait(ctx, n); err != nil {
			return failed("dynamo.settleStage", err)
		}
	}
	return fault.ErrUnavailable.In("dynamo.settleStage").Because(errChanged)
}

func (s *Store) settleStageOnce(ctx context.Context, sp shop.Space, person string) error {
	row, err := s.get(ctx, s.tables.Coupons, personKey(sp, person))
	if err != nil || getStr(row, "customer") == "" || row["same_as"] != nil {
		return err
	}
	f, err := readFigures(row)
	if err != nil {
		return err
	}
	set, err := s.Settings(ctx, sp)
	if err != nil {
		return err
	}
	is := customer.Stand(f, set.Stages, s.now())
	if next := is.Until(); !next.IsZero() {
		if err := s.remind(ctx, next, queue.Task{Kind: customer.LookAfterStage, Space: sp, ID: person}); err != nil {
			return err
		}
	}
	noted := customer.Noted{Customer: getStr(row, "customer"), Stage: customer.Stage(getStr(row, "stage")), Version: getNum(row, "stage_version"), At: getTime(row, "stage_at")}
	if noted.Version > 0 { // before it is lost to the next
		if err := s.tell(ctx, sp, noted.Event(sp)); err != nil {
			return err
		}
	}
	if noted.Stage == is.Stage {
		return nil
	}
	return s.noteStage(ctx, sp, person, noted, is.Stage)
}

// noteStage changes the stage that is noted, if it is the one that was read.
func (s *Store) noteStage(ctx context.Context, sp shop.Space, person string, was customer.Noted, stage customer.Stage) error {
	is := customer.Noted{Customer: was.Customer, Stage: stage, Version: was.Version + 1, At: s.now()}
	w := write{
		table: s.tables.Coupons, key: personKey(sp, person),
		update:    "SET stage = :stage, stage_version = :next, stage_at = :now ADD told :told",
		condition: "customer = :customer AND attribute_not_exists(same_as) AND attribute_not_exists(stage_version)",
		values:    item{":stage": str(string(stage)), ":next": num(is.Version), ":now": moment(is.At), ":customer": str(is.Customer), ":told": set(is.Event(sp).ID)},
	}
	if was.Version > 0 {
		w.condition = "customer = :customer AND attribute_not_exists(same_as) AND stage_version = :seen"
		w.values[":seen"] = num(was.Version)
	}
	refused, err := s.settle(ctx, "dynamo.noteStage", w)
	switch {
	case err != nil:
		return err
	case refused != nil:
		return errChanged
	}
	return s.tell(ctx, sp, is.Event(sp))
}
