package e2e

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// together runs f for 0..n-1 at once, on 64 goroutines, and counts what it returns.
func together(n int, f func(i int) int) map[int]int {
	var mu sync.Mutex
	var next atomic.Int64
	counts := map[int]int{}
	var wg sync.WaitGroup
	for range min(n, 64) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				status := f(i)
				mu.Lock()
				counts[status]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return counts
}

func TestThousandRedemptionsOfALimitOfHundred(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 100})
	n.coupon(camp, object{"code": "FIRST100"})
	var unique []string
	for range 100 { // random codes of the campaign draw from the same limit
		unique = append(unique, n.coupon(camp, nil).str("code"))
	}
	counts := together(1000, func(i int) int {
		code := "FIRST100"
		if i%10 == 0 {
			code = unique[i/10]
		}
		return n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("o-", i))).Status
	})
	if counts[201] != 100 || counts[409] != 900 {
		t.Fatalf("answers: %v, want 100 × 201 and 900 × 409", counts)
	}
	if got := n.do("GET", "/v1/campaigns/"+camp, nil); got.num("times_redeemed") != 100 {
		t.Errorf("%s", got.Raw)
	}
	n.noDrift(camp)
}

func TestRetriesOfOneOrderAreOneRedemption(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 50})
	for _, code := range []string{n.coupon(camp, nil).str("code"), n.coupon(camp, object{"code": "EVERYBODY"}).str("code")} {
		before := n.do("GET", "/v1/campaigns/"+camp, nil).num("times_redeemed")
		counts := together(200, func(int) int { return n.do("POST", "/v1/redemptions", use(code, "o-1")).Status })
		if counts[201] != 1 || counts[200] != 199 {
			t.Errorf("%s: answers %v, want 1 × 201 and 199 × 200", code, counts)
		}
		if got := n.do("GET", "/v1/campaigns/"+camp, nil).num("times_redeemed"); got != before+1 {
			t.Errorf("%s: %d uses, want %d", code, got, before+1)
		}
	}
	n.noDrift(camp)
}

func TestConcurrentRollbacksGiveBackOneUse(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 3, "max_redemptions_per_customer": 2})
	n.coupon(camp, object{"code": "THREEFOLD"})
	who := object{"customer": "c-1"}
	id := n.do("POST", "/v1/redemptions", use("THREEFOLD", "o-1", who)).want(201).str("id")
	n.do("POST", "/v1/redemptions", use("THREEFOLD", "o-2", who)).want(201)
	counts := together(200, func(int) int { return n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).Status })
	if counts[201] != 1 || counts[200] != 199 {
		t.Errorf("answers %v, want 1 × 201 and 199 × 200", counts)
	}
	if got := n.do("GET", "/v1/campaigns/"+camp, nil).num("times_redeemed"); got != 1 {
		t.Errorf("%d uses, want 1", got)
	}
	n.do("POST", "/v1/redemptions", use("THREEFOLD", "o-3", who)).want(201)
	n.do("POST", "/v1/redemptions", use("THREEFOLD", "o-4", who)).want(409, "customer_limit_exceeded")
	n.noDrift(camp)
}

func TestOneUniqueCodeManyOrders(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(nil), nil).str("code")
	counts := together(200, func(i int) int { return n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("o-", i))).Status })
	if counts[201] != 1 || counts[409] != 199 {
		t.Errorf("answers %v", counts)
	}
}

func TestCustomerLimit(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions_per_customer": 3})
	n.coupon(camp, object{"code": "THRICE"})
	n.do("POST", "/v1/redemptions", use("THRICE", "o-0")).want(422, "needs_customer")
	counts := together(100, func(i int) int {
		email := []string{"anna@example.org", " Anna@Example.ORG "}[i%2]
		return n.do("POST", "/v1/redemptions", use("THRICE", fmt.Sprint("o-", i), object{"customer": object{"email": email}})).Status
	})
	if counts[201] != 3 || counts[409] != 97 {
		t.Errorf("answers %v, want 3 × 201: two spellings of one address are one person", counts)
	}
	n.do("POST", "/v1/redemptions", use("THRICE", "o-x", object{"customer": object{"email": "ben@example.org"}})).want(201)
	v := n.do("POST", "/v1/validations", use("THRICE", "", object{"customer": object{"email": "anna@example.org"}})).want(200)
	if v.Body["valid"] != false || reason(v) != "customer_limit_exceeded" {
		t.Errorf("%s", v.Raw)
	}
	n.noDrift(camp)
}

// reason is why the code of a validation does not apply.
func reason(v answer) any {
	p, _ := v.Body["codes"].([]any)[0].(object)["problem"].(object)
	return p["code"]
}

