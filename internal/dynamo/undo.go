package dynamo

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

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
	w.update += " REMOVE order_id, fingerprint, redemption, redemption_id, replay_key, limited_person, first_person, slot_number, takes, held_until, buyer, members, times_returned, return_keys, kept"
	return w
}
