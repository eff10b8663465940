package e2e

import (
	"fmt"
	"testing"
	"time"
)

// giftCampaign makes a campaign of gift cards in EUR.
func (n *tenant) giftCampaign(more object) string {
	n.t.Helper()
	return n.campaign(with(object{"rewards": []object{{"type": "gift_balance", "currency": "EUR"}}}, more))
}

func (n *tenant) card(campaign string, balance int, more ...object) answer {
	n.t.Helper()
	body := object{"balance": balance}
	for _, m := range more {
		body = with(body, m)
	}
	return n.coupon(campaign, body)
}

// basket is an order of one line, with shipping.
func basket(id string, amount, shipping int) object {
	order := object{"currency": "EUR", "lines": []object{{"id": "1", "quantity": 1, "unit_amount": amount}}, "shipping_amount": shipping}
	if id != "" {
		order["id"] = id
	}
	return order
}

func pay(order object, codes ...string) object { return object{"codes": codes, "order": order} }

func (n *tenant) left(card answer) int64 {
	n.t.Helper()
	got := n.do("GET", "/v1/coupons/"+card.str("id"), nil).want(200)
	balance, ok := got.Body["balance"].(object)
	if !ok {
		n.t.Fatalf("no balance: %s", got.Raw)
	}
	return int64(balance["amount"].(float64))
}

// entries reads a card's whole ledger, in small pages, newest first. They sum to the balance.
func (n *tenant) entries(card answer) []object {
	n.t.Helper()
	var all []object
	sum, path := int64(0), "/v1/coupons/"+card.str("id")+"/ledger?limit=2"
	for cursor := ""; ; {
		page := n.do("GET", path+cursor, nil).want(200)
		for _, e := range page.Body["data"].([]any) {
			all = append(all, e.(object))
			sum += int64(e.(object)["amount"].(float64))
		}
		if page.Body["has_more"] != true {
			break
		}
		cursor = "&cursor=" + page.str("next_cursor")
	}
	if left := n.left(card); sum != left {
		n.t.Errorf("entries sum to %d, %d is left: %v", sum, left, all)
	}
	return all
}

func kindsOf(entries []object) string {
	s := ""
	for _, e := range entries {
		s += fmt.Sprintf("%v%+.0f ", e["type"], e["amount"])
	}
	return s
}

// A card pays what is due after discounts, shipping included, order by order.
func TestGiftCard(t *testing.T) {
	n := newTenant(t)
	camp := n.giftCampaign(nil)
	card := n.card(camp, 5000)
	code := card.str("code")
	if len(code) != 4+16+4 || card.Body["times_redeemed"] != nil {
		t.Errorf("%s", card.Raw)
	}
	ten := n.coupon(n.campaign(nil), object{"code": "TENOFF"}).str("code")
	would := n.do("POST", "/v1/validations", pay(basket("", 3000, 300), code, ten)).want(200)
	first := n.do("POST", "/v1/redemptions", pay(basket("o-1", 3000, 300), code, ten)).want(201)
	for _, a := range []answer{would, first} {
		if a.num("discount") != 300 || a.num("gift_applied") != 3000 || a.num("amount_due") != 0 || a.applied(0)["gift_applied"] != 3000.0 || a.applied(0)["discount"] != 0.0 {
			t.Errorf("%s", a.Raw)
		}
	}
	if again := n.do("POST", "/v1/redemptions", pay(basket("o-1", 3000, 300), code, ten)).want(200); again.Raw != first.Raw {
		t.Errorf("a retry gets %s", again.Raw)
	}
	second := n.do("POST", "/v1/redemptions", pay(basket("o-2", 3000, 0), code)).want(201)
	if second.num("gift_applied") != 2000 || second.num("amount_due") != 1000 || second.num("discount") != 0 {
		t.Errorf("%s", second.Raw)
	}
	n.do("POST", "/v1/redemptions", pay(basket("o-3", 3000, 0), code)).want(409, "balance_exhausted")
	if again := n.do("POST", "/v1/redemptions", pay(basket("o-2", 3000, 0), code)).want(200); again.Raw != second.Raw {
		t.Errorf("a retry of what emptied the card gets %s", again.Raw)
	}
	n.do("POST", "/v1/redemptions", pay(basket("o-2", 3001, 0), code)).want(409, "redemption_differs")
	top := n.do("POST", "/v1/coupons/"+card.str("id")+"/top_up", object{"amount": 1000}, "Idempotency-Key", "top-1").want(201)
	if again := n.do("POST", "/v1/coupons/"+card.str("id")+"/top_up", object{"amount": 1000}, "Idempotency-Key", "top-1").want(201); again.Raw != top.Raw {
		t.Errorf("%s", again.Raw)
	}
	back := n.do("POST", "/v1/redemptions/"+second.str("id")+"/rollbacks", nil).want(201)
	if back.num("gift_amount") != 2000 || back.num("discount") != 0 {
		t.Errorf("%s", back.Raw)
	}
	n.do("POST", "/v1/redemptions/"+second.str("id")+"/rollbacks", nil).want(200)
	if got := kindsOf(n.entries(card)); got != "rollback+2000 top_up+1000 redemption-2000 redemption-3000 issue+5000 " {
		t.Errorf("the ledger has %s", got)
	}
	n.noDrift(camp)
}

