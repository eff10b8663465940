package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// thresholds changes those of stages, and has that followed.
func (n *tenant) thresholds(stages object) {
	n.t.Helper()
	n.do("PUT", "/v1/settings", object{"stages": stages}).want(200)
	row := stream.Record{Table: "CampaignsTable", PK: n.shop.ID[len(shop.Prefix):] + "#test#settings", SK: "settings"}
	for range 2 {
		if again := n.relay(row); again != nil {
			n.t.Fatal(again)
		}
	}
	n.build()
}

// Other thresholds are followed for everybody: stages are noted and told, segments
// built anew, and who will lapse sooner is looked at sooner.
func TestThresholdsAreFollowed(t *testing.T) {
	n := newTenant(t)
	const several = 60 // more than the walk takes at once
	for i := range several {
		n.put(fmt.Sprint("c-", i), object{}).want(201)
	}
	for i := range 2 {
		n.tell(fmt.Sprint("o-", i), n.sold(1, object{"customer": "c-7"}))
	}
	n.followUp()
	id := n.segment("loyal", `customer.stage == "loyal"`)
	n.followUp()
	count := func(want int64) {
		t.Helper()
		if got := n.do("GET", "/v1/segments/"+id, nil).want(200); got.num("count") != want || got.str("state") != "ready" {
			t.Errorf("%s, want %d", got.Raw, want)
		}
	}
	count(0)
	changes := func(want int) {
		t.Helper()
		got := 0
		for _, what := range n.told("c-7") {
			if what == "customer.stage_changed" {
				got++
			}
		}
		if got != want {
			t.Errorf("told %d times, want %d", got, want)
		}
	}
	changes(2) // a prospect once, and who came again
	n.thresholds(object{"loyal_orders": 2})
	count(1)
	changes(3)
	n.thresholds(object{"loyal_orders": 2, "loyal_within_days": 365}) // the default was in force
	changes(3)
	n.thresholds(object{"loyal_orders": 4})
	count(0)
	changes(4)
	n.thresholds(object{"loyal_orders": 4, "lapsed_after_days": 40})
	changes(4)
	n.clock.move(41 * 24 * time.Hour)
	n.tick()   // though no order came since
	changes(1) // those before are forgotten by now
}
