package dynamo

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// limits are the slots of a campaign, and how far a change of them has come.
type limits struct {
	campaign string
	shares   coupon.Shares
	slots    []coupon.Slot
	rows     []item // of the slots
}

// limits reads both: one request for each hundred slots. It is no snapshot.
func (s *Store) limits(ctx context.Context, sp shop.Space, c coupon.Campaign) (limits, error) {
	keys := []item{sharesKey(sp, c.ID)}
	for n := range c.Slots {
		keys = append(keys, slotKey(sp, c.ID, n))
	}
	rows, err := s.batch(ctx, s.tables.Coupons, keys, true)
	if err != nil {
		return limits{}, err
	}
	l := limits{campaign: c.ID, shares: readShares(rows[rowID(keys[0])], c)}
	if more := l.shares.Slots; more > c.Slots { // what we know of the campaign is behind
		c.Slots = more
		return s.limits(ctx, sp, c)
	}
	for _, k := range keys[1:] {
		row := rows[rowID(k)]
		l.slots, l.rows = append(l.slots, readSlot(row)), append(l.rows, row)
	}
	return l, nil
}

// readShares reads how far the change is. A campaign whose limits never changed
// has no such row.
func readShares(row item, c coupon.Campaign) coupon.Shares {
	if row == nil {
		all := c.Measures()
		return coupon.Shares{From: all, To: all, Held: all, Slots: c.Slots, Made: c.Slots}
	}
	s := coupon.Shares{
		Slots: int(getNum(row, "slots")), Made: int(getNum(row, "made")),
		Closing: getBool(row, "closing"), Closed: int(getNum(row, "closed")), Step: getNum(row, "step"),
	}
	for m, name := range measureNames {
		s.From[m], s.To[m], s.Held[m] = getNum(row, "from_"+name.used), getNum(row, "to_"+name.used), getNum(row, "held_"+name.used)
	}
	return s
}

// newShares is the row of a campaign that has more slots than are made with it.
// It holds its whole limit from the first moment.
func (s *Store) newShares(sp shop.Space, c coupon.Campaign, made int) write {
	row := sharesKey(sp, c.ID)
	for m, limit := range c.Measures() {
		for _, kind := range []string{"from_", "to_", "held_"} {
			row[kind+measureNames[m].used] = num(limit)
		}
	}
	row["slots"], row["made"], row["closed"], row["step"] = num(c.Slots), num(made), num(0), num(0)
	return s.newRow(row)
}

// newRow makes a row beside the coupons where there is none. It is an update, so
// that who makes slots needs no other permission than who changes them.
func (s *Store) newRow(row item) write {
	w := write{
		table: s.tables.Coupons, key: keyOfRow(row),
		condition: "attribute_not_exists(pk)", values: item{},
	}
	var sets []string
	for _, name := range slices.Sorted(maps.Keys(row)) {
		if name != attrPK && name != attrSK {
			sets = append(sets, name+" = :"+name)
			w.values[":"+name] = row[name]
		}
	}
	w.update = "SET " + strings.Join(sets, ", ")
	return w
}

// retarget notes what the limits should become. It goes with the change of the
// campaign, whose condition guards it: whatever step is under way is void, and
// the next one heads there.
func (s *Store) retarget(sp shop.Space, prev, next coupon.Campaign) write {
	w := write{
		table: s.tables.Coupons, key: sharesKey(sp, prev.ID),
		update: "SET step = if_not_exists(step, :zero) + :one, made = if_not_exists(made, :made), closed = if_not_exists(closed, :zero), slots = :slots",
		values: item{":zero": num(0), ":one": num(1), ":made": num(prev.Slots), ":slots": num(next.Slots)},
	}
	was, is := prev.Measures(), next.Measures()
	for m, name := range measureNames {
		from := "if_not_exists(from_" + name.used + ", :was_" + name.used + ")"
		if was != is {
			from = ":was_" + name.used
		}
		w.update += ", from_" + name.used + " = " + from + ", to_" + name.used + " = :is_" + name.used +
			", held_" + name.used + " = if_not_exists(held_" + name.used + ", :was_" + name.used + ")"
		w.values[":was_"+name.used], w.values[":is_"+name.used] = num(was[m]), num(is[m])
	}
	return w
}

// stepWrites is one step: the row of the shares, if nobody has made that step,
// and the slots, if they have what is taken of them.
func (s *Store) stepWrites(sp shop.Space, l limits, next coupon.Shares, changes []coupon.SlotChange) []write {
	row := write{
		table: s.tables.Coupons, key: sharesKey(sp, l.campaign),
		update:    "SET step = :next, made = :made, closing = :closing, closed = :closed",
		condition: "step = :seen",
		values: item{
			":seen": num(l.shares.Step), ":next": num(next.Step), ":made": num(next.Made),
			":closing": boolean(next.Closing), ":closed": num(next.Closed),
		},
	}
	for m, name := range measureNames {
		row.set("held_"+name.used, num(next.Held[m]))
	}
	ws := []write{row}
	for _, c := range changes {
		if c.Make {
			ws = append(ws, s.newSlot(sp, l.campaign, c.Slot, c.Move, next.To))
		} else {
			ws = append(ws, s.slotChange(sp, l.campaign, c))
		}
	}
	return ws
}

// newSlot makes a slot that counts what the campaign limits.
func (s *Store) newSlot(sp shop.Space, campaign string, n int, left, limits coupon.Measures) write {
	row := slotKey(sp, campaign, n)
	for m, name := range measureNames {
		if limits[m] > 0 {
			row[name.left], row[name.used] = num(left[m]), num(0)
		}
	}
	return s.newRow(row)
}

func (s *Store) slotChange(sp shop.Space, campaign string, c coupon.SlotChange) write {
	w := write{table: s.tables.Coupons, key: slotKey(sp, campaign, c.Slot), condition: "attribute_exists(pk)", values: item{}}
	var sets []string
	for m, name := range measureNames {
		switch more := c.Move[m]; {
		case more > 0:
			sets = append(sets, name.left+" = "+name.left+" + :"+name.left)
			w.values[":"+name.left] = num(more)
		case more < 0:
			sets = append(sets, name.left+" = "+name.left+" - :"+name.left)
			w.values[":"+name.left] = num(-more)
			w.condition += " AND " + name.left + " >= :" + name.left
		}
	}
	if c.Close {
		sets = append(sets, "closed = :yes")
		w.values[":yes"] = boolean(true)
	}
	if len(sets) > 0 {
		w.update = "SET " + strings.Join(sets, ", ")
	}
	if c.Open {
		w.update += " REMOVE closed"
	}
	if len(w.values) == 0 {
		w.values = nil
	}
	return w
}
