package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// whoCounts reads whom limits count for a draft that is only looked at: rows are
// those of the person who is named. Who is somebody else by now, or was, costs
// further requests.
func (s *Store) whoCounts(ctx context.Context, d coupon.Draft, rows map[string]item, consistent bool) (counting, error) {
	c := counting{person: orNobody(d.Person)}
	if !byCustomers(d) {
		return c, nil
	}
	cs := customerCounters(d)
	c.at = make(map[string]counts, len(cs))
	row := rows[rowID(personKey(d.Space, c.person))]
	for range maxHops {
		next := getStr(row, "same_as")
		if next == "" {
			break
		}
		c.person = next
		keys := []item{personKey(d.Space, next)}
		for _, at := range cs {
			keys = append(keys, at(next))
		}
		var err error
		if rows, err = s.batch(ctx, s.tables.Coupons, keys, consistent); err != nil {
			return c, err
		}
		row = rows[rowID(keys[0])]
	}
	alone := row["unfolded"] == nil
	for _, at := range cs {
		id := rowID(at(c.person))
		c.at[id] = counts{own: rows[id]}
		alone = alone && rows[id]["folded"] == nil
	}
	if alone {
		return c, nil
	}
	var err error
	c.at, err = s.countsOf(ctx, c.person, getSet(row, "unfolded"), cs, consistent)
	return c, err
}

// lookAtCustomers says what is left of a part's limits for each customer, after
// others of the same order took their uses.
func (s *Store) lookAtCustomers(ctx context.Context, d coupon.Draft, p coupon.Part, who counting, others int64, f *coupon.Found) (err error) {
	if most := p.Campaign.MaxRedemptionsPerCustomer; most > 0 {
		at := who.limit(d.Space, p.Campaign.ID)
		tooMany := getNum(at.own, "uses")+at.brought()+others >= most
		if f.LimitReached, err = s.spentUnless(ctx, tooMany, at.all()...); err != nil {
			return err
		}
	}
	if !p.Terms.Rules.FirstOrder() {
		return nil
	}
	for _, row := range who.first(d.Space).all() {
		another, err := s.spentUnless(ctx, taken(row, d.Order.ID), row)
		if err != nil {
			return err
		}
		f.FirstTaken = f.FirstTaken || another
	}
	return nil
}
