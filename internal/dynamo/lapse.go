package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// reclaimHold undoes a hold whose time is over. It reports whether that is done,
// by whomever; not where the hold was committed or extended in time.
func (s *Store) reclaimHold(ctx context.Context, sp shop.Space, id string) (bool, error) {
	for n := range maxTries {
		done, err := s.reclaimOnce(ctx, sp, id)
		if !errors.Is(err, errChanged) {
			return done, err
		}
		if err := wait(ctx, n); err != nil {
			return false, failed("dynamo.reclaimHold", err)
		}
	}
	return false, standing{id: id}.gone("dynamo.reclaimHold")
}

// reclaimOnce undoes what it read; errChanged where that has changed since.
func (s *Store) reclaimOnce(ctx context.Context, sp shop.Space, id string) (bool, error) {
	st, err := s.find(ctx, sp, id)
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		return true, nil
	}
	if err != nil || st.redeemed.Status != coupon.Held {
		return err == nil && st.pastRow != nil, err
	}
	if st, err = s.withMembers(ctx, st); err != nil {
		return false, err
	}
	if !lapsed(st.seatRow, s.now()) {
		return false, nil
	}
	refused, err := s.settle(ctx, "dynamo.reclaimHold", s.takenBack(st, st.redeemed.As(coupon.Lapsed))...)
	if err == nil && refused != nil {
		err = errChanged
	}
	if err != nil {
		return false, err
	}
	s.forgetExhausted(sp, st.redeemed)
	return true, nil
}

// maxReclaims bounds how many holds one request takes back.
const maxReclaims = 10

// reclaimAt undoes holds that lapsed at a counter, which was read with its mark.
// It reports how many, and moves the mark to the next that may lapse.
func (s *Store) reclaimAt(ctx context.Context, sp shop.Space, counter item) (int, error) {
	if next := getTime(counter, "next_lapse_at"); next.IsZero() || s.now().Before(next) {
		return 0, nil
	}
	prefix := holdPrefix(counter)
	entries, err := s.holdsAt(ctx, counter, maxReclaims+1, true)
	if err != nil {
		return 0, err
	}
	freed := 0
	for _, entry := range entries[:min(maxReclaims, len(entries))] {
		lapse, id := readEntry(entry, prefix)
		if s.now().Before(lapse) {
			return freed, s.moveMark(ctx, counter, lapse)
		}
		done, err := s.reclaimHold(ctx, sp, id)
		if err != nil {
			return freed, err
		}
		if done {
			freed++
		}
	}
	if len(entries) == 0 {
		return freed, s.moveMark(ctx, counter, time.Time{})
	}
	return freed, nil
}

// holdsAt reads the entries of holds beside a counter, those that lapse first.
func (s *Store) holdsAt(ctx context.Context, counter item, most int32, consistent bool) ([]item, error) {
	out, err := s.db.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.tables.Coupons, ConsistentRead: &consistent, Limit: &most,
		KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :prefix)"),
		ExpressionAttributeValues: item{":pk": counter[attrPK], ":prefix": str(holdPrefix(counter))},
	})
	if err != nil {
		return nil, failed("dynamo.holdsAt", err)
	}
	return out.Items, nil
}

func readEntry(entry item, prefix string) (time.Time, string) {
	var ms int64
	var id string
	_, _ = fmt.Sscanf(getStr(entry, attrSK)[len(prefix):], "%d#%s", &ms, &id)
	return time.UnixMilli(ms), id
}

// moveMark sets when a counter's holds can lapse next, if none was added since
// the counter was read. A hold that is added later leaves the mark as it is, so
// it never lies further ahead than that one can lapse.
func (s *Store) moveMark(ctx context.Context, counter item, next time.Time) error {
	if soonest := soonestLapse(s.now()); next.After(soonest) {
		next = soonest
	}
	w := write{
		table: s.tables.Coupons, key: keyOfRow(counter), update: "REMOVE next_lapse_at", condition: "holds = :seen",
		values: item{":seen": counter["holds"]},
	}
	if !next.IsZero() {
		w.update, w.values[":next"] = "SET next_lapse_at = :next", moment(next)
	}
	_, err := s.settle(ctx, "dynamo.moveMark", w)
	return err
}
