package coupon

import "bytes"

// Seat is what the store found where a redemption wanted to sit.
type Seat struct {
	Exists      bool
	Order       string // who sits there; empty while it is free
	Fingerprint []byte
	Replay      string // keyed hash of the Idempotency-Key that took it
	Redemption  Redemption
	Attempt     int            // how often it was given back
	Past        map[string]int // Idempotency-Keys of earlier attempts

	// Of a random code, whose coupon is the seat:
	Coupon Coupon
}

// Outcome is what the store found when it could not, or was not asked to, write.
type Outcome struct {
	Written      bool
	Read         bool // Seat is known
	Seat         Seat
	LimitReached bool // this customer's uses are spent
	Exhausted    bool // the campaign's uses are spent
}

// verdict is what an outcome means for a draft. All zero: nothing speaks against it.
type verdict struct {
	replay *Redemption // it is mine already
	late   int         // 1 + the attempt of mine that was rolled back since
	guess  *Guess      // look again under these assumptions
	err    error
}

// explain reads an outcome in a fixed order: my own redemption before anything
// else; then what closes the coupon, to whomever; then what has used it up; and
// only then whom and which order it is for, so that a browser learns that of
// live codes alone.
func (d Draft) explain(o Outcome) verdict {
	if v, mine := d.mine(o.Seat); mine {
		return v
	}
	if v, done := d.closed(o); done {
		return v
	}
	if v, done := d.spent(o); done {
		return v
	}
	if owner := o.Seat.Coupon.Person; !d.Coupon.Shared && owner != "" && owner != d.Person {
		if d.Person == "" {
			return verdict{err: ErrNeedsCustomer.At("customer")}
		}
		return verdict{err: ErrOtherCustomer.At("customer")}
	}
	return verdict{err: d.Misfit}
}

// mine finds this request's own earlier effect at the seat.
func (d Draft) mine(s Seat) (verdict, bool) {
	sameKey := d.Replay != "" && s.Order != "" && s.Replay == d.Replay
	sameOrder := s.Order != "" && s.Order == d.Order.ID
	switch {
	case sameOrder && bytes.Equal(s.Fingerprint, d.Fingerprint):
		return verdict{replay: &s.Redemption}, true
	case sameKey:
		return verdict{err: errKeyReused}, true
	case sameOrder:
		return verdict{err: ErrRedemptionDiffers.At("order").Arg("redemption", s.Redemption.ID)}, true
	}
	if attempt, ok := s.Past[d.Replay]; ok && d.Replay != "" {
		return verdict{late: attempt + 1}, true
	}
	return verdict{}, false
}

// closed judges what only the coupon itself knows (that it exists, its state,
// its dates, the version of its terms), then its campaign.
func (d Draft) closed(o Outcome) (verdict, bool) {
	s, c := o.Seat, o.Seat.Coupon
	if o.Read && !d.Coupon.Shared {
		switch {
		case !s.Exists:
			return verdict{err: ErrUnknown.At("codes[0]")}, true
		case !c.Active:
			return verdict{err: ErrNotActive.At("codes[0]")}, true
		case s.Attempt >= MaxAttempts: // before any guess would write another
			return verdict{err: ErrTooManyAttempts.At("codes[0]")}, true
		case c.CampaignVersion < d.Oldest || c.CampaignVersion > d.Version:
			return verdict{guess: &Guess{Version: c.CampaignVersion, Attempt: s.Attempt}}, true
		}
		if err := checkDates(c.StartsAt, c.ExpiresAt, d.Now); err != nil {
			return verdict{err: err}, true
		}
	}
	return verdict{err: d.Closed}, d.Closed != nil
}

// spent judges what has used the coupon up: another order, the customer's
// limit, the campaign's.
func (d Draft) spent(o Outcome) (verdict, bool) {
	s := o.Seat
	switch {
	case s.Order != "":
		return verdict{err: ErrQuantityExceeded.At("codes[0]")}, true
	case s.Attempt >= MaxAttempts:
		return verdict{err: ErrTooManyAttempts.At("codes[0]")}, true
	case s.Exists && s.Attempt != d.Attempt:
		return verdict{guess: &Guess{Version: d.Version, Attempt: s.Attempt}}, true
	case o.LimitReached:
		return verdict{err: ErrCustomerLimit.At("customer").Arg("limit", d.Campaign.MaxRedemptionsPerCustomer)}, true
	case o.Exhausted:
		return verdict{err: ErrQuantityExceeded.At("codes[0]")}, true
	}
	return verdict{}, false
}
