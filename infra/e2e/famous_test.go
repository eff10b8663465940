package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// leavePending changes a limit and leaves it to others to go on: who calls it
// has no time for that.
func (n *tenant) leavePending(campaign string, limit int64) {
	n.t.Helper()
	ctx, stop := context.WithTimeout(n.t.Context(), 2*time.Second)
	defer stop()
	prev, err := n.house.Operator.Campaign(ctx, n.space(), campaign)
	if err != nil {
		n.t.Fatal(err)
	}
	d := prev.Definition
	d.MaxRedemptions = limit
	next, err := prev.Apply(coupon.Change{Definition: d}, n.clock.now())
	if err != nil {
		n.t.Fatal(err)
	}
	got, err := n.house.Operator.ChangeCampaign(ctx, n.space(), prev, next)
	if err != nil || got.LimitChanges[0].Status != coupon.ChangePending {
		n.t.Fatalf("%+v %v", got, err)
	}
}

// change is what a campaign says about the last change of its first limit.
func change(a answer) object {
	changes, _ := a.Body["limit_changes"].([]any)
	if len(changes) == 0 {
		return nil
	}
	return changes[0].(object)
}

// What one call leaves pending the next one does: a PATCH, a pause, the clock.
func TestPendingChangesAreContinued(t *testing.T) {
	for name, goOn := range map[string]func(n *tenant, camp string){
		"patch": func(n *tenant, camp string) {
			n.do("PATCH", "/v1/campaigns/"+camp, object{"max_redemptions": 5}).want(200)
		},
		"another patch": func(n *tenant, camp string) {
			n.do("PATCH", "/v1/campaigns/"+camp, object{"name": "Renamed"}).want(200)
		},
		"pause":  func(n *tenant, camp string) { n.do("POST", "/v1/campaigns/"+camp+"/pause", nil).want(200) },
		"resume": func(n *tenant, camp string) { n.do("POST", "/v1/campaigns/"+camp+"/resume", nil).want(200) },
		"clock": func(n *tenant, _ string) {
			n.auditor()
			n.auditFrom(coupon.Place{Space: n.space()})
		},
	} {
		n := newTenant(t)
		camp := n.campaign(object{"max_redemptions": 90})
		n.leavePending(camp, 5)
		if got := change(n.do("GET", "/v1/campaigns/"+camp, nil)); got["status"] != "pending" {
			t.Errorf("%s: before it is %v", name, got)
		}
		goOn(n, camp)
		got := change(n.do("GET", "/v1/campaigns/"+camp, nil))
		if fmt.Sprint(got) != fmt.Sprint(object{"limit": "max_redemptions", "status": "done", "from": 90, "to": 5}) {
			t.Errorf("%s: %v", name, got)
		}
		n.noDrift(camp)
	}
}

// A famous code's limit is lowered while everybody wants it. It holds to the
// last use; what was redeemed before the change was through is reported as excess.
func TestLoweredWhileHot(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 1000, "expected_rate": 1000})
	n.coupon(camp, object{"code": "FAMOUS"})
	var lowered answer
	counts := together(900, func(i int) int {
		if i == 10 {
			lowered = n.do("PATCH", "/v1/campaigns/"+camp, object{"max_redemptions": 500})
			return 0
		}
		return n.do("POST", "/v1/redemptions", use("FAMOUS", fmt.Sprint("o-", i))).Status
	})
	got := change(n.do("GET", "/v1/campaigns/"+camp, nil))
	excess, _ := got["excess"].(float64)
	if lowered.Status != 200 || got["status"] != "done" || counts[201] != 500+int(excess) || counts[201]+counts[409] != 899 {
		t.Errorf("%v: answers %v, want 500 × 201 and the excess", got, counts)
	}
	n.noDrift(camp)
	closed := n.do("PATCH", "/v1/campaigns/"+camp, object{"max_redemptions": 499}).want(200)
	if got := change(closed); got["excess"] != excess+1 || got["status"] != "done" {
		t.Errorf("%s", closed.Raw)
	}
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use("FAMOUS", "late")).want(409, "quantity_exceeded")
	n.noDrift(camp)
}

