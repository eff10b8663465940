package coupon

import (
	"context"
	"math"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// Target is what a code names, as far as cached definitions know: the campaign,
// and of the coupon its id and code; all of it where the code is shared.
type Target struct {
	Campaign Campaign
	Coupon   Coupon
}

// Guess is what a write assumes about a coupon that it has not read. It is put
// into the condition; a wrong guess costs one more request.
type Guess struct {
	Version int   // of the terms it was issued under
	Attempt int   // how often its seat was used and given back
	Balance int64 // of a gift card: what is left on it
}

// firstGuess assumes a coupon of the present terms that was never used.
func (t Target) firstGuess() Guess {
	switch v := t.Coupon.CampaignVersion; {
	case v > 0: // known of all but random codes
		return Guess{Version: v}
	case t.Campaign.Tender():
		return Guess{Version: t.Campaign.Version, Balance: unread}
	}
	return Guess{Version: t.Campaign.Version}
}

// inactive says that definitions alone close the coupon: its campaign is paused,
// the shared code disabled, or the batch revoked.
func (t Target) inactive() bool {
	return !t.Campaign.Active || (t.Coupon.Shared || t.Coupon.Batch != "") && !t.Coupon.Active
}

// effective is the version that counts for a coupon of version v: the campaign may have moved it.
func (t Target) effective(v int) int { return max(v, t.Campaign.Floor) }

// Part is what one code of a draft would do for the order, or the reason why it
// would not.
type Part struct {
	Target
	Guess
	Index     int  // of its wish, or, of an automatic one, behind all wishes
	Automatic bool // a campaign that needs no code
	Oldest    int  // a random code's version lies within [Oldest, Version]
	Seat      SeatRef
	Terms     Terms
	Discount  Discount
	Spend     int64 // of a gift card: what it pays
	Closed    error // why nobody can use the coupon now
	Misfit    error // why this customer or order cannot
}

// Refused reports whether definitions alone speak against the part.
func (p Part) Refused() bool { return p.Closed != nil || p.Misfit != nil }

// candidate is a code on its way to a part: what is guessed of its coupon, and
// the reason against it, once one is known.
type candidate struct {
	Target
	Guess
	automatic bool
	refused   error
}

// candidates finds what the codes of a request name, and behind those the automatic campaigns.
func (r Request) candidates(ctx context.Context, defs Definitions) ([]candidate, error) {
	cs := make([]candidate, 0, len(r.Wishes))
	for i, w := range r.Wishes {
		if w.Code == "" {
			cs = append(cs, candidate{refused: ErrCodeMalformed.At(codeParam(i))})
			continue
		}
		t, err := defs.Target(ctx, r.Space, r.Secrets, w.Code)
		if fault.IsOutage(err) {
			return nil, err
		}
		if f, ok := fault.As(err); ok {
			err = f.At(codeParam(i))
		}
		cs = append(cs, candidate{Target: t, Guess: t.firstGuess(), refused: err})
	}
	more, err := r.unasked(ctx, defs)
	return append(cs, more...), err
}

// part prepares a candidate, all but its price.
func (r Request) part(ctx context.Context, defs Definitions, i int, c candidate) (Part, error) {
	p := Part{Target: c.Target, Guess: c.Guess, Index: i, Automatic: c.automatic, Oldest: c.Version, Closed: c.refused}
	if c.Campaign.ID == "" {
		return p, nil
	}
	if !c.automatic { // which needs one only where it applies
		p.Seat = r.seatAt(c.Target)
	}
	p.Terms = c.Campaign.Terms
	if r.frozen != nil {
		return p.freeze(r.frozen.applied()[i]), nil
	}
	if c.Campaign.Floor >= c.Version {
		p.Oldest, p.Version = 0, c.Campaign.Floor
	}
	if v := c.effective(c.Version); v != c.Campaign.Version {
		var err error
		if p.Terms, err = defs.Terms(ctx, r.Space, c.Campaign.ID, v); err != nil {
			return p, err
		}
	}
	if p.Closed == nil {
		p.Closed = p.whyClosed(r)
	}
	p.Misfit = p.whyMisfit(r)
	return p, nil
}

// seatAt is the seat that the order takes of what a code names.
func (r Request) seatAt(t Target) SeatRef {
	return NewSeatRef(r.Secrets, t.Coupon.ID, t.Apart(), r.Order.ID)
}

// freeze gives the part as a hold promised it: whatever the campaign's terms
// have become since, only its state and its limits count.
func (p Part) freeze(a Applied) Part {
	p.Oldest, p.Version = 0, math.MaxInt32
	p.Terms.Reason = a.Reason
	p.Spend, p.Balance = a.GiftApplied, a.GiftApplied
	p.Discount = Discount{Total: a.Discount, Lines: a.Lines, Shipping: a.Shipping, Given: a.Given}
	if p.Closed == nil && p.inactive() {
		p.Closed = ErrNotActive.At(codeParam(p.Index))
	}
	return p
}

func (p Part) whyClosed(r Request) error {
	if p.inactive() {
		return ErrNotActive.At(codeParam(p.Index))
	}
	if err := checkDates(p.Coupon.StartsAt, p.Coupon.ExpiresAt, r.Now, p.Index); err != nil {
		return err
	}
	return checkDates(p.Terms.StartsAt, p.Terms.ExpiresAt, r.Now, p.Index)
}

func (p Part) whyMisfit(r Request) error {
	if p.Campaign.MaxRedemptionsPerCustomer > 0 && r.Person == "" {
		return ErrNeedsCustomer.At("customer")
	}
	return nil
}
