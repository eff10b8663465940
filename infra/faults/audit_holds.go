package faults

import (
	"fmt"
	"strconv"
	"strings"
)

// holds are what the books know of reservations: beside each counter that one
// took from stands an entry, which says when it lapses; and the counter says
// from when on it is worth to look.
type holds struct {
	counted map[string]bool  // holder and counter, since two codes of a hold make one entry
	lapse   map[string]int64 // of a counter: when its first hold lapses
	mark    map[string]int64
}

func newHolds() holds {
	return holds{counted: map[string]bool{}, lapse: map[string]int64{}, mark: map[string]int64{}}
}

func entries(counter string, until int64) string {
	return fmt.Sprint(counter, " entries of holds until ", until)
}

// entry reads a hold's entry beside a counter.
func (b *books) entry(pk, sk string) {
	counter, lapse, _ := strings.Cut(sk, "#hold#")
	counter = pk + "|" + counter
	ms, _, _ := strings.Cut(lapse, "#")
	until, err := strconv.ParseInt(ms, 10, 64)
	if err != nil {
		b.drift(pk+"|"+sk, "is no entry of a hold")
		return
	}
	b.stated[entries(counter, until)]++
	if first, ok := b.lapse[counter]; !ok || until < first {
		b.lapse[counter] = until
	}
}

// held counts the entry that a seat has at a counter while it is only held.
func (b *books) held(seat row, counter string) {
	until, holder := seat.number("held_until"), seat.text("redemption_id")
	if holder == "" {
		holder = seat.text("pk") + "|" + seat.text("sk")
	}
	if until == 0 || b.holds.counted[holder+" "+counter] {
		return
	}
	b.holds.counted[holder+" "+counter] = true
	b.counted[entries(counter, until)]++
}

// marks compares where counters say that holds may lapse with their entries.
func (b *books) marks() {
	for counter, first := range b.lapse {
		if mark := b.mark[counter]; mark == 0 || mark > first {
			b.drift(counter, "is looked at from %d on, a hold there lapses at %d", mark, first)
		}
	}
}