func TestRaisedLimit(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 2})
	n.coupon(camp, object{"code": "PAIR"})
	for i := range 2 {
		n.do("POST", "/v1/redemptions", use("PAIR", fmt.Sprint("o-", i))).want(201)
	}
	n.do("POST", "/v1/redemptions", use("PAIR", "o-2")).want(409, "quantity_exceeded")
	n.do("PATCH", "/v1/campaigns/"+camp, object{"max_redemptions": nil}).want(422, "limit_not_changeable")
	for _, limit := range []int{4, 60} { // 60 have more slots than 2
		before := int(n.do("GET", "/v1/campaigns/"+camp, nil).num("times_redeemed"))
		n.do("PATCH", "/v1/campaigns/"+camp, object{"max_redemptions": limit}).want(200)
		n.clock.move(6 * time.Second)
		counts := together(100, func(i int) int {
			return n.do("POST", "/v1/redemptions", use("PAIR", fmt.Sprint("p-", limit, "-", i))).Status
		})
		if counts[201] != limit-before {
			t.Errorf("answers %v, want %d × 201", counts, limit-before)
		}
	}
	n.noDrift(camp)
}

func TestDisabledSharedCode(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 100})
	id := n.coupon(camp, object{"code": "STOPME"}).str("id")
	n.coupon(camp, object{"code": "GOON"})
	n.do("POST", "/v1/redemptions", use("STOPME", "o-1")).want(201)
	n.do("POST", "/v1/coupons/"+id+"/disable", nil).want(200)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use("STOPME", "o-2")).want(409, "coupon_not_active")
	n.do("POST", "/v1/redemptions", use("GOON", "o-2")).want(201)
	n.do("POST", "/v1/coupons/"+id+"/enable", nil).want(200)
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use("STOPME", "o-3")).want(201)
}

func TestDisabledUniqueCodeStopsAtOnce(t *testing.T) {
	n := newTenant(t)
	c := n.coupon(n.campaign(nil), nil)
	n.do("POST", "/v1/coupons/"+c.str("id")+"/disable", nil).want(200)
	n.do("POST", "/v1/redemptions", use(c.str("code"), "o-1")).want(409, "coupon_not_active")
	n.do("POST", "/v1/coupons/"+c.str("id")+"/enable", nil).want(200)
	n.do("POST", "/v1/redemptions", use(c.str("code"), "o-1")).want(http.StatusCreated)
}

// A coupon that takes nothing off an order is not used up by it.
func TestNothingOffKeepsTheCoupon(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(object{"rewards": []object{{"type": "free_shipping"}}}), nil).str("code")
	n.do("POST", "/v1/redemptions", use(code, "", object{"order": with(cart("o-1"), object{"shipping_amount": 0})})).want(422, "nothing_to_discount")
	n.do("POST", "/v1/redemptions", use(code, "o-1")).want(201)
}

// saleor#18563: of many orders at once, and of all campaigns for first orders, one order is the first.
func TestOneFirstOrder(t *testing.T) {
	n := newTenant(t)
	firsts := object{"rules": object{"first_order_only": true}}
	for _, code := range []string{"WELCOME-A", "WELCOME-B"} {
		n.coupon(n.campaign(firsts), object{"code": code})
	}
	buy := func(code, order string) answer {
		return n.do("POST", "/v1/redemptions", use(code, order, object{"customer": "c-1", "customer_facts": object{"orders_count": 0}}))
	}
	counts := together(40, func(i int) int {
		return buy([]string{"WELCOME-A", "WELCOME-B"}[i%2], fmt.Sprint("o-", i)).Status
	})
	if counts[201] != 1 || counts[409] != 39 {
		t.Fatalf("%v", counts)
	}
	valid := n.do("POST", "/v1/validations", use("WELCOME-A", "o-99", object{"customer": "c-1", "customer_facts": object{"orders_count": 0}}))
	if p := valid.applied(0)["problem"].(object); p["code"] != "first_order_taken" {
		t.Errorf("%s", valid.Raw)
	}
	n.do("POST", "/v1/redemptions", use("WELCOME-A", "o-99", object{"customer": "c-1"})).want(422)
	r := n.do("POST", "/v1/redemptions", codes("o-100", object{"customer": "c-2", "customer_facts": object{"orders_count": 0}}, "WELCOME-A", "WELCOME-B")).want(201)
	n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
	n.do("POST", "/v1/redemptions", use("WELCOME-B", "o-101", object{"customer": "c-2", "customer_facts": object{"orders_count": 0}})).want(201)
}