// A budget is spent to its last cent and no further, also where each slot has
// less than a redemption takes; what a rollback gives back can be spent again.
func TestBudgetIsSpentToTheEnd(t *testing.T) {
	n := newTenant(t)
	const each, times = 490, 100
	camp := n.campaign(object{"budget": object{"amount": each*times + 489, "currency": "EUR"}, "rules": object{"currency": "EUR"}})
	n.coupon(camp, object{"code": "BUDGET"})
	counts := together(2*times, func(i int) int {
		return n.do("POST", "/v1/redemptions", use("BUDGET", fmt.Sprint("o-", i))).Status
	})
	if counts[201] != times || counts[409] != times {
		t.Errorf("answers %v, want %d × 201", counts, times)
	}
	n.do("POST", "/v1/redemptions", use("BUDGET", "p-1")).want(409, "budget_exhausted")
	v := n.do("POST", "/v1/validations", use("BUDGET", "p-1")).want(200)
	if reason(v) != "budget_exhausted" {
		t.Errorf("%s", v.Raw)
	}
	if got := n.do("GET", "/v1/campaigns/"+camp, nil); got.num("budget_spent") != each*times {
		t.Errorf("%s", got.Raw)
	}
	small := object{"order": with(cart("p-2"), object{"lines": []object{{"id": "1", "quantity": 1, "unit_amount": 4890}}})}
	id := n.do("POST", "/v1/redemptions", use("BUDGET", "", small)).want(201).str("id")
	n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).want(201)
	n.do("PATCH", "/v1/campaigns/"+camp, object{"budget": object{"amount": each*times + 490}}).want(200)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use("BUDGET", "p-1")).want(201)
	n.noDrift(camp)
	n.do("PATCH", "/v1/campaigns/"+camp, object{"budget": object{"currency": "USD"}}).want(422, "currency_mixed")
	n.do("PATCH", "/v1/campaigns/"+camp, object{"budget": nil}).want(422, "limit_not_changeable")
}

func TestStock(t *testing.T) {
	n := newTenant(t)
	edition := func(stock int) []object {
		return []object{{"type": "service", "service": object{"de": "signiert", "en": "signed"}, "stock": stock}}
	}
	camp := n.campaign(object{"rewards": edition(50), "max_redemptions": 80})
	n.coupon(camp, object{"code": "EDITION"})
	counts := together(120, func(i int) int {
		return n.do("POST", "/v1/redemptions", use("EDITION", fmt.Sprint("o-", i))).Status
	})
	if counts[201] != 50 || counts[409] != 70 {
		t.Errorf("answers %v", counts)
	}
	n.do("POST", "/v1/redemptions", use("EDITION", "p-1")).want(409, "stock_exhausted")
	n.do("PATCH", "/v1/campaigns/"+camp, object{"rewards": edition(51)}).want(200)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use("EDITION", "p-1")).want(201)
	if got := n.do("GET", "/v1/campaigns/"+camp, nil); got.num("stock_used") != 51 || got.num("times_redeemed") != 51 {
		t.Errorf("%s", got.Raw)
	}
	n.noDrift(camp)
}

