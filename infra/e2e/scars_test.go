package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// Mistakes that others made and wrote about, each as a test of ours. Those of
// prices stand in internal/coupon/scars_test.go.

// saleor/saleor#544, vendure-ecommerce/vendure#4660, medusajs/medusa#16097: a
// voucher for one use is redeemed by two orders at the same moment.
func TestSaleor544Vendure4660Medusa16097SingleUseUnderConcurrency(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 1})
	n.coupon(camp, object{"code": "ONLYONE"})
	alone, other := n.coupon(n.campaign(nil), nil).str("code"), n.coupon(n.campaign(nil), nil).str("code")
	for _, list := range [][]string{{alone}, {"ONLYONE"}, {n.coupon(n.campaign(nil), nil).str("code"), other}} {
		counts := together(60, func(i int) int {
			return n.do("POST", "/v1/redemptions", codes(fmt.Sprint("o-", i), nil, list...)).Status
		})
		if counts[201] != 1 || counts[409]+counts[422] != 59 {
			t.Errorf("%v: %v", list, counts)
		}
	}
	n.noDrift(camp)
}

// saleor/saleor#7588, #8219: the second attempt of a payment (3-D Secure) finds
// the voucher used up by the first, or uses it twice.
func TestSaleor7588And8219SecondPaymentAttempt(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 1, "max_redemptions_per_customer": 1})
	n.coupon(camp, object{"code": "3DSECURE"})
	body := use("3DSECURE", "o-1", object{"customer": "c-1"})
	first := n.hold(body, 201)
	counts := together(20, func(int) int { return n.do("POST", "/v1/holds", body).Status })
	if counts[200] != 20 {
		t.Errorf("further attempts: %v", counts)
	}
	counts = together(20, func(i int) int {
		if i%2 == 0 {
			return n.do("POST", "/v1/redemptions", body).Status
		}
		return n.do("POST", "/v1/holds/"+first.str("id")+"/commit", nil).Status
	})
	if counts[201] != 1 || counts[200] != 19 {
		t.Errorf("attempts to pay: %v", counts)
	}
	if got := n.do("GET", "/v1/campaigns/"+camp, nil); got.num("times_redeemed") != 1 {
		t.Errorf("%s", got.Raw)
	}
	n.noDrift(camp)
}

// saleor/saleor#18563: who changes the e-mail address uses a voucher again. A
// limit counts persons, by a keyed hash of the normalised address or of the
// shop's id: another spelling is no other person, an order stays one redemption
// whatever address comes with its retry, and the address of a customer with an
// id does not matter. A guest with a truly new address is a new person still,
// until the shop says whose address it is.
func TestSaleor18563ChangedAddress(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions_per_customer": 1})
	n.coupon(camp, object{"code": "WELCOME"})
	guest := func(address string) object { return object{"customer": object{"email": address}} }
	n.do("POST", "/v1/redemptions", use("WELCOME", "o-1", guest("anna@example.org"))).want(201)
	for _, spelling := range []string{"Anna@Example.org", " anna@example.org ", "ANNA@EXAMPLE.ORG"} {
		n.do("POST", "/v1/redemptions", use("WELCOME", "o-2", guest(spelling))).want(409, "customer_limit_exceeded")
	}
	n.do("POST", "/v1/redemptions", use("WELCOME", "o-1", guest("anna.new@example.org"))).want(200)
	n.do("POST", "/v1/redemptions", use("WELCOME", "o-3", object{"customer": "c-1"})).want(201)
	n.do("POST", "/v1/redemptions", use("WELCOME", "o-4", object{"customer": "c-1"})).want(409, "customer_limit_exceeded")
	mine := n.coupon(n.campaign(nil), object{"customer": object{"email": "ben@example.org"}}).str("code")
	n.do("POST", "/v1/redemptions", use(mine, "o-5", guest("ben.new@example.org"))).want(422, "customer_not_permitted")
	n.noDrift(camp)

	// An account that had both addresses has used the code, and owns what was sent to either.
	n.put("c-ben", object{"email": "ben@example.org"}).want(201)
	n.put("c-ben", object{"email": "ben.new@example.org"}).want(200)
	for i, who := range []object{{"customer": "c-ben"}, guest("ben.new@example.org"), guest("ben@example.org")} {
		n.do("POST", "/v1/validations", use(mine, "", who)).want(200)
		id := n.do("POST", "/v1/redemptions", use(mine, fmt.Sprint("o-6", i), who)).want(201).str("id")
		n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).want(201)
	}
}

