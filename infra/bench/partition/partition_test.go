package partition

import (
	"fmt"
	"testing"
	"time"
)

// famous is a shorter run, since the race detector makes them long.
func famous(slots int) Load {
	l := Famous(slots)
	l.Duration = 2 * time.Second
	return l
}

// One slot cannot do more than follow one transaction by the next: with 10 to
// 25 ms each that is 57 a second, whatever is asked for.
func TestOneSlotIsBoundByItsTransactions(t *testing.T) {
	r := Run(famous(1))
	if most := 1 / 0.0175 * 1.05; r.Done > most || r.Busy > 1.01 {
		t.Errorf("%+v: more than %v/s out of one row", r, most)
	}
	if r.GivenUp < 0.98 {
		t.Errorf("%+v: 5,000/s on one row must give up nearly always", r)
	}
}

func TestAQuietCodeMeetsNobody(t *testing.T) {
	l := famous(8)
	l.Rate, l.Duration = 10, 20*time.Second
	if r := Run(l); r.GivenUp != 0 || r.Conflicts > 0.05 || r.Done < 8 || r.Done > 12 {
		t.Errorf("%+v", r)
	}
}

func TestMoreSlotsCarryMore(t *testing.T) {
	var last Result
	for i, k := range []int{1, 8, 64, 512} {
		r := Run(famous(k))
		if i > 0 && (r.Done <= last.Done || r.Tries >= last.Tries) {
			t.Errorf("K = %d is no better than fewer: %+v, %+v", k, r, last)
		}
		last = r
	}
	if last.GivenUp != 0 {
		t.Errorf("512 slots should be plenty: %+v", last)
	}
}

func TestEveryRedemptionIsDoneOrGivenUp(t *testing.T) {
	for _, k := range []int{1, 8, 64} {
		s := simulate(famous(k))
		if s.done+s.givenUp != s.arrived || s.done+s.conflicts+s.throttled != s.tries {
			t.Errorf("K = %d: %d arrived, %d done, %d given up", k, s.arrived, s.done, s.givenUp)
		}
	}
}

// Where items are free at once, only the partition's units bind: 1,000 a second are 500 transactions.
func TestUnitsBind(t *testing.T) {
	l := famous(1)
	l.BusyMin, l.BusyMax = 0, time.Nanosecond
	if r := Run(l); r.Done > 530 || r.Throttled == 0 || r.WriteShare > 1.05 { // an idle partition has saved some
		t.Errorf("%+v", r)
	}
}

func TestSeeded(t *testing.T) {
	if a, b := Run(famous(8)), Run(famous(8)); a != b {
		t.Errorf("%+v, then %+v", a, b)
	}
	l := famous(8)
	l.Seed = 2
	if Run(l) == Run(famous(8)) {
		t.Error("another seed, the same figures")
	}
}

func TestNeeded(t *testing.T) {
	l := famous(1)
	l.Rate = 400
	k := Needed(l, 0.001)
	l.Slots = k
	if r := Run(l); r.GivenUp > 0.001 {
		t.Errorf("K = %d is not enough: %+v", k, r)
	}
	l.Slots = k - 1
	if r := Run(l); r.GivenUp <= 0.001 {
		t.Errorf("K = %d is more than needed", k)
	}
}

func ExampleRun() {
	r := Run(famous(64))
	fmt.Printf("%v %.3f", r.Done < 5000, r.ReadShare)
	// Output: true 0.026
}
