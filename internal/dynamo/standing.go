package dynamo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
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
	if getStr(st.seatRow, "redemption") == "" || int(getNum(st.seatRow, "attempts")) != st.attempt {
		return st, fault.ErrNotFound
	}
	if st.redeemed, err = readRedemption(st.seatRow); err != nil || st.redeemed.Status != coupon.RolledBack {
		return st, err
	}
	// A use that its campaign keeps was undone between the two readings.
	st.pastRow, err = s.get(ctx, s.tables.Coupons, past)
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

// past keeps what was undone in a row of its own.
func (st standing) past(table string, undone coupon.Redemption) write {
	row := pastKey(st.space, st.seat, st.attempt)
	row["redemption"], row["fingerprint"] = document(undone), st.seatRow["fingerprint"]
	if v := st.seatRow["buyer"]; v != nil {
		row["buyer"] = v
	}
	return write{table: table, item: row, condition: "attribute_not_exists(pk)"}
}

// undo frees seats and gives back what they took. The first write must be the
// row that keeps what was undone.
func (st standing) undo(table string, first write, seats []item) []write {
	ws := []write{first}
	all, apart := len(seats) == len(st.seats()), len(seats) == 0 || rowID(seats[0]) != rowID(st.seatRow)
	if apart {
		ws = append(ws, st.whole(table, first.item, all))
	}
	if st.members != nil || !all {
		first.item["freed"] = freed(seats, all && apart, st.seatRow)
	}
	for _, row := range seats {
		ws = append(ws, st.free(table, row))
	}
	took := st.counters(seats)
	if len(seats) < len(st.seats()) {
		ws = st.refundKept(ws, table, took)
	}
	for _, id := range slices.Sorted(maps.Keys(took)) {
		ws = append(ws, giveBack(table, keyOf(id), took[id]))
	}
	return append(ws, st.endHold(table)...)
}

// freed lists the seats that were freed, for the auditor, where it was not just the redemption's own.
func freed(seats []item, withWhole bool, whole item) types.AttributeValue {
	list := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
	for _, row := range seats {
		list.Value = append(list.Value, str(rowID(row)))
	}
	if withWhole {
		list.Value = append(list.Value, str(rowID(whole)))
	}
	return list
}

// whole frees the seat of the whole, or lets it show what became of it: then that
// counts as a return, so that none in parts, on its way, comes after it.
func (st standing) whole(table string, past item, free bool) write {
	if free {
		return st.free(table, st.seatRow)
	}
	return write{
		table: table, key: keyOfRow(st.seatRow), update: "SET redemption = :undone, times_returned = :next",
		condition: "attribute_exists(order_id) AND attempts = :attempt",
		values: item{
			":undone": past["redemption"], ":attempt": num(st.attempt), ":next": num(getNum(st.seatRow, "times_returned") + 1),
		},
	}
}

// reopened are the seats whose campaigns give a use back when an order is cancelled.
func (st standing) reopened() []item {
	var seats []item
	for _, row := range st.seats() {
		if !getBool(row, "kept") {
			seats = append(seats, row)
		}
	}
	return seats
}

// giveBack returns to a customer, to a day or to a slot what was taken.
func giveBack(table string, key item, took coupon.Measures) write {
	if getStr(key, attrSK) == skSlot {
		return slotReturn(table, key, took)
	}
	return write{
		table: table, key: key, update: "SET uses = uses - :n", condition: "uses >= :n",
		values: item{":n": num(took[coupon.Uses])},
	}
}

// free empties a seat and counts the attempt, so that a late copy of the write
// that took it finds its attempt gone. The Idempotency-Key moves to the seat's
// past keys, so that a late copy of the request finds what became of it.
func (st standing) free(table string, row item) write {
	attempt := getNum(row, "attempts")
	w := write{
		table: table, key: keyOfRow(row),
		update:    "SET attempts = :next",
		condition: "attribute_exists(order_id) AND attempts = :attempt",
		values:    item{":next": num(attempt + 1), ":attempt": num(attempt)},
	}
	if key := getStr(row, "replay_key"); key != "" {
		past := maps.Clone(getMap(row, "past_keys"))
		if past == nil {
			past = item{}
		}
		past[key] = num(attempt)
		w.set("past_keys", &types.AttributeValueMemberM{Value: past})
	}
	w.update += " REMOVE order_id, fingerprint, redemption, redemption_id, replay_key, limited_person, first_person, slot_number, takes, held_until, buyer, members, times_returned, kept"
	return w
}

func (st standing) gone(op string) error {
	return fault.ErrUnavailable.In(op).Because(fmt.Errorf("%s kept changing", st.id))
}