// Several cards pay in the order in which they are named, also two of one campaign.
func TestSeveralGiftCards(t *testing.T) {
	n := newTenant(t)
	camp := n.giftCampaign(object{"max_redemptions_per_customer": 2})
	a, b, c := n.card(camp, 1000), n.card(camp, 1500), n.card(camp, 500)
	body := with(pay(basket("o-1", 2000, 0), a.str("code"), b.str("code")), object{"customer": "c-1"})
	r := n.do("POST", "/v1/redemptions", body).want(201)
	if r.num("gift_applied") != 2000 || r.applied(0)["gift_applied"] != 1000.0 || r.applied(1)["gift_applied"] != 1000.0 {
		t.Errorf("%s", r.Raw)
	}
	third := with(pay(basket("o-2", 100, 0), c.str("code")), object{"customer": "c-1"})
	n.do("POST", "/v1/redemptions", third).want(409, "customer_limit_exceeded")
	n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
	if n.left(a) != 1000 || n.left(b) != 1500 {
		t.Errorf("%d and %d are left", n.left(a), n.left(b))
	}
	// The second card finds nothing to pay. That refuses nothing.
	r = n.do("POST", "/v1/redemptions", with(pay(basket("o-3", 900, 0), a.str("code"), b.str("code")), object{"customer": "c-2"})).want(201)
	if r.num("gift_applied") != 900 || n.left(b) != 1500 || r.applied(1)["status"] != "redeemed" {
		t.Errorf("%s", r.Raw)
	}
	// The first is empty: all or nothing, or what applies.
	n.do("POST", "/v1/redemptions", with(pay(basket("o-4", 100, 0), a.str("code")), object{"customer": "c-3"})).want(201)
	rest := with(pay(basket("o-5", 2000, 0), a.str("code"), b.str("code")), object{"customer": "c-3"})
	n.do("POST", "/v1/redemptions", rest).want(409, "balance_exhausted")
	r = n.do("POST", "/v1/redemptions", with(rest, object{"mode": "partial"})).want(201)
	if r.num("gift_applied") != 1500 || r.num("amount_due") != 500 || r.applied(0)["status"] != "not_applied" {
		t.Errorf("%s", r.Raw)
	}
	for _, card := range []answer{a, b, c} {
		n.entries(card)
	}
	n.noDrift(camp)
}

// What of a return goes back to the card says the shop; the parts sum to the whole.
func TestReturnsToGiftCards(t *testing.T) {
	n := newTenant(t)
	camp := n.giftCampaign(nil)
	a, b := n.card(camp, 1000), n.card(camp, 1500)
	body := pay(object{"id": "o-1", "currency": "EUR", "lines": []object{{"id": "1", "quantity": 3, "unit_amount": 1000}}}, a.str("code"), b.str("code"))
	r := n.do("POST", "/v1/redemptions", body).want(201)
	rollbacks := "/v1/redemptions/" + r.str("id") + "/rollbacks"
	part := func(id string, gift int) object {
		return object{"return": id, "lines": []object{{"id": "1", "quantity": 1}}, "gift_amount": gift}
	}
	n.do("POST", rollbacks, object{"return": "ret-0", "gift_amount": 5}).want(422, "field_missing")
	n.do("POST", rollbacks, part("ret-0", 2501)).want(422, "gift_amount_exceeded")
	n.do("POST", rollbacks, part("ret-1", 1700)).want(201)
	n.do("POST", rollbacks, part("ret-1", 1700)).want(200)
	n.do("POST", rollbacks, part("ret-1", 1600)).want(409, "return_differs")
	if n.left(a) != 200 || n.left(b) != 1500 { // the card that was named last gets its part back first
		t.Errorf("%d and %d are left", n.left(a), n.left(b))
	}
	n.do("POST", rollbacks, part("ret-2", 801)).want(422, "gift_amount_exceeded")
	n.do("POST", "/v1/coupons/"+a.str("id")+"/disable", nil).want(200)
	back := n.do("POST", rollbacks, object{"return": "ret-3"}).want(201)
	if back.num("gift_amount") != 800 || back.Body["complete"] != true || n.left(a) != 1000 {
		t.Errorf("%s", back.Raw)
	}
	if got := kindsOf(n.entries(a)); got != "rollback+800 rollback+200 redemption-1000 issue+1000 " {
		t.Errorf("the ledger has %s", got)
	}
	n.noDrift(camp)
}

