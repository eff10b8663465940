package dynamo

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Audit recomputes every counter of a campaign's limits from the rows that it
// counts, and gives those that differ. It only reads, page by page: what it
// keeps is one tally for each slot and for each customer who has redeemed.
//
// It takes no snapshot, since redemptions go on. So it reads the counters before
// the rows and again after them: what the rows say must lie between the two,
// or a busy campaign would seem to drift the same way every time. A difference
// can still be of the moment; one that is there again and again is not.
func (s *Store) Audit(ctx context.Context, sp shop.Space, id string) ([]coupon.Drift, error) {
	c, err := s.campaign(ctx, sp, id)
	if err != nil {
		return nil, err
	}
	a := audit{store: s, space: sp, campaign: c, tallies: map[string]tally{}}
	if err := a.counters(ctx, tally.before); err != nil {
		return nil, err
	}
	if err := a.rows(ctx); err != nil {
		return nil, err
	}
	if err := a.counters(ctx, tally.after); err != nil {
		return nil, err
	}
	return a.drifts(), nil
}

// audit is one reading of one campaign.
type audit struct {
	store    *Store
	space    shop.Space
	campaign coupon.Campaign

	mu      sync.Mutex
	tallies map[string]tally // by counter
}

// tally is a counter as it was read before and after the rows, and what they say.
type tally struct{ first, last, rows int64 }

func (t tally) before(n int64) tally { t.first = n; return t }
func (t tally) after(n int64) tally  { t.last = n; return t }
func (t tally) more(n int64) tally   { t.rows += n; return t }

// counted is what the counter said while the rows were read, as near to them as it came.
func (t tally) counted() int64 { return min(max(t.rows, min(t.first, t.last)), max(t.first, t.last)) }

func (a *audit) note(counter string, change func(tally, int64) tally, n int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tallies[counter] = change(a.tallies[counter], n)
}

// The names of the counters.
const (
	slotCounter  = "slot "
	limitCounter = "limit "
	slotsInAll   = "slots in all"
)

// counters reads the slots, and the customers' limits where the campaign has
// such a limit. A limit that was taken off the campaign rules nothing.
func (a *audit) counters(ctx context.Context, as func(tally, int64) tally) error {
	slots, err := a.store.slots(ctx, a.space, a.campaign)
	if err != nil {
		return err
	}
	var all int64
	for n, slot := range slots {
		a.note(slotCounter+strconv.Itoa(n), as, getNum(slot, "uses"))
		all += getNum(slot, "uses") + getNum(slot, "uses_left")
	}
	a.note(slotsInAll, as, all)
	if a.campaign.MaxRedemptionsPerCustomer == 0 {
		return nil
	}
	return a.spread(ctx, func(letter string) string { return limitsPK(a.space, a.campaign.ID, letter) }, func(row item) {
		a.note(limitCounter+getStr(row, attrSK), as, getNum(row, "uses"))
	})
}

// rows counts the seats that are taken: in every bucket of the campaign's
// coupons, oldest first, so that what is issued meanwhile is still met.
func (a *audit) rows(ctx context.Context) error {
	a.note(slotsInAll, tally.more, a.campaign.MaxRedemptions)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.batches(ctx) })
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
		a.seat(row)
		if !getBool(row, "shared") {
			continue
		}
		body := strings.TrimPrefix(getStr(row, attrPK), space(a.space)+"#")
		if err := a.spread(ctx, func(letter string) string { return seatsPK(a.space, body, letter) }, a.seat); err != nil {
			return err
		}
	}
	return nil
}

// seat counts a row, if a redemption holds it: what was rolled back has no order.
func (a *audit) seat(row item) {
	if getStr(row, "order_id") == "" {
		return
	}
	if row["slot_number"] != nil {
		a.note(slotCounter+strconv.FormatInt(getNum(row, "slot_number"), 10), tally.more, 1)
	}
	if person := getStr(row, "limited_person"); person != "" && a.campaign.MaxRedemptionsPerCustomer > 0 {
		a.note(limitCounter+person, tally.more, 1)
	}
}

// partitionsAtOnce bounds the connections of an audit, not its result.
const partitionsAtOnce = 8

// spread visits the rows of the 32 partitions that pk names.
func (a *audit) spread(ctx context.Context, pk func(letter string) string, visit func(item)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(partitionsAtOnce)
	for _, letter := range ident.Alphabet {
		g.Go(func() error {
			return a.store.each(ctx, &dynamodb.QueryInput{
				TableName: &a.store.tables.Coupons, KeyConditionExpression: aws.String("pk = :pk"), ConsistentRead: aws.Bool(true),
				ProjectionExpression:      aws.String("sk, uses, order_id, slot_number, limited_person"),
				ExpressionAttributeValues: item{":pk": str(pk(string(letter)))},
			}, func(rows []item) error {
				for _, row := range rows {
					visit(row)
				}
				return nil
			})
		})
	}
	return g.Wait()
}

func (a *audit) drifts() []coupon.Drift {
	var out []coupon.Drift
	for counter, t := range a.tallies {
		if t.counted() != t.rows {
			out = append(out, coupon.Drift{Campaign: a.campaign.ID, Counter: counter, Counted: t.counted(), Rows: t.rows})
		}
	}
	slices.SortFunc(out, func(x, y coupon.Drift) int { return strings.Compare(x.Counter, y.Counter) })
	return out
}

// each visits all pages of a query.
func (s *Store) each(ctx context.Context, in *dynamodb.QueryInput, visit func([]item) error) error {
	pages := dynamodb.NewQueryPaginator(s.db, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return failed("dynamo.each", err)
		}
		if err := visit(page.Items); err != nil {
			return err
		}
	}
	return nil
}
