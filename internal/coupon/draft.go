package coupon

import (
	"context"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/order"
)

// Draft is a redemption (or a hold) ready to be written, or the reasons why
// not. The reasons alone do not decide: if this order already holds the seat, a
// retry gets its first answer, whatever has happened to the coupons since.
type Draft struct {
	Request
	Seat        SeatRef // where the redemption as a whole sits; see [Request.seat]
	Joint       bool    // it sits apart from its coupons: one code alone sits at its coupon's seat
	Attempt     int     // guess of how often that seat was used and given back
	Fingerprint []byte
	Parts       []Part // one for each wish, in their order, then one for each automatic campaign
	Until       time.Time
}

// Refused reports whether definitions alone speak against the draft.
func (d Draft) Refused() bool {
	applicable := 0
	for _, p := range d.Parts {
		switch {
		case !p.Refused():
			applicable++
		case d.needs(p):
			return true
		}
	}
	return applicable == 0
}

// needs reports whether all is refused where the part is. Of a hold that is
// redeemed after all every part is needed: its price was promised.
func (d Draft) needs(p Part) bool { return d.frozen != nil || d.Mode != Partial && !p.Automatic }

// At reports whether the redemption as a whole sits at the seat of part i.
func (d Draft) At(i int) bool { return !d.Joint && i == 0 }

// draft decides from definitions what the codes would do for the order.
func (r Request) draft(ctx context.Context, defs Definitions, cs []candidate, attempt int) (Draft, error) {
	d := Draft{Request: r, Attempt: attempt, Fingerprint: r.fingerprint(), Parts: make([]Part, 0, len(cs))}
	for i, c := range cs {
		p, err := r.part(ctx, defs, i, c)
		if err != nil {
			return Draft{}, err
		}
		d.Parts = append(d.Parts, p)
	}
	if r.frozen == nil {
		var err error
		if d.Request, err = r.informed(ctx, defs, d.Parts); err != nil {
			return Draft{}, err
		}
		if d.floor, err = r.shopFloor(ctx, defs); err != nil {
			return Draft{}, err
		}
		d.price()
		d.tender()
		if d.crowded() {
			return r.draft(ctx, defs, d.lighter(cs), attempt)
		}
	}
	for i := range d.Parts {
		if p := &d.Parts[i]; p.Automatic && !p.Refused() {
			p.Seat = r.seatAt(p.Target)
		}
	}
	d.Seat = r.seat(d.Parts)
	if d.Joint = len(r.Wishes) != 1 || d.Seat != d.Parts[0].Seat; !d.Joint {
		d.Attempt = d.Parts[0].Attempt
	}
	if r.Hold > 0 {
		d.Until = r.Now.Add(r.Hold)
	}
	return d, nil
}

// shopFloor is asked for only where the order says what a line costs: without
// that there is no margin.
func (r Request) shopFloor(ctx context.Context, defs Definitions) (MarginFloor, error) {
	if !slices.ContainsFunc(r.Order.Lines, func(l order.Line) bool { return l.UnitCost > 0 }) {
		return MarginFloor{}, nil
	}
	return defs.MarginFloor(ctx, r.Space)
}

// seat is where the redemption of a request sits as a whole, whatever of it is
// refused and whichever automatic campaigns come with it: so every try of the
// request finds what another made. One code that is needed is always written,
// and its seat is the whole's. Otherwise the whole has a seat of its own.
func (r Request) seat(parts []Part) SeatRef {
	switch {
	case r.frozen != nil:
		seat, _, _ := ParseRedemptionID(r.frozen.ID)
		return seat
	case len(r.Wishes) == 1 && (r.Mode != Partial || r.dry):
		return parts[0].Seat
	}
	return NewJointSeat(r.Secrets, r.Order.ID, r.sortedCodes())
}

// price lets those parts apply that nothing speaks against yet.
func (d *Draft) price() {
	as, at := make([]Applicant, 0, len(d.Parts)), make([]int, 0, len(d.Parts))
	for i := range d.Parts {
		if p := &d.Parts[i]; !p.Refused() && !p.Campaign.Tender() {
			as = append(as, Applicant{Campaign: p.Campaign.ID, Coupon: p.Coupon.ID, Automatic: p.Automatic, Terms: p.Terms})
			at = append(at, i)
		}
	}
	for n, q := range Price(d.cart(), as...) {
		p := &d.Parts[at[n]]
		p.Discount, p.Misfit = q.Discount, q.Refused
	}
}

// made is the answer to a draft that was written.
func (d Draft) made() Redemption {
	r := d.Redemption()
	if !d.Until.IsZero() {
		r.Until = d.Until
		return r.As(Held)
	}
	return r
}

// Redemption is what the draft becomes once it is written.
func (d Draft) Redemption() Redemption {
	r := Redemption{
		Object: "redemption", Livemode: d.Space.Live, Status: Redeemed, Mode: d.Mode,
		Order: d.Order.ID, Customer: d.Customer.ID, Currency: d.Order.Currency,
		Subtotal: d.Totals.Subtotal, ShippingAmount: d.Order.ShippingAmount,
		CreatedAt: d.Now,
	}
	if d.Seat != (SeatRef{}) { // which an unknown code has none of
		r.ID = RedemptionID(d.Seat, d.Attempt)
	}
	for _, p := range d.Parts {
		if p.Automatic && p.Refused() {
			continue
		}
		a := d.applied(p)
		r.Codes = append(r.Codes, a)
		r.Discount += a.Discount
		r.GiftApplied += a.GiftApplied
	}
	r.Undiscounted = r.undiscounted(d.Order.Lines)
	if d.frozen != nil {
		r.Codes, r.Mode, r.Undiscounted = append(r.Codes, d.frozen.leftOut()...), d.frozen.Mode, d.frozen.Undiscounted
	}
	r.AmountDue = d.Totals.Total - r.Discount - r.GiftApplied
	return r
}

func (d Draft) applied(p Part) Applied {
	if p.Refused() {
		return d.leftOut(p)
	}
	lines := p.Discount.Lines
	if lines == nil {
		lines = []LineDiscount{}
	}
	a := Applied{
		Coupon: p.Coupon.ID, Campaign: p.Campaign.ID, Code: p.Coupon.Code, Automatic: p.Automatic, Status: Redeemed,
		Discount: p.Discount.Total, GiftApplied: p.Spend, Lines: lines, Shipping: p.Discount.Shipping, Reason: p.Terms.Reason, Given: p.Discount.Given,
	}
	if p.Automatic {
		a.Coupon = "" // which it has none of
	}
	return a
}

// leftOut names a code that does not apply, and why.
func (d Draft) leftOut(p Part) Applied {
	a := Applied{Code: d.Wishes[p.Index].Text, Status: NotApplied, Lines: []LineDiscount{}}
	if f := p.why(); f != nil {
		a.Problem = &Refusal{Code: f.Code, Param: f.Param, Sign: SignOf(f)}
		if d.Say != nil {
			a.Problem.Detail = d.Say(f)
		}
	}
	return a
}