// A hold reserves the balance; a lapsed one never stands in the way of a sale.
func TestHoldsOfGiftCards(t *testing.T) {
	n := newTenant(t)
	camp := n.giftCampaign(nil)
	card := n.card(camp, 1000)
	code := card.str("code")
	h := n.hold(pay(basket("o-1", 700, 0), code), 201)
	if h.num("gift_applied") != 700 || n.left(card) != 300 {
		t.Errorf("%s", h.Raw)
	}
	part := n.do("POST", "/v1/redemptions", pay(basket("o-2", 700, 0), code)).want(201)
	if part.num("gift_applied") != 300 {
		t.Errorf("%s", part.Raw)
	}
	n.do("POST", "/v1/redemptions", pay(basket("o-3", 700, 0), code)).want(409, "balance_exhausted")
	n.on(h, "commit", 201)
	n.do("POST", "/v1/redemptions/rdm_"+h.str("id")[len("hold_"):]+"/rollbacks", nil).want(201)
	released := n.hold(pay(basket("o-4", 700, 0), code), 201)
	n.on(released, "release", 200)
	lapsed := n.hold(pay(basket("o-5", 700, 0), code), 201)
	n.do("POST", "/v1/holds/"+lapsed.str("id")+"/extend", object{"expires_at": n.clock.now().Add(20 * time.Minute).Format(time.RFC3339)}).want(200)
	n.noDrift(camp)
	n.clock.move(21 * time.Minute)
	would := n.do("POST", "/v1/validations", pay(basket("", 600, 0), code)).want(200)
	if would.Body["valid"] != true {
		t.Errorf("%s", would.Raw)
	}
	r := n.do("POST", "/v1/redemptions", pay(basket("o-6", 600, 0), code)).want(201)
	if r.num("gift_applied") != 600 {
		t.Errorf("a lapsed hold kept what it held: %s", r.Raw)
	}
	n.on(lapsed, "commit", 409, "hold_expired")
	if got := kindsOf(n.entries(card)); got != "redemption-600 lapse+700 hold-700 release+700 hold-700 rollback+700 redemption-300 hold-700 issue+1000 " {
		t.Errorf("the ledger has %s", got)
	}
	n.noDrift(camp)
}

// An order's own hold, though its time is over, is what the order redeems; with
// another basket it is a hold in the way like any other.
func TestOwnLapsedHoldOfAGiftCard(t *testing.T) {
	n := newTenant(t)
	camp := n.giftCampaign(nil)
	card := n.card(camp, 1000)
	h := n.hold(pay(basket("o-1", 700, 0), card.str("code")), 201)
	n.clock.move(16 * time.Minute)
	r := n.do("POST", "/v1/redemptions", pay(basket("o-1", 700, 0), card.str("code"))).want(201)
	if r.str("id")[len("rdm_"):] != h.str("id")[len("hold_"):] || n.left(card) != 300 {
		t.Errorf("%s", r.Raw)
	}
	n.hold(pay(basket("o-2", 200, 0), card.str("code")), 201)
	n.clock.move(16 * time.Minute)
	n.do("POST", "/v1/redemptions", pay(basket("o-2", 250, 0), card.str("code"))).want(201)
	if got := kindsOf(n.entries(card)); got != "redemption-250 lapse+200 hold-200 hold-700 issue+1000 " {
		t.Errorf("the ledger has %s", got)
	}
	n.noDrift(camp)
}

