package dynamo

import (
	"fmt"
	"testing"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// The first use of a day's slot makes its row, and holds to the share like every other.
func TestFirstUseOfADayHoldsToItsShare(t *testing.T) {
	s := newSide(t)
	take := func(uses int64) coupon.Take {
		return coupon.Take{Day: "2026-11-22", Share: 2, Took: coupon.Measures{coupon.Uses: uses}}
	}
	for n, c := range []struct {
		uses int64
		fits bool
	}{{3, false}, {2, true}, {1, false}} {
		refused, err := s.commit(t.Context(), "test", s.takeWrite(s.space, "camp_1", take(c.uses)))
		if err != nil || (refused == nil) != c.fits {
			t.Errorf("take %d: %v %v", n, refused, err)
		}
	}
}

// Two codes of one campaign on one order find the two uses that are left, though
// each slot has one: what one code takes the other does not count on.
func TestCodesOfOneOrderShareWhatIsLeft(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(16, 0) // two slots of eight
	one, two := s.issue(camp, "FIRSTONE"), s.issue(camp, "SECONDONE")
	left := [2]int{8, 8}
	for n := 0; left != [2]int{1, 1}; n++ {
		order := fmt.Sprint("o-", n)
		if slot := int(hash(order)) % 2; left[slot] > 1 {
			s.redeem(one, order, "")
			left[slot]--
		}
	}
	r := s.request(one, "both", "")
	r.Wishes = append(r.Wishes, s.request(two, "both", "").Wishes...)
	made, _, err := coupon.Redeem(t.Context(), s, r)
	if err != nil || len(made.Codes) != 2 || s.audit(camp) != 16 {
		t.Errorf("%+v %v", made, err)
	}
}
