package e2e

import (
	"fmt"
	"testing"
	"time"
)

// worth makes a campaign that takes so much off.
func worth(amount int, more object) object {
	return with(object{"rewards": []object{{"type": "amount_off", "amount_off": amount, "currency": "EUR"}}}, more)
}

// mine issues a coupon of a new campaign to the customer c-1, and gives its code.
func (n *tenant) mine(amount int, more object) string {
	n.t.Helper()
	return n.coupon(n.campaign(worth(amount, more)), object{"customer": "c-1"}).str("code")
}

func (n *tenant) offers(more ...object) answer {
	n.t.Helper()
	body := object{"order": cart(""), "customer": "c-1"}
	for _, m := range more {
		body = with(body, m)
	}
	return n.do("POST", "/v1/offers", body).want(200)
}

// offered checks what is offered: codes, or campaigns where there is none, with the discount.
func (a answer) offered(want ...string) answer {
	a.t.Helper()
	got := []string{}
	for _, o := range a.Body["data"].([]any) {
		offer := o.(object)
		name, _ := offer["code"].(string)
		if offer["automatic"] == true {
			name = offer["campaign"].(string)
		}
		if offer["reason"].(object)["de"] == "" {
			a.t.Errorf("an offer without a reason: %v", offer)
		}
		got = append(got, fmt.Sprintf("%s %.0f", name, offer["discount"]))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		a.t.Errorf("offered %v, want %v", got, want)
	}
	return a
}

// At most three, the best one last.
func TestOffers(t *testing.T) {
	n := newTenant(t)
	n.offers().offered()
	n.clock.move(definitionDelay)
	n.mine(100, nil)
	b, d, c := n.mine(300, nil), n.mine(400, nil), n.mine(200, nil)
	n.coupon(n.campaign(worth(900, nil)), nil) // anybody's
	n.coupon(n.campaign(worth(900, nil)), object{"customer": "c-2"})
	n.offers().offered(c+" 200", b+" 300", d+" 400")
	n.offers(object{"customer": nil}).offered()
	n.offers(object{"customer": object{"email": "anna@example.org"}}).offered()
	auto := n.automatic(worth(350, nil))
	n.clock.move(definitionDelay)
	n.offers().offered(b+" 300", auto+" 350", d+" 400")
	n.offers(object{"customer": nil}).offered(auto + " 350")
	n.as(n.pk, "POST", "/v1/offers", object{"order": cart("")}).want(403)
	n.as(n.live, "POST", "/v1/offers", object{"order": cart(""), "customer": "c-1"}).want(200).offered()
}

// What cannot be redeemed now is not offered.
func TestOffersLeaveOut(t *testing.T) {
	n := newTenant(t)
	good := n.mine(100, nil)
	who := object{"customer": "c-1"}
	n.do("POST", "/v1/redemptions", use(n.mine(500, nil), "o-1", who)).want(201)
	n.hold(use(n.mine(500, nil), "o-2", who), 201)
	spent := n.campaign(worth(500, object{"max_redemptions": 1}))
	n.do("POST", "/v1/redemptions", use(n.coupon(spent, who).str("code"), "o-3", who)).want(201)
	n.coupon(spent, who)
	once := n.campaign(worth(500, object{"max_redemptions_per_customer": 1}))
	n.do("POST", "/v1/redemptions", use(n.coupon(once, who).str("code"), "o-4", who)).want(201)
	n.coupon(once, who)
	disabled := n.coupon(n.campaign(worth(500, nil)), who)
	n.do("POST", "/v1/coupons/"+disabled.str("id")+"/disable", nil).want(200)
	paused := n.campaign(worth(500, nil))
	n.coupon(paused, who)
	n.do("POST", "/v1/campaigns/"+paused+"/pause", nil).want(200)
	soon := n.clock.now().Add(time.Hour).UTC().Format(time.RFC3339)
	n.coupon(n.campaign(worth(500, object{"starts_at": soon})), who)
	n.coupon(n.campaign(worth(500, nil)), with(who, object{"starts_at": soon}))
	n.mine(500, object{"rewards": []object{{"type": "amount_off", "amount_off": 500, "currency": "USD"}}})
	n.clock.move(definitionDelay)
	used := n.automatic(worth(500, object{"max_redemptions_per_customer": 1}))
	n.do("POST", "/v1/redemptions", none("o-5", who)).want(201).has(used)
	cards := n.campaign(object{"rewards": []object{{"type": "gift_balance", "currency": "EUR"}}})
	n.coupon(cards, with(who, object{"balance": 5000})) // money, and no offer
	n.offers().offered(good + " 100")
	n.offers(object{"order": cart("o-1")}).offered(good + " 100")
}