// A hold that paid nothing is in nobody's way once its time is over; and what a
// lapsed hold promised is found where another lapsed one has it.
func TestLapsedHoldsOfGiftCardsMakeRoom(t *testing.T) {
	n := newTenant(t)
	camp := n.giftCampaign(nil)
	card := n.card(camp, 1000)
	n.hold(pay(basket("o-1", 0, 0), card.str("code")), 201)
	first := n.hold(pay(basket("o-2", 700, 0), card.str("code")), 201)
	n.clock.move(16 * time.Minute)
	if r := n.do("POST", "/v1/redemptions", pay(basket("o-1", 50, 0), card.str("code"))).want(201); r.num("gift_applied") != 50 {
		t.Errorf("%s", r.Raw)
	}
	n.hold(pay(basket("o-3", 900, 0), card.str("code")), 201)
	n.clock.move(16 * time.Minute)
	if r := n.on(first, "commit", 201); r.num("gift_applied") != 700 {
		t.Errorf("%s", r.Raw)
	}
	if got := kindsOf(n.entries(card)); got != "redemption-700 lapse+900 hold-900 redemption-50 lapse+700 hold-700 issue+1000 " {
		t.Errorf("the ledger has %s", got)
	}
	n.noDrift(camp)
}

func TestGiftCardsRefuse(t *testing.T) {
	n := newTenant(t)
	camp, plain := n.giftCampaign(nil), n.campaign(nil)
	issue := func(body object, status int, code, param string) {
		t.Helper()
		if a := n.do("POST", "/v1/coupons", body).want(status, code); a.str("param") != param {
			t.Errorf("%s", a.Raw)
		}
	}
	issue(object{"campaign": camp, "balance": 5, "code": "GIFTCARD"}, 422, "gift_code_not_random", "code")
	issue(object{"campaign": camp}, 422, "field_missing", "balance")
	issue(object{"campaign": camp, "balance": 0}, 422, "value_too_small", "balance")
	issue(object{"campaign": camp, "balance": -1}, 422, "value_too_small", "balance")
	issue(object{"campaign": plain, "balance": 5}, 422, "field_not_allowed", "balance")
	n.do("POST", "/v1/batches", object{"campaign": camp, "count": 5}).want(422, "gift_cards_one_by_one")
	n.do("POST", "/v1/imports", object{"campaign": camp, "kind": "codes"}).want(422, "gift_cards_one_by_one")
	define := func(more object, code, param string) {
		t.Helper()
		body := with(tenPercent(), with(object{"rewards": []object{{"type": "gift_balance", "currency": "EUR"}}}, more))
		if a := n.do("POST", "/v1/campaigns", body).want(422, code); a.str("param") != param {
			t.Errorf("%s", a.Raw)
		}
	}
	define(object{"rewards": []object{{"type": "gift_balance"}}}, "field_missing", "rewards[0].currency")
	define(object{"rewards": []object{{"type": "free_shipping"}, {"type": "gift_balance", "currency": "EUR"}}}, "gift_balance_alone", "rewards[1]")
	define(object{"rewards": []object{{"type": "gift_balance", "currency": "EUR", "max_discount": 5}}}, "field_not_allowed", "rewards[0].max_discount")
	define(object{"rewards": []object{{"type": "gift_balance", "currency": "EUR", "when": object{"minimum_quantity": 2}}}}, "field_not_allowed", "rewards[0].when")
	for name, v := range map[string]any{"exclusive": true, "category": "a", "priority": 1, "on_cancel": "keep", "margin_floor": object{"mode": "cap", "minimum_percent": "5"}} {
		define(object{name: v}, "field_not_allowed", name)
	}

	card := n.card(camp, 100, object{"customer": "c-1"})
	use := func(order object, more object) object { return with(pay(order, card.str("code")), more) }
	dollars := basket("o-1", 100, 0)
	dollars["currency"] = "USD"
	n.do("POST", "/v1/redemptions", use(dollars, object{"customer": "c-1"})).want(422, "currency_mismatch")
	n.do("POST", "/v1/redemptions", use(basket("o-1", 100, 0), object{"customer": "c-2"})).want(422, "customer_not_permitted")
	n.do("POST", "/v1/redemptions", use(basket("o-1", 100, 0), nil)).want(422, "needs_customer")
	n.do("POST", "/v1/redemptions", pay(basket("o-1", 100, 0), flipped(card.str("code")))).want(404, "coupon_unknown")
	top := func(id string, amount int, key string, status int, code string) {
		t.Helper()
		n.do("POST", "/v1/coupons/"+id+"/top_up", object{"amount": amount}, "Idempotency-Key", key).want(status, code)
	}
	n.do("POST", "/v1/coupons/"+card.str("id")+"/top_up", object{"amount": 5}).want(422, "field_missing")
	top(card.str("id"), 0, "k0", 422, "value_too_small")
	top(card.str("id"), 1<<53-100, "k1", 422, "amount_too_large")
	top(n.coupon(plain, nil).str("id"), 5, "k2", 409, "coupon_without_balance")
	top("cpn_0000000000000000", 5, "k3", 404, "not_found")
	n.do("POST", "/v1/coupons/"+card.str("id")+"/top_up", object{"amount": 5}, "Idempotency-Key", "k4").want(201)
	top(card.str("id"), 6, "k4", 422, "idempotency_key_reused")
	n.do("POST", "/v1/coupons/"+card.str("id")+"/disable", nil).want(200)
	top(card.str("id"), 5, "k5", 409, "coupon_not_active")
	n.do("POST", "/v1/redemptions", use(basket("o-1", 100, 0), object{"customer": "c-1"})).want(409, "coupon_not_active")
	n.do("POST", "/v1/coupons/"+card.str("id")+"/top_up", object{"amount": 5}, "Idempotency-Key", "k4").want(201) // the first answer
	if got := kindsOf(n.entries(card)); got != "top_up+5 issue+100 " {
		t.Errorf("the ledger has %s", got)
	}
	soon := n.card(camp, 100, object{"expires_at": n.clock.now().Add(time.Minute).Format(time.RFC3339)})
	r := n.do("POST", "/v1/redemptions", pay(basket("o-9", 60, 0), soon.str("code"))).want(201)
	n.clock.move(2 * time.Minute)
	top(soon.str("id"), 5, "k6", 409, "coupon_expired")
	n.do("POST", "/v1/redemptions", pay(basket("o-10", 60, 0), soon.str("code"))).want(409, "coupon_expired")
	n.do("POST", "/v1/redemptions/"+r.str("id")+"/rollbacks", nil).want(201)
	if n.left(soon) != 100 {
		t.Error("an expired card did not get its money back")
	}
	n.do("GET", "/v1/coupons/cpn_0000000000000000/ledger", nil).want(404)
	n.do("GET", "/v1/coupons/nonsense/ledger", nil).want(404)
}

