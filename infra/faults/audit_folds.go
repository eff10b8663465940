package faults

import (
	"slices"
	"strings"
)

// folds are what the books know of who is somebody else by now: from that one's
// rows, what was used before has to be found, or it could be used again.
type folds struct {
	unfolded map[string][]string // by person's row: persons
	folded   map[string][]string // by counter: persons
	used     map[string]bool     // counters that say something
	saysSo   map[string]bool     // person's rows that say so
}

func newFolds() folds {
	return folds{
		unfolded: map[string][]string{}, folded: map[string][]string{}, used: map[string]bool{}, saysSo: map[string]bool{},
	}
}

func personName(space, person string) string {
	return space + "#person#" + person[:1] + "|" + person
}

// limited reads whom a person has not folded, and whether their row says that they used something.
func (f folds) limited(r row) {
	id := r.text("pk") + "|" + r.text("sk")
	f.unfolded[id], f.saysSo[id] = r.texts("unfolded"), r.flag("counted")
}

// counter reads what a customer used.
func (f folds) counter(r row) {
	id := r.text("pk") + "|" + r.text("sk")
	f.folded[id] = r.texts("folded")
	f.used[id] = r.number("uses") > 0 || r.number("kept") > 0
}

// lost compares: whatever somebody used is found from the person they are by now.
func (b *books) lost() {
	for counter, used := range b.used {
		pk, person, _ := strings.Cut(counter, "|")
		if !used {
			continue
		}
		if !b.saysSo[personName(spaceOf(pk), person)] {
			b.drift(counter, "has uses, and the person's row does not say so")
		}
		if end := b.end(spaceOf(pk), person); end != person && !slices.Contains(b.found(counter, end), person) {
			b.drift(counter, "has uses, and nothing leads there from %s", end)
		}
	}
}

// found lists whose counters are looked at beside a person's.
func (b *books) found(counter, person string) []string {
	pk, _, _ := strings.Cut(counter, "|")
	base := pk[:strings.LastIndex(pk, "#")+1]
	all := append([]string{person}, b.unfolded[personName(spaceOf(pk), person)]...)
	for i := 0; i < len(all); i++ {
		for _, p := range b.folded[base+all[i][:1]+"|"+all[i]] {
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}
