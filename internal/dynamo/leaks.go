package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Leaks gives leaks that nobody has dealt with, of whatever shop.
func (s *Store) Leaks(ctx context.Context, limit int) ([]coupon.Leak, error) {
	rows, err := s.page(ctx, query{table: s.tables.Attempts, hashAttr: attrPK, hash: leaksPK, sortAttr: attrSK, limit: limit})
	if err != nil {
		return nil, err
	}
	out := make([]coupon.Leak, len(rows))
	for i, row := range rows {
		out[i] = coupon.Leak{
			Space:  shop.Space{Shop: getStr(row, "shop"), Live: getBool(row, "live")},
			Coupon: getStr(row, "coupon"), Campaign: getStr(row, "campaign_id"),
			Customers: getNum(row, "customers"), RaisedAt: getTime(row, "raised_at"), Window: getNum(row, "window"),
		}
	}
	return out, nil
}

// Suspect marks the coupon of a leak, and disables it where its campaign wants
// that, in one conditional write: once for each leak, also if the shop enables
// the coupon in between. It gives what the coupon shows now, and reports whether
// that is this leak; where the first answer was lost, it is, too.
func (s *Store) Suspect(ctx context.Context, l coupon.Leak) (coupon.Suspicion, bool, error) {
	c, err := s.campaign(ctx, l.Space, l.Campaign)
	if err != nil {
		return coupon.Suspicion{}, false, err
	}
	mark := coupon.Suspicion{SuspectedAt: l.RaisedAt, Customers: l.Customers, Paused: c.Radar().Pause}
	refused, err := s.settle(ctx, "dynamo.Suspect", s.suspicion(l, mark))
	if err == nil && refused != nil && refused[0].old == nil {
		refused, err = s.suspectUnmade(ctx, l, mark)
	}
	if err != nil || refused == nil {
		return mark, err == nil, err
	}
	if found := readSuspicion(refused[0].old); found != nil {
		return *found, found.SuspectedAt.Equal(l.RaisedAt), nil
	}
	return coupon.Suspicion{}, false, nil // no coupon: nothing to do about it
}

func (s *Store) suspicion(l coupon.Leak, mark coupon.Suspicion) write {
	w := write{
		table: s.tables.Coupons, key: couponKey(l.Space, l.Coupon),
		update:    "SET leak_at = :at, leak_customers = :customers, leak_paused = :paused",
		condition: "attribute_exists(code) AND (attribute_not_exists(leak_at) OR leak_at < :at)",
		values:    item{":at": moment(mark.SuspectedAt), ":customers": num(mark.Customers), ":paused": boolean(mark.Paused)},
	}
	if mark.Paused { // counted, so that a late copy of the shop's own change does nothing
		w.update += ", disabled = :paused, toggled = if_not_exists(toggled, :zero) + :one"
		w.values[":zero"], w.values[":one"] = num(0), num(1)
	}
	return w
}

// TellLeak tells the shop of a leak, once.
func (s *Store) TellLeak(ctx context.Context, l coupon.Leak) error {
	return s.tell(ctx, l.Space, l.Event())
}

// Settle removes a leak that was dealt with.
func (s *Store) Settle(ctx context.Context, l coupon.Leak) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Attempts, Key: leakKey(l.Space, l.Coupon, l.Window),
	})
	return failed("dynamo.Settle", err)
}

func readSuspicion(row item) *coupon.Suspicion {
	if row["leak_at"] == nil {
		return nil
	}
	return &coupon.Suspicion{
		SuspectedAt: getTime(row, "leak_at"), Customers: getNum(row, "leak_customers"), Paused: getBool(row, "leak_paused"),
	}
}
