package coupon

import (
	"context"
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// HoldPrefix is how the ids of holds begin; the rest is that of the redemption
// that the hold becomes.
const HoldPrefix = "hold_"

// How long a hold may last. Its shortest time is also how soon a counter that
// was held can be looked at again.
const (
	DefaultHold = 15 * time.Minute
	MinHold     = time.Minute
	MaxHold     = 24 * time.Hour
)

// The faults of holds.
var (
	ErrHoldExpired   = fault.Define(fault.Conflict, "hold_expired")
	ErrHoldReleased  = fault.Define(fault.Conflict, "hold_released")
	ErrHoldTooLong   = fault.Define(fault.Invalid, "hold_too_long")
	ErrHoldCommitted = fault.Define(fault.Conflict, "hold_committed")
)

// Hold is a reservation: price and terms are frozen, and every limit that the
// redemption will take is taken. It ends as a redemption, or it is released, or
// it lapses when somebody else needs what it holds after its time.
type Hold struct {
	Object         string    `json:"object" enum:"hold"`
	ID             string    `json:"id" example:"hold_8m3q1v7t0c5x2k9d0000"`
	Livemode       bool      `json:"livemode"`
	Status         Status    `json:"status" enum:"held,committed,released,lapsed"`
	ExpiresAt      time.Time `json:"expires_at,omitzero" doc:"Until then nobody else gets what it holds. It can be committed later, too, while nobody has."`
	Redemption     string    `json:"redemption,omitzero" doc:"Once committed."`
	Mode           Mode      `json:"mode" enum:"all,partial"`
	Order          string    `json:"order"`
	Customer       string    `json:"customer,omitzero"`
	Currency       string    `json:"currency"`
	Subtotal       int64     `json:"subtotal"`
	ShippingAmount int64     `json:"shipping_amount"`
	Discount       int64     `json:"discount" doc:"What it will take off, in minor units."`
	GiftApplied    int64     `json:"gift_applied" doc:"What gift cards will pay; it is reserved on them."`
	AmountDue      int64     `json:"amount_due"`
	Codes          []Applied `json:"codes"`
	CreatedAt      time.Time `json:"created_at"`
}

// committed is how a hold shows that it became a redemption.
const committed Status = "committed"

// Hold gives a redemption that began as a hold in the form of one.
func (r Redemption) Hold() Hold {
	h := Hold{
		Object: "hold", ID: HoldID(r.ID), Livemode: r.Livemode, Status: r.Status, Mode: r.Mode,
		Order: r.Order, Customer: r.Customer, Currency: r.Currency, Subtotal: r.Subtotal, ShippingAmount: r.ShippingAmount,
		Discount: r.Discount, GiftApplied: r.GiftApplied, AmountDue: r.AmountDue, Codes: r.Codes, CreatedAt: r.CreatedAt,
	}
	if r.Status == Held {
		h.ExpiresAt = r.Until
	}
	if r.Final() {
		h.Status, h.Redemption = committed, r.ID
	}
	return h
}

// HoldID gives the hold's id of a redemption's.
func HoldID(redemption string) string {
	return HoldPrefix + strings.TrimPrefix(redemption, redemptionPrefix)
}

// HeldRedemptionID gives the redemption's id of a hold's; false where it can be none's.
func HeldRedemptionID(hold string) (string, bool) {
	body, ok := strings.CutPrefix(hold, HoldPrefix)
	id := redemptionPrefix + body
	if _, _, valid := ParseRedemptionID(id); !ok || !valid {
		return "", false
	}
	return id, true
}

// TakeHold reserves codes for an order. It reports whether the order held or
// redeemed them before.
func TakeHold(ctx context.Context, w Writer, r Request) (Hold, bool, error) {
	for range maxGuesses {
		held, again, err := r.write(ctx, w)
		if err != nil || held.Status != Held || r.Now.Before(held.Until) {
			return held.Hold(), again, err
		}
		held, err = w.Extend(ctx, r.Space, held.ID, r.Now.Add(r.Hold)) // its time is over, and nobody took it back
		if err == nil || !held.ended() && !held.Final() {
			return held.Hold(), again, err
		}
	} // somebody took it back or committed it between the two
	return Hold{}, false, fault.ErrUnavailable.In("coupon.TakeHold")
}

// CommitHold makes a hold a redemption. After its time it does so, too: while
// nobody needed what it held, or else where as much is free again, at the price
// that was promised. It reports whether the hold was committed before.
func CommitHold(ctx context.Context, w Writer, c shop.Caller, id string) (Redemption, bool, error) {
	made, again, err := w.Commit(ctx, c.Space, id)
	if err != nil || made.Status != Lapsed {
		return made, again, err
	}
	fresh, again, err := Redeem(ctx, w, made.request(c))
	if f, ok := fault.As(err); ok && !fault.IsOutage(err) {
		return Redemption{}, false, ErrHoldExpired.At("id").Because(f)
	}
	return fresh, again, err
}

// request asks for what a lapsed hold promised, as of the time when it did.
func (r Redemption) request(c shop.Caller) Request {
	req := Request{
		Space: c.Space, Secrets: c.Secrets, Mode: All, Person: r.Person, Now: r.CreatedAt, frozen: &r,
		Order:    order.Order{ID: r.Order, Currency: r.Currency, ShippingAmount: r.ShippingAmount},
		Totals:   order.Totals{Subtotal: r.Subtotal, Total: r.Subtotal + r.ShippingAmount},
		Customer: customer.Ref{ID: r.Customer},
	}
	for _, a := range r.applied() {
		if code, err := ParseCode(a.Code); err == nil {
			req.Wishes = append(req.Wishes, Wish{Text: a.Code, Code: code})
		}
	}
	return req
}

// applied are the codes that take something off, leftOut the others.
func (r Redemption) applied() []Applied {
	return r.codes(func(s Status) bool { return s != NotApplied })
}

func (r Redemption) leftOut() []Applied {
	return r.codes(func(s Status) bool { return s == NotApplied })
}

func (r Redemption) codes(which func(Status) bool) []Applied {
	var out []Applied
	for _, a := range r.Codes {
		if which(a.Status) {
			out = append(out, a)
		}
	}
	return out
}
