package e2e

import (
	"fmt"
	"testing"
	"time"
)

// The last use is had where it is: also when both the slot and the day's slot that an order tries first are empty.
func TestLastUseOfALimitAndADay(t *testing.T) {
	n := newTenant(t)
	n.onTheHour()
	const most = 100 // in two slots of each
	camp := n.campaign(object{"expected_rate": 160, "max_redemptions": most, "max_redemptions_per_day": most})
	n.coupon(camp, object{"code": "LASTONE"})
	for i := range most {
		n.do("POST", "/v1/redemptions", use("LASTONE", fmt.Sprint("o-", i))).want(201)
	}
	n.do("POST", "/v1/redemptions", use("LASTONE", "o-x")).want(409)
	n.noDrift(camp)
}

// What was held can be given back, however many rows it lies in: undoing a hold takes one row more than making it.
func TestWideHoldsCanBeReleased(t *testing.T) {
	for _, c := range []struct {
		codes, off int
		first      bool
	}{{9, 2_000_000, false}, {9, 2_500_000, false}, {9, 2_500_000, true}, {7, 4_500_000, false}, {5, 6_500_000, true}, {2, 7_900_000, true}} {
		n := newTenant(t)
		var list, camps []string
		for i := range c.codes { // each budget lies in eight slots
			camps = append(camps, n.campaign(object{
				"rules": object{"currency": "EUR", "first_order_only": c.first && i == 0}, "max_redemptions_per_customer": 5, "max_redemptions_per_day": 500,
				"rewards":       []object{{"type": "amount_off", "amount_off": c.off, "currency": "EUR"}},
				"expected_rate": 160, "budget": object{"amount": 8_000_000, "currency": "EUR"},
			}))
			list = append(list, n.coupon(camps[i], object{"code": fmt.Sprint("WIDE", i, "CODE")}).str("code"))
		}
		body := object{"codes": list, "customer": "c-1", "customer_facts": object{"orders_count": 0}, "order": object{
			"id": "o-1", "currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": 1_000_000_000}},
		}}
		h := n.do("POST", "/v1/holds", body)
		if h.Status == 201 {
			n.do("POST", "/v1/holds/"+h.str("id")+"/extend", object{"expires_at": n.clock.now().Add(time.Hour)}).want(200)
			n.do("POST", "/v1/holds/"+h.str("id")+"/release", nil).want(200)
		} else { // it lies about in too small pieces
			h.want(409, "budget_exhausted")
		}
		r := n.do("POST", "/v1/redemptions", body).want(201)
		n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
		n.noDrift(camps...)
	}
}
