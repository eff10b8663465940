package coupon

import (
	"slices"
	"testing"
)

func TestPersisting(t *testing.T) {
	drift := func(counter string, counted, rows int64) Drift { return Drift{"camp_1", counter, counted, rows} }
	before := []Drift{drift("slot 0", 5, 4), drift("slot 1", 5, 4), drift("slot 2", 4, 5), drift("limit x", 0, 1)}
	again := []Drift{drift("slot 0", 9, 7), drift("slot 1", 4, 5), drift("slot 3", 5, 4), drift("limit x", 0, 1)}
	want := []Drift{drift("slot 0", 9, 7), drift("limit x", 0, 1)}
	if got := Persisting(before, again); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := drift("limit 0123456789abcdef", 1, 0).Kind(); got != "limit" {
		t.Errorf("a kind that names somebody: %s", got)
	}
}
