package dynamo

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/ident"
)

// rows counts the seats that are taken: in every bucket of the campaign's
// coupons, oldest first, so that what is issued meanwhile is still met.
func (a *audit) rows(ctx context.Context) error {
	for m, limit := range a.campaign.Measures() {
		if limit > 0 {
			a.note(inAll[m], tally.more, limit)
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.batches(ctx) })
	if a.campaign.Seated {
		g.Go(func() error { return a.seatsOf(ctx, coupon.AutomaticID(a.campaign.ID)[len(coupon.Prefix):]) })
	}
	for n := range buckets {
		g.Go(func() error {
			return a.store.each(ctx, &dynamodb.QueryInput{
				TableName: &a.store.tables.Coupons, IndexName: aws.String(byCampaign), Limit: aws.Int32(maxBatch),
				KeyConditionExpression:    aws.String(attrBucket + " = :bucket"),
				ExpressionAttributeValues: item{":bucket": str(bucketKey(a.space, a.campaign.ID, n))},
			}, func(listed []item) error { return a.coupons(ctx, listed) })
		})
	}
	return g.Wait()
}

// coupons reads a page of coupons. A random one is its own seat; a shared one
// has seats of its own, which may be many.
func (a *audit) coupons(ctx context.Context, listed []item) error {
	keys := make([]item, len(listed))
	for i, l := range listed {
		keys[i] = key(getStr(l, attrPK), skCoupon)
	}
	rows, err := a.store.batch(ctx, a.store.tables.Coupons, keys, true)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := a.seat(row); err != nil {
			return err
		}
		if row["balance_left"] != nil {
			if err := a.card(ctx, row); err != nil {
				return err
			}
		} else if !getBool(row, "shared") {
			continue
		}
		if err := a.seatsOf(ctx, strings.TrimPrefix(getStr(row, attrPK), space(a.space)+"#")); err != nil {
			return err
		}
	}
	return nil
}

// seatsOf counts what orders have of a shared code, a gift card, or an automatic campaign.
func (a *audit) seatsOf(ctx context.Context, body string) error {
	return a.spread(ctx, func(letter string) string { return seatsPK(a.space, body, letter) }, a.seat)
}

// seat counts a row, if a redemption holds it: what was rolled back has no order.
func (a *audit) seat(row item) error {
	if getStr(row, "order_id") == "" {
		return nil
	}
	for _, t := range getTakes(row) {
		a.take(t)
	}
	if person := getStr(row, "limited_person"); person != "" && a.campaign.MaxRedemptionsPerCustomer > 0 {
		a.note(limitCounter+person, tally.more, 1)
	}
	return nil
}

func (a *audit) take(t coupon.Take) {
	if t.Day != "" {
		if a.campaign.MaxRedemptionsPerDay > 0 {
			a.note(dayCounter+t.Day+" "+strconv.Itoa(t.Slot), tally.more, t.Took[coupon.Uses])
		}
		return
	}
	for m, n := range t.Took {
		if n != 0 {
			a.note(slotCounters[m]+strconv.Itoa(t.Slot), tally.more, n)
		}
	}
}

// partitionsAtOnce bounds the connections of an audit, not its result.
const partitionsAtOnce = 8

// spread visits the rows of the 32 partitions that pk names.
func (a *audit) spread(ctx context.Context, pk func(letter string) string, visit func(item) error) error {
	pks := make([]string, 0, len(ident.Alphabet))
	for _, letter := range ident.Alphabet {
		pks = append(pks, pk(string(letter)))
	}
	return a.partitions(ctx, pks, visit)
}

// days reads the counters of all days. As with customers, a limit that was taken
// off the campaign rules nothing.
func (a *audit) days(ctx context.Context, as func(tally, int64) tally) error {
	if a.campaign.MaxRedemptionsPerDay == 0 {
		return nil
	}
	slots := 0
	for _, p := range a.campaign.Days {
		slots = max(slots, p.Slots)
	}
	pks, number := make([]string, slots), map[string]int{}
	for n := range pks {
		pks[n] = daysPK(a.space, a.campaign.ID, n)
		number[pks[n]] = n
	}
	return a.partitions(ctx, pks, func(row item) error {
		a.note(dayCounter+getStr(row, attrSK)+" "+strconv.Itoa(number[getStr(row, attrPK)]), as, getNum(row, "uses"))
		return nil
	})
}

func (a *audit) partitions(ctx context.Context, pks []string, visit func(item) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(partitionsAtOnce)
	for _, pk := range pks {
		g.Go(func() error {
			return a.store.each(ctx, &dynamodb.QueryInput{
				TableName: &a.store.tables.Coupons, KeyConditionExpression: aws.String("pk = :pk"), ConsistentRead: aws.Bool(true),
				ProjectionExpression:      aws.String("pk, sk, uses, order_id, slot_number, takes, limited_person"),
				ExpressionAttributeValues: item{":pk": str(pk)},
			}, func(rows []item) error {
				for _, row := range rows {
					if err := visit(row); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	return g.Wait()
}
