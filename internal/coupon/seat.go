package coupon

import (
	"time"
)

// Seat is what the store found where a redemption wanted to sit.
type Seat struct {
	Exists      bool
	Order       string // who sits there; empty while it is free
	Fingerprint []byte
	Replay      string         // keyed hash of the Idempotency-Key that took it
	Redemption  Redemption     // who sits there; of a joint one only its id
	Until       time.Time      // where it is only held: when the hold lapses
	Attempt     int            // how often it was given back
	Past        map[string]int // Idempotency-Keys of earlier attempts

	// Of a random code, whose coupon is the seat:
	Coupon Coupon
}

// Found is what the store found of one part.
type Found struct {
	Read         bool // Seat is known
	Seat         Seat
	LimitReached bool  // this customer's uses are spent
	FirstTaken   bool  // another order of this customer is the first
	Exhausted    error // which of the campaign's limits is spent

	// Of a gift card, whose coupon is apart from the seat:
	Card   *Coupon // nil where it was not read; without a balance where there is none
	Lapses bool    // a hold of its balance may have had its time
}

// Outcome is what the store found when it could not, or was not asked to, write.
type Outcome struct {
	Written bool
	Whole   Seat    // a joint redemption's own seat
	Parts   []Found // for each part of the draft
}

// learned is the part's guess, with what was found of it.
func (p Part) learned(f Found) Guess {
	g := p.Guess
	if f.Seat.Exists {
		g.Attempt = f.Seat.Attempt
	}
	if f.Card != nil {
		g.Balance = f.Card.Balance.Amount
	}
	return g
}

// own is the coupon as it was read: of a random code at its seat, of a card
// apart from it. Of a shared code it is not.
func (f Found) own(p Part) Coupon {
	switch {
	case p.Coupon.Shared:
		return Coupon{}
	case f.Card != nil:
		return *f.Card
	}
	return f.Seat.Coupon
}

// at names the part's code. Most parts are refused for nothing, so it is not written before it is needed.
func (p Part) at() string { return codeParam(p.Index) }
