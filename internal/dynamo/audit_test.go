package dynamo

import (
	"strings"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
)

// Two runs at once do not both move the cursor: the slower one learns of it.
func TestAuditCursorIsMovedByOne(t *testing.T) {
	s := newSide(t)
	seen, err := s.AuditCursor(t.Context())
	s.must(err)
	seen.Place, seen.Began = coupon.Place{Space: s.space, Campaign: "camp_1"}, s.now()
	seen.Drifting = []coupon.Place{{Space: s.space, Campaign: "camp_0"}}
	moved, err := s.MoveAuditCursor(t.Context(), seen)
	s.must(err)
	slower := seen
	slower.Campaign = "camp_2"
	_, err = s.another().MoveAuditCursor(t.Context(), slower)
	s.wants("a second move from one place", err, fault.ErrStale)
	got, err := s.another().AuditCursor(t.Context())
	s.must(err)
	if got.Place != seen.Place || !got.Began.Equal(seen.Began) || len(got.Drifting) != 1 || got.Drifting[0] != seen.Drifting[0] || got.Moves != moved.Moves {
		t.Errorf("read %+v, written %+v", got, moved)
	}
}

// A campaign of many pages, with coupons that share a moment of issue, is read to its end.
func TestAuditReadsEveryPage(t *testing.T) {
	s := newSide(t)
	c := s.campaign(500, 500)
	s.redeem(s.issue(c, ""), "first", "")
	for range buckets * maxBatch * 5 / 4 {
		s.issue(c, "")
	}
	s.clock.move(time.Minute)
	for _, order := range []string{"a", "b", "c"} {
		s.redeem(s.issue(c, ""), order, "")
	}
	shared := s.issue(c, "SHARED")
	for order := range strings.SplitSeq("defghijk", "") {
		s.redeem(shared, order, "")
	}
	s.rollBack(s.redeem(shared, "l", ""))
	if taken := s.audit(c); taken != 12 {
		t.Errorf("%d seats taken", taken)
	}
}
