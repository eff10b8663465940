package dynamo

import (
	"strings"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// measureNames begin the attributes of a slot, two for each measure: what is
// left, and what is used.
var measureNames = [...]struct{ left, used string }{
	coupon.Uses:   {"uses_left", "uses"},
	coupon.Stock:  {"stock_left", "stock_used"},
	coupon.Budget: {"budget_left", "budget_spent"},
}

func readSlot(row item) coupon.Slot {
	s := coupon.Slot{Exists: row != nil, Closed: getBool(row, "closed")}
	for m, name := range measureNames {
		s.Left[m], s.Used[m] = getNum(row, name.left), getNum(row, name.used)
	}
	return s
}

// takeKey is the row that a take is of.
func takeKey(sp shop.Space, campaign string, t coupon.Take) item {
	if t.Day != "" {
		return dayKey(sp, campaign, t.Slot, t.Day)
	}
	return slotKey(sp, campaign, t.Slot)
}

// takeWrite takes what was planned of one row, if it is there.
func (s *Store) takeWrite(sp shop.Space, campaign string, t coupon.Take) write {
	if t.Day != "" {
		return s.dayWrite(sp, campaign, t)
	}
	return s.slotWrite(sp, campaign, t)
}

// slotWrite takes what was planned of a slot, if it is there and the slot is not closed.
func (s *Store) slotWrite(sp shop.Space, campaign string, t coupon.Take) write {
	w := write{table: s.tables.Coupons, key: slotKey(sp, campaign, t.Slot), values: item{}}
	var sets, holds []string
	for m, name := range measureNames {
		if n := t.Took[m]; n != 0 {
			v := ":" + name.used
			sets = append(sets, name.left+" = "+name.left+" - "+v, name.used+" = "+name.used+" + "+v)
			holds = append(holds, name.left+" >= "+v)
			w.values[v] = num(n)
		}
	}
	w.update, w.condition = "SET "+strings.Join(sets, ", "), strings.Join(append(holds, "attribute_not_exists(closed)"), " AND ")
	return w
}

// slotReturn gives back to a slot. In a closed one it is out of reach; see [coupon.Shares].
func slotReturn(table string, slot item, took coupon.Measures) write {
	w := write{table: table, key: slot, values: item{}}
	var sets, holds []string
	for m, name := range measureNames {
		if n := took[m]; n != 0 {
			v := ":" + name.used
			sets = append(sets, name.used+" = "+name.used+" - "+v, name.left+" = "+name.left+" + "+v)
			holds = append(holds, name.used+" >= "+v)
			w.values[v] = num(n)
		}
	}
	w.update, w.condition = "SET "+strings.Join(sets, ", "), strings.Join(holds, " AND ")
	return w
}

// setTakes notes at a seat what its redemption takes: in short where it is one
// use of one slot.
func (w *write) setTakes(takes []coupon.Take) {
	switch {
	case len(takes) == 1 && takes[0].Took == coupon.Measures{coupon.Uses: 1} && takes[0].Day == "":
		w.set("slot_number", num(takes[0].Slot))
	case len(takes) > 0:
		w.set("takes", document(takes))
	}
}

// getTakes reads what setTakes wrote.
func getTakes(seat item) []coupon.Take {
	if seat["slot_number"] != nil {
		return []coupon.Take{{Slot: int(getNum(seat, "slot_number")), Took: coupon.Measures{coupon.Uses: 1}}}
	}
	var takes []coupon.Take
	if err := getDocument(seat, "takes", &takes); err != nil {
		return []coupon.Take{{Slot: -1}} // no slot of ours: what would give it back is refused
	}
	return takes
}
