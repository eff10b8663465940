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
	Disabled     bool // a slot knows that the shared code is disabled
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
// else, then what the coupon says of itself, then the campaign, the customer's
// limit, and exhaustion last.
func (d Draft) explain(o Outcome) verdict {
	s := o.Seat
	if v, mine := d.mine(s); mine {
		return v
	}
	if o.Read && !d.Coupon.Shared {
		if v, done := d.couponSays(s); done {
			return v
		}
	}
	switch {
	case o.Disabled:
		return verdict{err: ErrNotActive.At("codes[0]")}
	case d.Refusal != nil:
		return verdict{err: d.Refusal}
	case s.Order != "":
		return verdict{err: ErrQuantityExceeded.At("codes[0]")}
	case s.Attempt >= MaxAttempts:
		return verdict{err: ErrTooManyAttempts.At("codes[0]")}
	case s.Exists && s.Attempt != d.Attempt:
		return verdict{guess: &Guess{Version: d.Version, Attempt: s.Attempt}}
	case o.LimitReached:
		return verdict{err: ErrCustomerLimit.At("customer").Arg("Limit", d.Campaign.MaxRedemptionsPerCustomer)}
	case o.Exhausted:
		return verdict{err: ErrQuantityExceeded.At("codes[0]")}
	}
	return verdict{}
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
		return verdict{err: ErrRedemptionDiffers.At("order").Arg("Redemption", s.Redemption.ID)}, true
	}
	if attempt, ok := s.Past[d.Replay]; ok && d.Replay != "" {
		return verdict{late: attempt + 1}, true
	}
	return verdict{}, false
}

// couponSays judges what only the coupon itself knows: whether it exists, its state, its owner,
// its dates, and the version of its terms.
func (d Draft) couponSays(s Seat) (verdict, bool) {
	c := s.Coupon
	switch {
	case !s.Exists:
		return verdict{err: ErrUnknown.At("codes[0]")}, true
	case !c.Active:
		return verdict{err: ErrNotActive.At("codes[0]")}, true
	}
	if err := checkDates(c.StartsAt, c.ExpiresAt, d.Now); err != nil {
		return verdict{err: err}, true
	}
	switch {
	case s.Order != "": // before its owner: whether a used code was somebody's is nobody's business
		return verdict{err: ErrQuantityExceeded.At("codes[0]")}, true
	case c.Person != "" && d.Person == "":
		return verdict{err: ErrNeedsCustomer.At("customer")}, true
	case c.Person != "" && c.Person != d.Person:
		return verdict{err: ErrOtherCustomer.At("customer")}, true
	}
	if c.CampaignVersion < d.Oldest || c.CampaignVersion > d.Version {
		return verdict{guess: &Guess{Version: c.CampaignVersion, Attempt: d.Attempt}}, true
	}
	return verdict{}, false
}