// Ties are for what ends sooner; of a campaign's coupons there is one.
func TestOffersInTies(t *testing.T) {
	n := newTenant(t)
	at := func(h int) string { return n.clock.now().Add(time.Duration(h) * time.Hour).UTC().Format(time.RFC3339) }
	never := n.mine(100, nil)
	later := n.mine(100, object{"expires_at": at(3)})
	camp := n.campaign(worth(100, object{"expires_at": at(4)}))
	other := n.coupon(camp, object{"customer": "c-1"})
	sooner := n.coupon(camp, object{"customer": "c-1", "expires_at": at(2)})
	a := n.offers().offered(never+" 100", later+" 100", sooner.str("code")+" 100")
	n.do("POST", "/v1/redemptions", use(sooner.str("code"), "o-1", object{"customer": "c-1"})).want(201)
	n.offers().offered(never+" 100", other.str("code")+" 100", later+" 100") // it hides none of its campaign
	best := a.Body["data"].([]any)[2].(object)
	if best["expires_at"] != sooner.str("expires_at") {
		t.Errorf("%s", a.Raw)
	}
}

// An offer is what the code would take off beside the automatic campaigns, and none that they keep out.
func TestOffersBesideAutomaticCampaigns(t *testing.T) {
	n := newTenant(t)
	tenth := n.coupon(n.campaign(object{"priority": -1}), object{"customer": "c-1"}).str("code")
	half := n.automatic(object{"rewards": []object{{"type": "percent_off", "percent_off": "50"}}, "max_redemptions": 1, "category": "sale"})
	out := n.mine(4000, object{"priority": -1, "category": "sale"})
	n.offers().offered(tenth+" 245", half+" 2450")
	n.do("POST", "/v1/redemptions", none("o-1")).want(201).has(half)
	n.offers().offered(tenth+" 490", out+" 4000")
}

// The nearest miss is named, with what is missing.
func TestOffersAlmost(t *testing.T) {
	n := newTenant(t)
	from := func(minimum int) object { return object{"rules": object{"minimum_amount": minimum, "currency": "EUR"}} }
	fits := n.mine(100, from(4900))
	n.mine(900, from(9000))
	near := n.mine(500, from(5500))
	n.do("POST", "/v1/redemptions", use(n.mine(500, from(100)), "o-1", object{"customer": "c-1"})).want(201)
	almost := func(code any, missing float64) {
		t.Helper()
		a := n.do("POST", "/v1/offers", object{"order": cart(""), "customer": "c-1"}, "Accept-Language", "de").want(200).offered(fits + " 100")
		got, _ := a.Body["almost"].(object)
		problem, _ := got["problem"].(object)
		if got["code"] != code || problem["code"] != "minimum_amount_missed" || problem["values"].(object)["missing"].(object)["amount"] != missing {
			t.Errorf("%s", a.Raw)
		}
	}
	almost(near, 600)
	auto := n.automatic(worth(700, from(5000)))
	n.clock.move(definitionDelay)
	almost(nil, 100)
	n.do("POST", "/v1/campaigns/"+auto+"/pause", nil).want(200)
	n.clock.move(definitionDelay)
	used := n.campaign(worth(500, with(from(4950), object{"max_redemptions_per_customer": 1})))
	big := use(n.coupon(used, object{"customer": "c-1"}).str("code"), "", object{"customer": "c-1", "order": with(cart("o-2"), object{
		"lines": []object{{"id": "1", "quantity": 1, "unit_amount": 5000}},
	})})
	n.do("POST", "/v1/redemptions", big).want(201)
	n.coupon(used, object{"customer": "c-1"})
	if a := n.offers().offered(fits + " 100"); a.Body["almost"] != nil && a.Body["almost"].(object)["code"] != near {
		t.Errorf("%s", a.Raw)
	}
}

// However many coupons, three requests: whose they are, the coupons, and all
// seats and limits of those that are worth it.
func TestOffersCost(t *testing.T) {
	n := newTenant(t)
	n.clock.stop(n.clock.now())
	for i := range 40 {
		n.mine(100+i, object{"max_redemptions": 1000, "max_redemptions_per_customer": 1})
	}
	for range 20 {
		n.automatic(object{"max_redemptions": 1000})
	}
	best := n.mine(900, nil)
	n.offers()
	a, got := n.costOf("OffersFunction", func() answer { return n.offers() })
	if data := a.Body["data"].([]any); len(data) != 3 || data[2].(object)["code"] != best {
		t.Errorf("%s", a.Raw)
	}
	if got.requests != 3 || got.write != 0 {
		t.Errorf("%+v, want three reads", got)
	}
	t.Logf("%d requests, %v read units", got.requests, got.read)
	n.clock.move(definitionDelay)
	if _, got = n.costOf("OffersFunction", func() answer { return n.offers() }); got.requests != 6 {
		t.Errorf("%+v with cold caches: want the list, its campaigns and the coupons' campaigns on top", got)
	}
}
