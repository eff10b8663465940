package dynamo

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/coupon"
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

// The names of the counters. A slot has one for each measure.
var (
	slotCounters = [...]string{coupon.Uses: "slot ", coupon.Stock: "stock ", coupon.Budget: "budget "}
	inAll        = [...]string{coupon.Uses: "slots in all", coupon.Stock: "stocks in all", coupon.Budget: "budgets in all"}
)

const (
	limitCounter = "limit "
	dayCounter   = "day "
	cardCounter  = "balance "
)

// counters reads the slots, and the customers' limits where the campaign has
// such a limit. A limit that was taken off the campaign rules nothing.
func (a *audit) counters(ctx context.Context, as func(tally, int64) tally) error {
	l, err := a.store.limits(ctx, a.space, a.campaign)
	if err != nil {
		return err
	}
	for m, limit := range a.campaign.Measures() {
		if limit == 0 {
			continue
		}
		for n, slot := range l.slots {
			a.note(slotCounters[m]+strconv.Itoa(n), as, slot.Used[m])
		}
		// What a change has still to move is no drift: shares are exact at every step.
		a.note(inAll[m], as, coupon.Used(l.slots)[m]+coupon.Left(l.slots)[m]+l.shares.To[m]-l.shares.Held[m])
	}
	if err := a.days(ctx, as); err != nil {
		return err
	}
	if a.campaign.MaxRedemptionsPerCustomer == 0 {
		return nil
	}
	return a.spread(ctx, func(letter string) string { return limitsPK(a.space, a.campaign.ID, letter) }, func(row item) error {
		a.note(limitCounter+getStr(row, attrSK), as, getNum(row, "uses"))
		return nil
	})
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
	for {
		page, err := s.db.Query(ctx, in)
		if err != nil {
			return failed("dynamo.each", err)
		}
		if err := visit(page.Items); err != nil || len(page.LastEvaluatedKey) == 0 {
			return err
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}
