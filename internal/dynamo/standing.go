package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// errChanged says that what was read has changed since: read it again.
var errChanged = errors.New("dynamo: changed since it was read")

// standing is a redemption, or a hold, as its rows have it. It stands at its
// seat while it holds it, and in a row of its own once it was undone.
type standing struct {
	space    shop.Space
	id       string
	seat     coupon.SeatRef
	attempt  int
	seatRow  item
	pastRow  item
	members  []item // the seats that belong to this one
	redeemed coupon.Redemption
}

// find reads where the redemption stands; ErrNotFound where there is none.
func (s *Store) find(ctx context.Context, sp shop.Space, id string) (st standing, err error) {
	var ok bool
	st.space, st.id = sp, id
	if st.seat, st.attempt, ok = coupon.ParseRedemptionID(id); !ok {
		return st, fault.ErrNotFound
	}
	seat, past := seatKey(sp, st.seat), pastKey(sp, st.seat, st.attempt)
	rows, err := s.batch(ctx, s.tables.Coupons, []item{seat, past}, true)
	if err != nil {
		return st, err
	}
	st.seatRow, st.pastRow = rows[rowID(seat)], rows[rowID(past)]
	if st.pastRow == nil && int(getNum(st.seatRow, "attempts")) > st.attempt {
		// Undone between the two readings: now its row is there.
		if st.pastRow, err = s.get(ctx, s.tables.Coupons, past); err != nil {
			return st, err
		}
	}
	if st.pastRow != nil {
		st.redeemed, err = readRedemption(st.pastRow)
		return st, err
	}
	return s.seated(ctx, st)
}

// seated reads the redemption that holds its seat.
func (s *Store) seated(ctx context.Context, st standing) (_ standing, err error) {
	if getStr(st.seatRow, "redemption") == "" || int(getNum(st.seatRow, "attempts")) != st.attempt {
		return st, fault.ErrNotFound
	}
	if st.redeemed, err = readRedemption(st.seatRow); err != nil || st.redeemed.Status != coupon.RolledBack {
		return st, err
	}
	// A use that its campaign keeps was undone between the two readings.
	st.pastRow, err = s.get(ctx, s.tables.Coupons, pastKey(st.space, st.seat, st.attempt))
	return st, err
}

// Redemption reads one by id, rolled back or held as it may be.
func (s *Store) Redemption(ctx context.Context, sp shop.Space, id string) (coupon.Redemption, error) {
	st, err := s.find(ctx, sp, id)
	return st.redeemed, err
}

// withMembers reads the seats of a joint redemption's codes.
func (s *Store) withMembers(ctx context.Context, st standing) (standing, error) {
	list, ok := st.seatRow["members"].(*types.AttributeValueMemberL)
	if !ok {
		return st, nil
	}
	keys := make([]item, len(list.Value))
	for i, v := range list.Value {
		keys[i] = keyOf(v.(*types.AttributeValueMemberS).Value)
	}
	rows, err := s.batch(ctx, s.tables.Coupons, keys, true)
	for _, k := range keys {
		if row := rows[rowID(k)]; row != nil && getStr(row, "redemption_id") == st.id {
			st.members = append(st.members, row)
		}
	}
	if err == nil && len(st.members) < len(keys) { // undone while it was read
		err = errChanged
	}
	return st, err
}

// keyOf reads what rowID wrote.
func keyOf(id string) item {
	i := strings.LastIndex(id, "|")
	return key(id[:i], id[i+1:])
}

func keyOfRow(row item) item { return key(getStr(row, attrPK), getStr(row, attrSK)) }

// seats are the rows that say what the redemption took: not the one of a joint
// redemption as a whole, which is no campaign's.
func (st standing) seats() []item {
	if getStr(st.seatRow, "campaign_id") == "" {
		return st.members
	}
	return st.all()
}

// all are the seat of the whole and those that belong to it.
func (st standing) all() []item { return append([]item{st.seatRow}, st.members...) }

// counters are the rows of limits that seats took from, with how much.
func (st standing) counters(seats []item) map[string]coupon.Measures {
	took := map[string]coupon.Measures{}
	add := func(key item, more coupon.Measures) { took[rowID(key)] = took[rowID(key)].Plus(more) }
	for _, row := range seats {
		campaign := getStr(row, "campaign_id")
		if person := getStr(row, "limited_person"); person != "" {
			add(limitKey(st.space, campaign, person), coupon.Measures{coupon.Uses: 1})
		}
		if person := getStr(row, "first_person"); person != "" {
			add(firstKey(st.space, person), coupon.Measures{coupon.Uses: 1})
		}
		for _, t := range getTakes(row) {
			add(takeKey(st.space, campaign, t), t.Took)
		}
	}
	return took
}

func (st standing) gone(op string) error {
	return fault.ErrUnavailable.In(op).Because(fmt.Errorf("%s kept changing", st.id))
}