// Two codes of one campaign on one order take from the same slots, and what is
// left is theirs to the end; a hold reserves all limits, and gives all back.
func TestLimitsOfSeveralCodesAndHolds(t *testing.T) {
	n := newTenant(t)
	const each = 490
	camp := n.campaign(object{
		"max_redemptions": 100, "max_redemptions_per_day": 50, "budget": object{"amount": 40*each + 100, "currency": "EUR"},
		"rewards": []object{
			{"type": "percent_off", "percent_off": "10"},
			{"type": "service", "service": object{"de": "signiert", "en": "signed"}, "stock": 45},
		},
		"rules": object{"currency": "EUR"},
	})
	n.coupon(camp, object{"code": "FIRSTONE"})
	n.coupon(camp, object{"code": "SECONDONE"})
	spent := func(want int) {
		t.Helper()
		got := n.do("GET", "/v1/campaigns/"+camp, nil)
		if got.num("times_redeemed") != int64(want) || got.num("stock_used") != int64(want) {
			t.Errorf("%d uses wanted: %s", want, got.Raw)
		}
		n.noDrift(camp)
	}
	hold := n.do("POST", "/v1/holds", use("FIRSTONE", "held")).want(201)
	spent(1)
	n.do("POST", "/v1/holds/"+hold.str("id")+"/release", nil).want(200)
	spent(0)
	both := n.do("POST", "/v1/redemptions", codes("both", nil, "FIRSTONE", "SECONDONE")).want(201).str("id")
	spent(2)
	n.do("POST", "/v1/redemptions/"+both+"/rollbacks", nil).want(201)
	spent(0)
	for i := range 5 { // they hold a part, and lapse
		n.do("POST", "/v1/holds", use("FIRSTONE", fmt.Sprint("lapsing-", i))).want(201)
	}
	spent(5)
	n.clock.move(20 * time.Minute)
	counts := together(60, func(i int) int {
		return n.do("POST", "/v1/redemptions", use([]string{"FIRSTONE", "SECONDONE"}[i%2], fmt.Sprint("o-", i))).Status
	})
	if counts[201] != 40 || counts[409] != 20 {
		t.Errorf("answers %v, want 40 × 201: lapsed holds do not block", counts)
	}
	n.noDrift(camp)
}

// A campaign that keeps uses of cancelled orders gets its money back all the same.
func TestKeptUseReturnsItsMoney(t *testing.T) {
	n := newTenant(t)
	limits := object{"max_redemptions": 10, "budget": object{"amount": 1000, "currency": "EUR"}, "rules": object{"currency": "EUR"}}
	keeps := n.campaign(with(limits, object{"on_cancel": "keep"}))
	gives := n.campaign(limits)
	n.coupon(keeps, object{"code": "KEEPS"})
	n.coupon(gives, object{"code": "GIVES"})
	both := n.do("POST", "/v1/redemptions", codes("o-1", nil, "KEEPS", "GIVES")).want(201).str("id")
	alone := n.do("POST", "/v1/redemptions", use("KEEPS", "o-2")).want(201).str("id")
	n.noDrift(keeps, gives)
	for _, id := range []string{both, alone} {
		n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).want(201)
		n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).want(200)
	}
	for camp, uses := range map[string]int64{keeps: 2, gives: 0} {
		if got := n.do("GET", "/v1/campaigns/"+camp, nil); got.num("times_redeemed") != uses || got.num("budget_spent") != 0 {
			t.Errorf("%s", got.Raw)
		}
	}
	n.noDrift(keeps, gives)
}

// A day's limit holds over all its slots, begins anew with the next day, and is
// raised at once but lowered from the next day on.
func TestDayLimit(t *testing.T) {
	n := newTenant(t)
	n.clock.move(12*time.Hour - time.Duration(n.clock.now().UnixNano())%(24*time.Hour)) // noon
	camp := n.campaign(object{"max_redemptions_per_day": 20, "max_redemptions": 200})
	n.coupon(camp, object{"code": "DAILY"})
	day := func(name string, want int) {
		t.Helper()
		counts := together(60, func(i int) int {
			return n.do("POST", "/v1/redemptions", use("DAILY", fmt.Sprint(name, "-", i))).Status
		})
		if counts[201] != want || counts[409] != 60-want {
			t.Errorf("%s: answers %v, want %d × 201", name, counts, want)
		}
		n.do("POST", "/v1/redemptions", use("DAILY", name+"-late")).want(409, "daily_limit_exceeded")
		if v := n.do("POST", "/v1/validations", use("DAILY", name+"-late")).want(200); reason(v) != "daily_limit_exceeded" {
			t.Errorf("%s", v.Raw)
		}
		n.noDrift(camp)
	}
	patch := func(limit any) {
		t.Helper()
		n.do("PATCH", "/v1/campaigns/"+camp, object{"max_redemptions_per_day": limit}).want(200)
		n.clock.move(definitionDelay)
	}
	day("first", 20)
	n.clock.move(24 * time.Hour)
	day("second", 20)
	patch(25)
	day("raised", 5)
	patch(10)
	day("lowered", 0)
	n.clock.move(24 * time.Hour)
	day("third", 10)
	patch(nil)
	n.do("POST", "/v1/redemptions", use("DAILY", "free")).want(201)
	n.noDrift(camp)
	n.do("PATCH", "/v1/campaigns/"+camp, object{"time_zone": "Mars/Olympus"}).want(422, "time_zone_unknown")
	n.do("PATCH", "/v1/campaigns/"+camp, object{"time_zone": "Local"}).want(422, "time_zone_unknown")
}

