package faults

import (
	"fmt"
	"maps"
	"os"
	"strings"
)

// lasting tells a soak that was asked for from the few seconds in `make test`.
func lasting() bool { return os.Getenv("SOAK") != "" }

// giftCard is one of the soak, anybody's to spend.
type giftCard struct {
	id, code string
	loaded   int // as was acknowledged
}

// extras makes what only long soaks have: gift cards, and a campaign that needs
// no code, which joins every order while its limits last.
func (s *soak) extras() {
	if !lasting() {
		return
	}
	gift := object{"rewards": []object{{"type": "gift_balance", "currency": "EUR"}}}
	s.gift = s.must(request{"POST", "/v1/campaigns", tenPercent(gift), "gift"}).str("id")
	joins := object{
		"automatic": true, "max_redemptions": 400, "max_redemptions_per_customer": 50,
		"budget": object{"amount": 90_000, "currency": "EUR"}, "rules": object{"currency": "EUR"},
	}
	s.automatic = s.must(request{"POST", "/v1/campaigns", tenPercent(joins), "automatic"}).str("id")
}

// spend does something with a gift card.
func (c *caller) spend() {
	card := c.card()
	switch c.dice.IntN(5) {
	case 0:
		c.must(request{"POST", "/v1/coupons/" + card.id + "/top_up", object{"amount": 700}, c.fresh("top-up")})
		c.mu.Lock()
		defer c.mu.Unlock()
		card.loaded += 700
	case 1, 2:
		c.reserve(card)
	default:
		c.payBy(card)
	}
}

// card gives one of the last few, or a new one.
func (c *caller) card() *giftCard {
	c.mu.Lock()
	n := len(c.cards)
	if n > 0 && c.dice.IntN(4) > 0 {
		defer c.mu.Unlock()
		return c.cards[max(0, n-1-c.dice.IntN(3))]
	}
	c.mu.Unlock()
	made := c.must(request{"POST", "/v1/coupons", object{"campaign": c.gift, "balance": 5000}, c.fresh("card")})
	card := &giftCard{id: made.str("id"), code: made.str("code"), loaded: 5000}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cards = append(c.cards, card)
	return card
}

// cart is the body of an order that a card pays for, once for each call of a caller.
func (c *caller) cart(card *giftCard, more object) object {
	body := object{
		"codes": []string{card.code}, "customer": fmt.Sprint("c-", c.calls%7), "order": object{
			"id": c.fresh("order"), "currency": "EUR", "lines": []object{{"id": "1", "quantity": 2, "unit_amount": 700}},
		},
	}
	maps.Copy(body, more)
	return body
}

// payBy redeems, and perhaps sends that again, returns a part, and undoes the rest.
func (c *caller) payBy(card *giftCard) {
	q := request{method: "POST", path: "/v1/redemptions", body: c.cart(card, nil)}
	r := c.insist(q)
	if c.refused(r) {
		return
	}
	id := r.str("id")
	c.books.note(id, card.code, false, "redeemed")
	if c.dice.IntN(3) == 0 {
		if again := c.must(q).str("id"); again != id {
			c.t.Errorf("redeemed as %s, and again as %q", id, again)
		}
	}
	c.takeBack(id, card, r.num("gift_applied"))
}

func (c *caller) takeBack(id string, card *giftCard, paid int) {
	path := "/v1/redemptions/" + id + "/rollbacks"
	if c.dice.IntN(2) == 0 {
		c.must(request{method: "POST", path: path, body: object{
			"return": "ret-1", "gift_amount": paid / 2, "lines": []object{{"id": "1", "quantity": 1}},
		}})
	}
	if c.dice.IntN(2) == 0 {
		c.must(request{method: "POST", path: path})
		c.books.note(id, card.code, false, "rolled_back")
	}
}

// reserve holds what an order costs, and then commits that, releases it, or forgets it.
func (c *caller) reserve(card *giftCard) {
	r := c.insist(request{method: "POST", path: "/v1/holds", body: c.cart(card, object{"expires_in": 60})})
	if c.refused(r) {
		return
	}
	hold := r.str("id")
	id := "rdm_" + strings.TrimPrefix(hold, "hold_")
	c.books.note(id, card.code, false, "held")
	switch c.dice.IntN(3) {
	case 0:
		r := c.insist(request{method: "POST", path: "/v1/holds/" + hold + "/commit"})
		if c.refused(r) { // it lapsed, and another spent it
			return
		}
		c.books.note(r.str("id"), card.code, false, "redeemed")
		c.takeBack(r.str("id"), card, r.num("gift_applied"))
	case 1:
		got := c.must(request{method: "POST", path: "/v1/holds/" + hold + "/release"})
		c.books.note(id, card.code, false, got.str("status"))
	}
}

// refused notes that an order was told no, which only the card's end may do.
func (c *caller) refused(r reply) bool {
	if r.status < 300 {
		return false
	}
	if r.status != 409 {
		c.t.Errorf("a card is refused by %v", r)
	}
	c.books.refuse(c.fresh("order"))
	return true
}

// standing gives a redemption, or the hold that it is yet or was.
func (s *soak) standing(id string) reply {
	if r := s.insist(request{method: "GET", path: "/v1/redemptions/" + id}); r.status == 200 {
		return r
	}
	return s.must(request{method: "GET", path: "/v1/holds/hold_" + strings.TrimPrefix(id, "rdm_")})
}

// verifyCards holds what is left on each card to what was loaded and to what
// stands of all that it paid; the audit of the tables holds that to the ledgers.
func (s *soak) verifyCards(ids []string) {
	spent := map[string]int{}
	for _, id := range ids {
		r := s.standing(id)
		if status := r.str("status"); status != "redeemed" && status != "held" {
			continue
		}
		for _, a := range r.body["codes"].([]any) {
			of := a.(object)
			if paid, ok := of["gift_applied"].(float64); ok {
				back, _ := of["gift_rolled_back"].(float64)
				spent[of["coupon"].(string)] += int(paid - back)
			}
		}
	}
	for _, card := range s.cards {
		left := s.must(request{method: "GET", path: "/v1/coupons/" + card.id}).body["balance"].(object)["amount"]
		if want := card.loaded - spent[card.id]; left != float64(want) {
			s.t.Errorf("%s has %v left of %d, %d are spent", card.id, left, card.loaded, spent[card.id])
		}
	}
	if lasting() {
		s.t.Logf("%d cards, %d of %d redemptions and holds stand", len(s.cards), len(spent), len(ids))
	}
}
