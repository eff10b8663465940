package faults

import "strings"

// The names of what a person's orders and their figures say of each other.
func figure(pk, what string) string { return pk + " " + what }

func countsFor(space, person, order string) string {
	return space + "#person#" + person + "|" + order + " counts there"
}

// order reads a row of the orders: what an order counts as and for whom, that
// beside the person, or the person's figures.
func (b *books) order(r row) {
	b.listing(r)
	pk, sk := r.text("pk"), r.text("sk")
	space, id := spaceOf(pk), strings.Join(strings.Split(pk, "#")[3:], "#")
	switch {
	case sk == "contribution" && r.text("person") != "":
		b.stated[countsFor(space, r.text("person"), id)] = 1
		b.worth(countsFor(space, r.text("person"), id), r, b.stated)
	case sk == "figures":
		b.figures(r)
	case strings.HasPrefix(sk, "order#"):
		_, of, _ := strings.Cut(strings.TrimPrefix(sk, "order#"), "#")
		b.counted[countsFor(space, id, of)]++
		b.worth(countsFor(space, id, of), r, b.counted)
		b.add(r)
	}
}

// worth notes what an order counts as.
func (b *books) worth(name string, r row, in map[string]int64) {
	in[name+", spent"], in[name+", returned"] = r.number("spent"), r.number("returned")
}

// add counts what stands beside a person's figures.
func (b *books) add(r row) {
	if !r.flag("counts") {
		return
	}
	pk, currency := r.text("pk"), r.text("currency")
	b.counted[figure(pk, "orders")]++
	b.counted[figure(pk, "spent "+currency)] += r.number("spent")
	b.counted[figure(pk, "returned "+currency)] += r.number("returned")
}

func (b *books) figures(r row) {
	var f struct {
		Count    int64            `json:"orders_count"`
		Spent    map[string]int64 `json:"spent"`
		Returned map[string]int64 `json:"returned"`
	}
	r.document("figures", &f)
	pk := r.text("pk")
	b.stated[figure(pk, "orders")] = f.Count
	for currency, n := range f.Spent {
		b.stated[figure(pk, "spent "+currency)] = n
	}
	for currency, n := range f.Returned {
		b.stated[figure(pk, "returned "+currency)] = n
	}
}
