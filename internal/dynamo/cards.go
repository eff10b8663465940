package dynamo

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// A gift card's balance stands on its coupon's row: what is left, what orders
// have spent of it or hold, and what was ever loaded, which is the sum of the
// two. Each change of what is left puts an entry into the card's ledger, in the
// same transaction.

// setBalance gives the row of a new coupon its balance, if it is a card.
func setBalance(row item, c coupon.Coupon) {
	if c.Balance == nil {
		return
	}
	row["balance_left"], row["balance_loaded"], row["balance_spent"] = num(c.Balance.Amount), num(c.Balance.Amount), num(0)
	row["balance_currency"] = str(c.Balance.Currency)
}

func getBalance(row item) *coupon.Balance {
	if row["balance_left"] == nil {
		return nil
	}
	return &coupon.Balance{Amount: getNum(row, "balance_left"), Currency: getStr(row, "balance_currency")}
}

// pay takes from a card what part i pays, if that is left and the card can be
// used. One that pays nothing is only asked whether it can.
func (p *plan) pay(i int) {
	d, part := p.draft, p.draft.Parts[i]
	w := write{
		table: p.store.tables.Coupons, key: couponKey(d.Space, part.Coupon.ID),
		update:    "SET balance_left = balance_left - :n, balance_spent = balance_spent + :n",
		condition: "balance_left >= :n",
		values:    item{":n": num(part.Spend)},
	}
	w.usable(d, part, p.owner(i))
	if part.Spend == 0 {
		p.add(cardRow, i, w)
		return
	}
	p.count(cardRow, i, w)
	kind := coupon.EntryRedemption
	if !d.Until.IsZero() {
		kind = coupon.EntryHold
	}
	e := d.Redemption().Entry(kind, coupon.CardAmount{Coupon: part.Coupon.ID, Amount: -part.Spend}, p.store.now().UTC())
	p.add(entryRow, i, p.store.record(d.Space, e, ""))
}

// readCard notes what a card's row says; nil is that there is none.
func (s *Store) readCard(sp shop.Space, id string, row item, f *coupon.Found) error {
	f.Card = &coupon.Coupon{}
	if row == nil {
		return nil
	}
	c, err := readCoupon(sp, id, row)
	if err == nil {
		f.Card, f.Lapses = &c, mayLapse(row, s.now())
	}
	return err
}

// freshSeats reads the seats of a draft and its cards. Where the draft has to
// know the balances, holds in its way that have had their time are taken back
// first, as a refused write would do; this order's own hold stays, which it
// may still commit.
func (s *Store) freshSeats(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	o, err := s.readSeats(ctx, d)
	if err != nil || !d.Blind() || d.Settled(o) {
		return o, err
	}
	freed := false
	for i := 0; i < len(o.Parts) && err == nil; i++ {
		var one, more bool
		if one, err = s.reclaimSeat(ctx, d, o.Parts[i].Seat); err == nil && o.Parts[i].Lapses {
			more, err = s.reclaimCard(ctx, d.Space, d.Parts[i].Coupon.ID)
		}
		freed = freed || one || more
	}
	if err == nil && freed {
		o, err = s.readSeats(ctx, d)
	}
	for i := range o.Parts {
		o.Parts[i].Lapses = false // as far as one request goes, they have been taken back
	}
	return o, err
}

// reclaimSeat undoes the hold at a seat that was read, if it has had its time.
func (s *Store) reclaimSeat(ctx context.Context, d coupon.Draft, seat coupon.Seat) (bool, error) {
	if seat.Until.IsZero() || s.now().Before(seat.Until) {
		return false, nil
	}
	return s.reclaimHold(ctx, d.Space, seat.Redemption.ID)
}

// reclaimCard undoes holds at a card that have had their time.
func (s *Store) reclaimCard(ctx context.Context, sp shop.Space, id string) (bool, error) {
	row, err := s.get(ctx, s.tables.Coupons, couponKey(sp, id))
	if err != nil {
		return false, err
	}
	n, err := s.reclaimAt(ctx, sp, row)
	return n > 0, err
}

// cardsBack puts back on cards what they paid, with an entry for each. Nothing
// stands against that: not that a card was disabled since, nor that it has expired.
func (s *Store) cardsBack(sp shop.Space, r coupon.Redemption, kind coupon.EntryType, cards []coupon.CardAmount, returned string) []write {
	var ws []write
	for _, c := range cards {
		e := r.Entry(kind, c, s.now().UTC())
		e.Return = returned
		ws = append(ws, write{
			table: s.tables.Coupons, key: couponKey(sp, c.Coupon),
			update:    "SET balance_left = balance_left + :n, balance_spent = balance_spent - :n",
			condition: "balance_spent >= :n",
			values:    item{":n": num(c.Amount)},
		}, s.record(sp, e, returned))
	}
	return ws
}

// cardKeys are the rows of the cards that a hold takes from.
func (st standing) cardKeys() []item {
	var keys []item
	for _, c := range st.redeemed.Paid() {
		keys = append(keys, couponKey(st.space, c.Coupon))
	}
	return keys
}