// Orders and top-ups on one card at once: it is never overspent, and every unit is accounted for.
func TestOrdersRaceForAGiftCard(t *testing.T) {
	n := newTenant(t)
	camp := n.giftCampaign(nil)
	card := n.card(camp, 1000)
	paid := make([]int64, 40)
	counts := together(40, func(i int) int {
		if i%8 == 7 {
			return n.do("POST", "/v1/coupons/"+card.str("id")+"/top_up", object{"amount": 100}, "Idempotency-Key", fmt.Sprint("k-", i)).Status
		}
		a := n.do("POST", "/v1/redemptions", pay(basket(fmt.Sprint("o-", i), 70, 0), card.str("code")))
		if a.Status == 201 {
			paid[i] = a.num("gift_applied")
		}
		return a.Status
	})
	var sum int64
	for _, p := range paid {
		sum += p
	}
	if counts[500] > 0 || sum+n.left(card) > 1500 || sum == 0 {
		t.Errorf("%v, %d paid, %d left", counts, sum, n.left(card))
	}
	n.entries(card)
	n.noDrift(camp)
	t.Log(counts)
}

// What a gift card costs: one read and one write, whatever number of cards.
func TestGiftCardBudget(t *testing.T) {
	n := newTenant(t)
	camp := n.giftCampaign(nil)
	warm, one, a, b := n.card(camp, 1000), n.card(camp, 1000), n.card(camp, 1000), n.card(camp, 1000)
	n.do("POST", "/v1/redemptions", pay(basket("o-0", 70, 0), warm.str("code"))).want(201)
	for name, c := range map[string]struct {
		body     object
		status   int
		requests int
		write    float64
	}{
		"one card":  {pay(basket("o-1", 70, 0), one.str("code")), 201, 2, 6},
		"two cards": {pay(basket("o-2", 1990, 0), a.str("code"), b.str("code")), 201, 2, 16},
		"replay":    {pay(basket("o-0", 70, 0), warm.str("code")), 200, 1, 0},
	} {
		got, cost := n.costOf("RedemptionsFunction", func() answer { return n.do("POST", "/v1/redemptions", c.body) })
		got.want(c.status)
		if cost.requests > c.requests || cost.write > c.write {
			t.Errorf("%s: %+v", name, cost)
		}
	}
}
