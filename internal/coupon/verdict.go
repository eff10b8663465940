package coupon

import (
	"bytes"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// verdict is what an outcome means for a draft, or for a part of one. All zero:
// nothing speaks against it.
type verdict struct {
	mine  *Redemption // it is mine already
	late  int         // 1 + the attempt of mine that was rolled back since
	guess *Guess      // look again under these assumptions
	err   error
	known bool // the draft knew err by itself, and the next one will
}

// settles reports whether the verdict on one seat decides the whole request.
func (v verdict) settles() bool { return v.mine != nil || v.late > 0 }

// explain reads what was found of part i in a fixed order: my own redemption
// before anything else; then what closes the coupon, to whomever; then what has
// used it up; and only then whom and which order it is for, so that a browser
// learns that of live codes alone.
func (d Draft) explain(i int, f Found) verdict {
	p := d.Parts[i]
	if p.Automatic {
		return d.automatic(i, f)
	}
	if v, mine := d.mine(f.Seat); mine {
		return v
	}
	if v, done := p.closed(f, d.Now); done {
		return v
	}
	if v, done := p.spent(f, d.Now); done {
		return v
	}
	if owner := f.own(p).Person; owner != "" && owner != d.Person {
		if d.Person == "" {
			return verdict{err: ErrNeedsCustomer.At("customer")}
		}
		return verdict{err: ErrOtherCustomer.At("customer")}
	}
	if v, done := p.short(f, d.frozen != nil); done {
		return v
	}
	return verdict{err: p.Misfit, known: true}
}

// whole reads what was found at a joint redemption's own seat.
func (d Draft) whole(s Seat) verdict {
	if v, mine := d.mine(s); mine {
		return v
	}
	switch {
	case s.Attempt >= MaxAttempts:
		return verdict{err: ErrTooManyAttempts.At("order")}
	case s.Exists && s.Attempt != d.Attempt:
		return verdict{guess: &Guess{Attempt: s.Attempt}}
	}
	return verdict{}
}

// mine finds this request's own earlier effect at the seat.
func (d Draft) mine(s Seat) (verdict, bool) {
	sameKey := d.Replay != "" && s.Order != "" && s.Replay == d.Replay
	sameOrder := s.Order != "" && s.Order == d.Order.ID
	lapsed := !s.Until.IsZero() && !d.Now.Before(s.Until) // and so it speaks against nothing else
	switch {
	case sameOrder && bytes.Equal(s.Fingerprint, d.Fingerprint):
		return verdict{mine: &s.Redemption}, true
	case sameKey:
		return verdict{err: errKeyReused}, true
	case sameOrder && !lapsed:
		return verdict{err: ErrRedemptionDiffers.At("order").Arg("redemption", s.Redemption.ID)}, true
	}
	if attempt, ok := s.Past[d.Replay]; ok && d.Replay != "" {
		return verdict{late: attempt + 1}, true
	}
	return verdict{}, false
}

// closed judges what only the coupon itself knows (that it exists, its state,
// its dates, the version of its terms), then its campaign.
func (p Part) closed(f Found, now time.Time) (verdict, bool) {
	s, c := f.Seat, f.own(p)
	if f.Read && !p.Apart() || f.Card != nil {
		switch {
		case f.Card != nil && c.Balance == nil, f.Card == nil && !s.Exists:
			return verdict{err: ErrUnknown.At(p.at())}, true
		case !c.Active:
			return verdict{err: ErrNotActive.At(p.at())}, true
		case s.Attempt >= MaxAttempts: // before any guess would write another
			return verdict{err: ErrTooManyAttempts.At(p.at())}, true
		case c.CampaignVersion < p.Oldest || c.CampaignVersion > p.Version:
			g := p.learned(f)
			g.Version = c.CampaignVersion
			return verdict{guess: &g}, true
		}
		if err := checkDates(c.StartsAt, c.ExpiresAt, now, p.Index); err != nil {
			return verdict{err: err}, true
		}
	}
	return verdict{err: p.Closed, known: true}, p.Closed != nil
}

// spent judges what has used the coupon up: another order, the customer's
// limit, the campaign's.
//
// A hold that has had its time speaks against nothing: the store takes it back.
func (p Part) spent(f Found, now time.Time) (verdict, bool) {
	s := f.Seat
	held := !s.Until.IsZero()
	switch {
	case s.Order != "" && held && now.Before(s.Until):
		return verdict{err: ErrOnHold.At(p.at()).Arg("until", s.Until)}, true
	case s.Order != "" && !held:
		return verdict{err: ErrQuantityExceeded.At(p.at())}, true
	case s.Attempt >= MaxAttempts:
		return verdict{err: ErrTooManyAttempts.At(p.at())}, true
	case s.Exists && s.Attempt != p.Attempt:
		g := p.learned(f)
		return verdict{guess: &g}, true
	case f.LimitReached:
		return verdict{err: ErrCustomerLimit.At("customer").Arg("limit", p.Campaign.MaxRedemptionsPerCustomer)}, true
	case f.FirstTaken:
		return verdict{err: ErrFirstOrderTaken.At("customer")}, true
	case f.Exhausted != nil:
		return verdict{err: exhaustedAt(f.Exhausted, p.at())}, true
	}
	return verdict{}, false
}

// exhaustedAt names the code whose campaign's limit is spent.
func exhaustedAt(err error, at string) error {
	if f, ok := fault.As(err); ok {
		return f.At(at)
	}
	return err
}

// why is the fault that speaks against the part.
func (p Part) why() *fault.Error {
	err := p.Closed
	if err == nil {
		err = p.Misfit
	}
	f, _ := fault.As(err)
	return f
}
