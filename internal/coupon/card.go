package coupon

import (
	"io"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// A gift card is a coupon of a campaign whose only reward is a gift balance. It
// is tender, not a discount: it pays what is due after all discounts, shipping
// included, and keeps the rest for other orders. So each order has a seat of
// its own with the card, as with a shared code, and the card's row holds what is
// left; every change of that is an [Entry] of its ledger.

// The faults of gift cards.
var (
	ErrBalanceExhausted = fault.Define(fault.Conflict, "balance_exhausted")
	ErrNoBalance        = fault.Define(fault.Conflict, "coupon_without_balance")
	ErrCardNamed        = fault.Define(fault.Invalid, "gift_code_not_random")
	ErrBalanceAlone     = fault.Define(fault.Invalid, "gift_balance_alone")
	ErrCardsSingle      = fault.Define(fault.Invalid, "gift_cards_one_by_one")
	ErrGiftTooMuch      = fault.Define(fault.Invalid, "gift_amount_exceeded")
)

// cardSize is the number of random characters of a gift card's code: 80 bits.
// Who guesses a coupon gets a discount, who guesses a card gets money.
const cardSize = 16

// unread stands for a balance that has not been read yet.
const unread = -1

// Balance is what is left on a gift card.
type Balance struct {
	Amount   int64  `json:"amount" doc:"What is left, in minor units, less what holds reserve." example:"5000"`
	Currency string `json:"currency" example:"EUR"`
}

// CardAmount is how much went back to which card.
type CardAmount struct {
	Coupon string `json:"coupon" example:"cpn_8m3q1v7t0c5x2k9d"`
	Amount int64  `json:"amount" doc:"In minor units."`
}

// NewCardCode draws the code of a gift card of the campaign with that prefix.
func NewCardCode(random io.Reader, prefix string) (Code, error) {
	s, err := draw(random, cardSize)
	return Code(prefix + s), err
}

// Tender reports whether coupons of these terms are gift cards. It is frozen
// with the types of rewards once one is out.
func (t Terms) Tender() bool { return len(t.Rewards) == 1 && t.Rewards[0].Type == GiftBalance }

// Apart reports whether every order has a seat of its own with the coupon: a
// shared code, or a gift card.
func (t Target) Apart() bool { return t.Coupon.Shared || t.Campaign.Tender() }

// checkTender holds the terms of gift cards to what makes sense for money.
func (t Terms) checkTender() error {
	for i, r := range t.Rewards {
		if r.Type == GiftBalance && len(t.Rewards) > 1 {
			return ErrBalanceAlone.At(fieldAt("rewards", i))
		}
	}
	if !t.Tender() {
		return nil
	}
	for name, given := range map[string]bool{
		"rewards[0].when": t.Rewards[0].When != nil, "on_cancel": t.OnCancel == Keep, "exclusive": t.Exclusive,
		"category": t.Category != "", "priority": t.Priority != 0, "margin_floor": t.MarginFloor != MarginFloor{},
	} {
		if given {
			return ErrFieldNotAllowed.At(name).Arg("type", string(GiftBalance))
		}
	}
	return nil
}

// CheckCard refuses a card without a balance or with a code that can be
// guessed, and a balance on anything else.
func (i Issue) CheckCard() error {
	switch {
	case !i.Campaign.Tender():
		if i.Balance != 0 {
			return ErrFieldNotAllowed.At("balance").Arg("type", string(i.Campaign.Rewards[0].Type))
		}
	case i.Named != "":
		return ErrCardNamed.At("code")
	case i.Balance == 0:
		return ErrFieldMissing.At("balance")
	case i.Balance < 0 || i.Balance > money.Max:
		return fault.ErrInvalid.At("balance")
	}
	return nil
}

// CheckBulk refuses many codes at once of a campaign of gift cards: each is
// issued with its balance, and with a code that is hard to guess.
func (c Campaign) CheckBulk() error {
	if c.Tender() {
		return ErrCardsSingle.At("campaign")
	}
	return nil
}

// tender lets cards pay what is due after all discounts, shipping included, in
// the order in which the request names them. One that finds nothing to pay
// pays nothing: it loses nothing by that.
func (d *Draft) tender() {
	due := d.Totals.Total
	for _, p := range d.Parts {
		if !p.Refused() {
			due -= p.Discount.Total
		}
	}
	for i := range d.Parts {
		p := &d.Parts[i]
		if !p.Campaign.Tender() || p.Refused() {
			continue
		}
		if p.Misfit = p.Terms.check(d.cart()); p.Misfit == nil {
			p.Spend = min(max(p.Balance, 0), due)
			due -= p.Spend
		}
	}
}

// Blind reports whether a card's balance has to be read before the draft can be written.
func (d Draft) Blind() bool {
	for _, p := range d.Parts {
		if p.Campaign.Tender() && p.Balance == unread && !p.Refused() {
			return true
		}
	}
	return false
}

// Settled reports whether an outcome shows this very request's earlier effect.
func (d Draft) Settled(o Outcome) bool {
	if v, _ := d.mine(o.Whole); d.Joint && v.settles() {
		return true
	}
	for i, f := range o.Parts {
		if v, _ := d.mine(f.Seat); v.settles() && !d.Parts[i].Automatic {
			return true
		}
	}
	return false
}

// short judges what is left on a card. A hold whose time may be over speaks
// against nothing. What a hold promised is paid in full, or not at all.
func (p Part) short(f Found, frozen bool) (verdict, bool) {
	if f.Card == nil {
		return verdict{}, false
	}
	left := f.Card.Balance.Amount
	switch {
	case !frozen && left == 0 && !f.Lapses, frozen && left < p.Spend:
		return verdict{err: ErrBalanceExhausted.At(codeParam(p.Index))}, true
	case p.Misfit == nil && (p.Balance == unread || left < p.Spend):
		g := p.learned(f)
		return verdict{guess: &g}, true
	}
	return verdict{}, false
}
