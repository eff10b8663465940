package e2e

import (
	"fmt"
	"testing"
	"time"
)

// A campaign has coupons or needs none, never both.
func TestAutomaticHasNoCoupons(t *testing.T) {
	n := newTenant(t)
	n.do("POST", "/v1/campaigns", with(tenPercent(), object{"automatic": true, "rewards": []object{{"type": "gift_balance", "currency": "EUR"}}})).
		want(422, "field_not_allowed")
	camp := n.automatic(nil)
	n.do("POST", "/v1/coupons", object{"campaign": camp}).want(409, "campaign_automatic")
	n.do("POST", "/v1/batches", object{"campaign": camp, "count": 10}).want(409, "campaign_automatic")
	n.do("POST", "/v1/imports", object{"campaign": camp, "kind": "codes"}).want(409, "campaign_automatic")
	n.do("POST", "/v1/coupons", object{"campaign": camp, "code": "SUMMER26"}).want(409, "campaign_automatic")
	n.do("PATCH", "/v1/campaigns/"+camp, object{"automatic": false}).want(200)
	code := n.coupon(camp, nil).str("code")
	n.do("PATCH", "/v1/campaigns/"+camp, object{"automatic": true}).want(409, "campaign_has_coupons")
	n.do("POST", "/v1/redemptions", use(code, "o-1")).want(201).has()
}

// Issuing the first coupon and turning the campaign automatic race: one of them is refused.
func TestAutomaticOrIssued(t *testing.T) {
	n := newTenant(t)
	for range 10 {
		camp := n.campaign(nil)
		counts := together(2, func(i int) int {
			if i == 0 {
				return n.do("POST", "/v1/coupons", object{"campaign": camp}).Status
			}
			return n.do("PATCH", "/v1/campaigns/"+camp, object{"automatic": true}).Status
		})
		if counts[409] != 1 || counts[200]+counts[201] != 1 {
			t.Errorf("%v", counts)
		}
	}
}

// Whatever makes a campaign automatic, or none, reaches redemptions within the delay.
func TestAutomaticOnAndOff(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	at := "/v1/campaigns/" + camp
	for i, step := range []struct {
		method, path string
		body         any
		applies      bool
	}{
		{"PATCH", at, object{"automatic": true}, true},
		{"PATCH", at, object{"name": "Another"}, true},
		{"POST", at + "/pause", nil, false},
		{"PATCH", at, object{"name": "While paused"}, false},
		{"POST", at + "/pause", nil, false},
		{"POST", at + "/resume", nil, true},
		{"POST", at + "/resume", nil, true},
		{"PATCH", at, object{"automatic": nil}, false},
		{"PATCH", at, object{"automatic": true}, true},
		{"PATCH", at, object{"expires_at": n.clock.now().Add(time.Second).UTC().Format(time.RFC3339)}, false},
		{"PATCH", at, object{"expires_at": nil}, true},
	} {
		n.do(step.method, step.path, step.body).want(200)
		n.clock.move(definitionDelay)
		want := map[bool][]string{true: {camp}}[step.applies]
		n.do("POST", "/v1/validations", none(fmt.Sprint("o-", i))).want(200).has(want...)
	}
}

// At most fifty are active. Those that are paused, or over, make room.
func TestAutomaticAtMostFifty(t *testing.T) {
	n := newTenant(t)
	over := n.automatic(object{"expires_at": n.clock.now().Add(time.Hour).UTC().Format(time.RFC3339)})
	body := with(tenPercent(), object{"automatic": true})
	counts := together(55, func(i int) int {
		return n.do("POST", "/v1/campaigns", body, "Idempotency-Key", fmt.Sprint("k-", i)).Status
	})
	for range 6 { // some may have been told to come back
		for i := range 55 {
			n.do("POST", "/v1/campaigns", body, "Idempotency-Key", fmt.Sprint("k-", i))
		}
		if counts[503] == 0 {
			break
		}
	}
	refused := n.do("POST", "/v1/campaigns", body).want(409, "too_many_automatic_campaigns")
	if refused.str("param") != "automatic" {
		t.Errorf("%s", refused.Raw)
	}
	active := 0
	first := ""
	for i := range 55 {
		if a := n.do("POST", "/v1/campaigns", body, "Idempotency-Key", fmt.Sprint("k-", i)); a.Status == 201 {
			active++
			first = a.str("id")
		}
	}
	if active != 49 {
		t.Fatalf("%d were made beside one, want 49", active)
	}
	plain := n.campaign(nil)
	n.do("PATCH", "/v1/campaigns/"+plain, object{"automatic": true}).want(409, "too_many_automatic_campaigns")
	n.do("PATCH", "/v1/campaigns/"+first, object{"name": "Stays"}).want(200)
	n.do("POST", "/v1/campaigns/"+first+"/pause", nil).want(200)
	n.do("PATCH", "/v1/campaigns/"+plain, object{"automatic": true}).want(200)
	n.do("POST", "/v1/campaigns/"+first+"/resume", nil).want(409, "too_many_automatic_campaigns")
	n.clock.move(2 * time.Hour) // one is over by now
	n.do("POST", "/v1/campaigns/"+first+"/resume", nil).want(200)
	n.do("PATCH", "/v1/campaigns/"+over, object{"expires_at": nil}).want(409, "too_many_automatic_campaigns")
	n.do("PATCH", "/v1/campaigns/"+over, object{"automatic": false}).want(200)
}
