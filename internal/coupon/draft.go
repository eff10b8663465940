package coupon

import (
	"context"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Request asks for a code on an order.
type Request struct {
	Space    shop.Space
	Secrets  shop.Secrets
	Code     Code
	Order    order.Order
	Totals   order.Totals
	Customer customer.Ref
	Facts    customer.Facts
	Person   string // customer.Ref.Person; empty for nobody named
	Replay   string // keyed hash of the Idempotency-Key; empty without one
	Now      time.Time
}

// NewRequest checks what a caller sent.
func NewRequest(ctx context.Context, c shop.Caller, code string, o order.Order, who customer.Ref, now time.Time) (Request, error) {
	parsed, err := ParseCode(code)
	if err != nil {
		return Request{}, ErrCodeMalformed.At("codes[0]")
	}
	totals, err := o.Check()
	if err != nil {
		return Request{}, err
	}
	r := Request{Space: c.Space, Secrets: c.Secrets, Code: parsed, Order: o, Totals: totals, Now: now}
	if !who.IsZero() {
		if err := who.Check("customer"); err != nil {
			return Request{}, err
		}
		r.Customer = who
	}
	r.Person, err = who.Person(ctx, c)
	return r, err
}

func (r Request) cart() Cart {
	return Cart{Order: r.Order, Totals: r.Totals, Facts: r.Facts, Now: r.Now}
}

// Target is what a code names, as far as cached definitions know: the campaign,
// and of the coupon its id and code; all of it where the code is shared.
type Target struct {
	Campaign Campaign
	Coupon   Coupon
}

// Guess is what a write assumes about a coupon that it has not read. It is put
// into the condition; a wrong guess costs one more request.
type Guess struct {
	Version int // of the terms it was issued under
	Attempt int // how often its seat was used and given back
}

// firstGuess assumes a coupon of the present terms that was never used.
func (t Target) firstGuess() Guess {
	if t.Coupon.Shared {
		return Guess{Version: t.Coupon.CampaignVersion}
	}
	return Guess{Version: t.Campaign.Version}
}

// effective is the version that counts for a coupon of version v: the campaign may have moved it.
func (t Target) effective(v int) int { return max(v, t.Campaign.Floor) }

// Draft is a redemption ready to be written, or the reason why not. The reason
// alone does not decide: if this order already holds the seat, a retry gets its
// first answer, whatever has happened to the coupon since.
type Draft struct {
	Request
	Target
	Guess
	Oldest      int // a random code's version lies within [Oldest, Version]
	Seat        SeatRef
	Fingerprint []byte
	Terms       Terms
	Discount    Discount
	Closed      error // why nobody can use the coupon now
	Misfit      error // why this customer or order cannot
}

// Refused reports whether definitions alone speak against the draft.
func (d Draft) Refused() bool { return d.Closed != nil || d.Misfit != nil }

// draft decides from definitions what the code would do for the order.
func (r Request) draft(t Target, terms Terms, g Guess) Draft {
	d := Draft{
		Request: r, Target: t, Guess: g, Oldest: g.Version,
		Seat:        NewSeatRef(r.Secrets, t.Coupon.ID, t.Coupon.Shared, r.Order.ID),
		Fingerprint: r.Order.Fingerprint(r.Secrets, string(r.Code)),
		Terms:       terms,
	}
	if t.Campaign.Floor >= g.Version {
		d.Oldest, d.Version = 0, t.Campaign.Floor
	}
	d.Closed, d.Misfit = d.whyClosed(), d.whyMisfit()
	if d.Misfit == nil {
		q := Price(r.cart(), Applicant{Campaign: t.Campaign.ID, Terms: terms})[0]
		d.Discount, d.Misfit = q.Discount, q.Refused
	}
	return d
}

func (d Draft) whyClosed() error {
	if !d.Campaign.Active || d.Coupon.Shared && !d.Coupon.Active {
		return ErrNotActive.At("codes[0]")
	}
	if err := checkDates(d.Coupon.StartsAt, d.Coupon.ExpiresAt, d.Now); err != nil {
		return err
	}
	return checkDates(d.Terms.StartsAt, d.Terms.ExpiresAt, d.Now)
}

func (d Draft) whyMisfit() error {
	if d.Campaign.MaxRedemptionsPerCustomer > 0 && d.Person == "" {
		return ErrNeedsCustomer.At("customer")
	}
	return nil
}

// Redemption is what the draft becomes once it is written.
func (d Draft) Redemption() Redemption {
	lines := d.Discount.Lines
	if lines == nil {
		lines = []LineDiscount{}
	}
	return Redemption{
		Object: "redemption", ID: RedemptionID(d.Seat, d.Attempt), Livemode: d.Space.Live, Status: Redeemed, Mode: "all",
		Order: d.Order.ID, Customer: d.Customer.ID, Currency: d.Order.Currency,
		Subtotal: d.Totals.Subtotal, ShippingAmount: d.Order.ShippingAmount,
		Discount: d.Discount.Total, AmountDue: d.Totals.Total - d.Discount.Total,
		Codes: []Applied{{
			Coupon: d.Coupon.ID, Campaign: d.Campaign.ID, Code: d.Coupon.Code, Status: Redeemed,
			Discount: d.Discount.Total, Lines: lines, Shipping: d.Discount.Shipping, Reason: d.Terms.Reason,
		}},
		CreatedAt: d.Now,
	}
}
