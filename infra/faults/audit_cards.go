package faults

import "strings"

// The names of what is counted of gift cards.
func balanceOf(card string) string { return card + " balance" }
func spentOf(card string) string   { return card + " spent or held" }
func loadedOf(card string) string  { return card + " loaded" }

// card reads what a row says of gift cards: their balances, the entries of
// their ledgers, and what redemptions and holds that stand have taken of them.
func (b *books) card(r row) {
	pk := r.text("pk")
	switch {
	case r.has("balance_left"):
		left, spent := r.number("balance_left"), r.number("balance_spent")
		b.stated[balanceOf(pk)], b.stated[spentOf(pk)] = left, spent
		b.stated[loadedOf(pk)], b.counted[loadedOf(pk)] = r.number("balance_loaded"), left+spent
		if left < 0 || spent < 0 {
			b.drift(pk, "has %d left and %d spent", left, spent)
		}
	case r.has("entry"):
		b.counted[balanceOf(strings.TrimSuffix(pk, "#ledger"))] += r.number("amount")
	case r.has("redemption") && r.has("order_id"):
		b.paid(r)
	}
}

// paid reads which cards have paid for an order.
func (b *books) paid(r row) {
	var doc struct {
		Status string
		Codes  []struct {
			Coupon  string
			Applied int64 `json:"gift_applied"`
			Back    int64 `json:"gift_rolled_back"`
		}
	}
	if r.document("redemption", &doc); doc.Status != "redeemed" {
		return
	}
	for _, c := range doc.Codes {
		if n := c.Applied - c.Back; n != 0 {
			card := spaceOf(r.text("pk")) + "#" + strings.TrimPrefix(c.Coupon, "cpn_")
			b.counted[spentOf(card)] += n
			b.held(r, card+"|coupon")
		}
	}
}
