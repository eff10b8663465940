package faults

import (
	"fmt"
	"strings"
)

// placed names an order's entry in the list of its shop's.
func placed(space, order string, at int64) string {
	return fmt.Sprintf("%s#order#%s entries in the list, under %d", space, order, at)
}

// listing reads where an order is listed, and the list.
func (b *books) listing(r row) {
	pk, sk := r.text("pk"), r.text("sk")
	switch {
	case sk == "contribution" && r.has("listed"):
		_, id, _ := strings.Cut(pk, "#order#")
		b.stated[placed(spaceOf(pk), id, r.number("listed"))] = 1
	case strings.Contains(pk, "#orders#"):
		var at int64
		_, id, _ := strings.Cut(sk, "#")
		if _, err := fmt.Sscanf(sk, "%d#", &at); err != nil {
			b.drift(pk, "lists %q", sk)
		}
		b.counted[placed(spaceOf(pk), id, at)]++
	}
}