// saleor/saleor#18563 again, the other way round: who buys as a guest and registers
// then, or is registered and buys as a guest, is one customer to a limit. So is who
// takes another address in between. It holds from the registration on, before
// anything follows from it and after; what is rolled back can be had again, once.
func TestSaleor18563GuestWhoRegisters(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions_per_customer": 1})
	n.coupon(camp, object{"code": "WELCOME"})
	n.coupon(n.campaign(object{"rules": object{"first_order_only": true}}), object{"code": "FIRSTONE"})
	names := []any{"c-1", object{"email": "anna@example.org"}, object{"email": "anna.new@example.org"}}
	redeem := func(who any, order string) answer {
		return n.do("POST", "/v1/redemptions", codes(order, object{"customer": who, "customer_facts": object{"orders_count": 0}}, "WELCOME", "FIRSTONE"))
	}
	id := redeem(names[1], "o-1").want(201).str("id") // a guest
	n.put("c-1", object{"email": "anna@example.org"}).want(201)
	n.put("c-1", object{"email": "anna.new@example.org"}).want(200)
	refused := func(when string) {
		t.Helper()
		for i, who := range names {
			a := redeem(who, fmt.Sprint("no-", i)).want(422, "codes_refused")
			for _, code := range []string{"customer_limit_exceeded", "first_order_taken"} {
				if !strings.Contains(a.Raw, code) {
					t.Errorf("%s: %s", when, a.Raw)
				}
			}
			v := n.do("POST", "/v1/validations", use("WELCOME", "", object{"customer": who})).want(200)
			if !strings.Contains(v.Raw, "customer_limit_exceeded") {
				t.Errorf("%s: %s", when, v.Raw)
			}
		}
	}
	refused("at once")
	n.followUp()
	refused("followed")
	n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).want(201)
	redeem(names[2], "o-2").want(201)
	refused("again")
	n.followUp()
	n.noDrift(camp)
}

// Sylius/Sylius#10125, vendure-ecommerce/vendure#1466: the order is cancelled,
// and its coupon stays used. See also TestCancelledOrdersGiveBackOrKeep.
func TestSylius10125Vendure1466CancelledOrderGivesTheUseBack(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 2, "max_redemptions_per_customer": 2})
	n.coupon(camp, object{"code": "SHARED"})
	list, who := []string{n.coupon(camp, nil).str("code"), "SHARED"}, object{"customer": "c-1"}
	for i := range 5 { // each takes the only use of the code, and all uses of campaign and customer
		order := fmt.Sprint("o-", i)
		r := n.do("POST", "/v1/redemptions", codes(order, who, list...)).want(201)
		counts := together(10, func(int) int { return n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).Status })
		if counts[201] != 1 || counts[200] != 9 {
			t.Errorf("cancelled ten times at once: %v", counts)
		}
	}
	if got := n.do("GET", "/v1/campaigns/"+camp, nil); got.num("times_redeemed") != 0 {
		t.Errorf("%s", got.Raw)
	}
	n.noDrift(camp)
}

// vendure-ecommerce/vendure#1604: a code that is typed in small letters is another one.
func TestVendure1604CodesHaveNoCase(t *testing.T) {
	n := newTenant(t)
	n.coupon(n.campaign(nil), object{"code": "Summer-Oil-26"})
	random := n.coupon(n.campaign(nil), nil).str("code")
	for i, typed := range []string{"SUMMEROIL26", "summer oil 26", " sUmMeR-0iL-26", "summer01126", strings.ToLower(random)} {
		n.do("POST", "/v1/redemptions", use(typed, fmt.Sprint("o-", i))).want(201)
	}
	n.do("POST", "/v1/redemptions", use(random, "o-9")).want(409, "quantity_exceeded")
	n.do("POST", "/v1/redemptions", use("summer oil 26", "o-0")).want(200) // the same code and order
}

// medusajs/medusa#4949: of two codes the second is ignored, and the answer is 200.
func TestMedusa4949NoCodeIsIgnored(t *testing.T) {
	n := newTenant(t)
	five := n.campaign(object{"priority": -1, "rewards": []object{{"type": "amount_off", "amount_off": 500, "currency": "EUR"}}})
	first, second := n.coupon(n.campaign(nil), nil).str("code"), n.coupon(five, object{"code": "SECOND"}).str("code")
	unknown := codes("o-1", nil, first, "NOSUCH")
	if a := n.do("POST", "/v1/redemptions", unknown).want(404, "coupon_unknown"); a.str("param") != "codes[1]" {
		t.Errorf("%s", a.Raw)
	}
	partly := n.do("POST", "/v1/redemptions", with(unknown, object{"mode": "partial"})).want(201).sums()
	if c := partly.applied(1); c["status"] != "not_applied" || c["problem"].(object)["code"] != "coupon_unknown" {
		t.Errorf("%s", partly.Raw)
	}
	n.do("POST", "/v1/redemptions/"+partly.str("id")+"/rollbacks", nil).want(201)
	both := n.do("POST", "/v1/redemptions", codes("o-2", nil, first, second)).want(201).sums()
	if both.num("discount") != 990 || both.applied(1)["discount"] != 500.0 {
		t.Errorf("%s", both.Raw)
	}
	n.do("POST", "/v1/redemptions", use(second, "o-2")).want(409, "redemption_differs")
}

// spree/spree#13889: a campaign with a discount and free shipping counts two uses for an order.
func TestSpree13889TwoRewardsAreOneUse(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 2, "max_redemptions_per_customer": 2, "rewards": []object{
		{"type": "percent_off", "percent_off": "10"}, {"type": "free_shipping"},
	}})
	n.coupon(camp, object{"code": "BOTH"})
	for i := range 2 {
		r := n.do("POST", "/v1/redemptions", use("BOTH", fmt.Sprint("o-", i), object{"customer": "c-1"})).want(201)
		if got := n.do("GET", "/v1/campaigns/"+camp, nil); r.num("discount") != 980 || got.num("times_redeemed") != int64(i+1) {
			t.Errorf("%s\n%s", r.Raw, got.Raw)
		}
	}
	n.do("POST", "/v1/redemptions", use("BOTH", "o-2", object{"customer": "c-1"})).want(409)
	n.noDrift(camp)
}