// What is rolled back on the same day can be redeemed again; on a later day it
// goes back to the day that it was of.
func TestRollbackOnALaterDay(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions_per_day": 2, "time_zone": "Pacific/Kiritimati"})
	n.coupon(camp, object{"code": "DAILY"})
	var ids []string
	for i := range 2 {
		ids = append(ids, n.do("POST", "/v1/redemptions", use("DAILY", fmt.Sprint("o-", i))).want(201).str("id"))
	}
	n.do("POST", "/v1/redemptions", use("DAILY", "o-2")).want(409, "daily_limit_exceeded")
	n.do("POST", "/v1/redemptions/"+ids[0]+"/rollbacks", nil).want(201)
	n.do("POST", "/v1/redemptions", use("DAILY", "o-2")).want(201)
	n.clock.move(24 * time.Hour)
	n.do("POST", "/v1/redemptions/"+ids[1]+"/rollbacks", nil).want(201)
	counts := together(9, func(i int) int { return n.do("POST", "/v1/redemptions", use("DAILY", fmt.Sprint("p-", i))).Status })
	if counts[201] != 2 {
		t.Errorf("answers %v", counts)
	}
	n.noDrift(camp)
}

func TestLimitsThatCannotBe(t *testing.T) {
	n := newTenant(t)
	euros := object{"amount": 1000, "currency": "EUR"}
	for _, c := range []struct {
		more object
		code string
	}{
		{object{"budget": euros}, "field_missing"},
		{object{"budget": euros, "rules": object{"currency": "USD"}}, "currency_mixed"},
		{object{"budget": object{"amount": 1000, "currency": "XXZ"}, "rules": object{"currency": "EUR"}}, "value_invalid"},
		{object{"budget": object{"amount": 0, "currency": "EUR"}}, "value_too_small"},
		{object{"budget": object{"amount": 1000}}, "field_missing"},
		{object{"rewards": []object{
			{"type": "free_item", "sku": "mug", "stock": 9}, {"type": "free_item", "sku": "cup", "stock": 9},
		}}, "stock_repeated"},
		{object{"expected_rate": 0}, "value_too_small"},
		{object{"expected_rate": 5001}, "value_too_large"},
	} {
		n.do("POST", "/v1/campaigns", with(tenPercent(), c.more)).want(422, c.code)
	}
}

// A validation reads two slots, however many there are, until both are empty.
func TestValidationReadsTwoSlots(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 2000, "expected_rate": 5000})
	n.coupon(camp, object{"code": "FAMOUS"})
	validate := func(order string) cost {
		_, c := n.costOf("ValidationsFunction", func() answer { return n.do("POST", "/v1/validations", use("FAMOUS", order)).want(200) })
		return c
	}
	validate("warm")
	if c := validate("o-1"); c.requests != 1 || c.read > 1.5 {
		t.Errorf("%+v", c)
	}
	n.do("PATCH", "/v1/campaigns/"+camp, object{"max_redemptions": 1}).want(200)
	n.do("POST", "/v1/redemptions", use("FAMOUS", "o-1")).want(201)
	n.clock.move(definitionDelay)
	validate("warm")
	if c := validate("o-2"); c.requests != 1 {
		t.Errorf("that nothing is left is not remembered: %+v", c)
	}
}
