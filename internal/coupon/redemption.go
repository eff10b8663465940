package coupon

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// The faults of redemptions.
var (
	ErrRedemptionDiffers = fault.Define(fault.Conflict, "redemption_differs")
	ErrTooManyAttempts   = fault.Define(fault.Conflict, "too_many_attempts")
)

// Status is how a redemption stands.
type Status string

// The states of a redemption, of a hold, and of a code that was left out.
const (
	Redeemed   Status = "redeemed"
	RolledBack Status = "rolled_back"
	Held       Status = "held"
	Released   Status = "released" // a hold that was given up
	Lapsed     Status = "lapsed"   // a hold whose time was over, and whose seat another order needed
	NotApplied Status = "not_applied"
)

// Redemption is what one or more codes took off an order. A hold is one, too,
// that is not final yet.
type Redemption struct {
	Object         string           `json:"object" enum:"redemption"`
	ID             string           `json:"id" example:"rdm_8m3q1v7t0c5x2k9d0000"`
	Livemode       bool             `json:"livemode"`
	Status         Status           `json:"status" enum:"redeemed,rolled_back"`
	Mode           Mode             `json:"mode" enum:"all,partial" doc:"All codes together or none, or those that apply."`
	Order          string           `json:"order" example:"order-1001"`
	Customer       string           `json:"customer,omitzero" doc:"The shop's id of the customer."`
	Currency       string           `json:"currency" example:"EUR"`
	Subtotal       int64            `json:"subtotal" doc:"The order's lines before discount, in minor units."`
	ShippingAmount int64            `json:"shipping_amount"`
	Discount       int64            `json:"discount" doc:"Everything taken off, shipping included."`
	GiftApplied    int64            `json:"gift_applied" doc:"What gift cards pay: tender, not part of discount."`
	AmountDue      int64            `json:"amount_due" doc:"Subtotal and shipping less discount and gift_applied."`
	Codes          []Applied        `json:"codes"`
	DiscountBack   int64            `json:"discount_rolled_back,omitzero" doc:"What returns of single lines have taken back of discount."`
	GiftBack       int64            `json:"gift_rolled_back,omitzero" doc:"What has gone back to gift cards."`
	Returned       map[string]int64 `json:"returned,omitempty" doc:"How much of each line came back."`
	Undiscounted   map[string]int64 `json:"undiscounted_lines,omitzero" doc:"How many items each line has of which nothing was taken off: when these are back, too, nothing of the order is left."`
	CreatedAt      time.Time        `json:"created_at"`
	RolledBackAt   time.Time        `json:"rolled_back_at,omitzero"`

	Fingerprint []byte    `json:"-"` // of the order; see order.Order.Fingerprint
	Until       time.Time `json:"-"` // of a hold: when it lapses
	Person      string    `json:"-"` // of a hold: who it is for
}

// Applied is what one code did for an order.
type Applied struct {
	Coupon    string         `json:"coupon,omitzero" example:"cpn_8m3q1v7t0c5x2k9d"`
	Campaign  string         `json:"campaign,omitzero"`
	Code      string         `json:"code,omitzero" doc:"Automatic campaigns have none." example:"7KQ4-M2XC-9PDA"`
	Automatic bool           `json:"automatic,omitzero" doc:"A campaign that needs no code."`
	Status    Status         `json:"status" enum:"redeemed,rolled_back,held,released,lapsed,not_applied"`
	Discount  int64          `json:"discount" doc:"In minor units; lines and shipping_discount sum to it."`
	Lines     []LineDiscount `json:"lines"`
	Shipping  int64          `json:"shipping_discount"`

	DiscountBack int64 `json:"discount_rolled_back,omitzero" doc:"What returns of single lines have taken back of it, and given back to the campaign's budget."`

	GiftApplied int64 `json:"gift_applied,omitzero" doc:"Of a gift card: what it pays, in minor units."`
	GiftBack    int64 `json:"gift_rolled_back,omitzero" doc:"Of a gift card: what has gone back to it."`

	Reason Reason `json:"reason,omitzero" doc:"Tell the customer."`
	Given
	Problem *Refusal `json:"problem,omitempty" doc:"Why the code was left out, in mode partial."`
}

// Refusal is why a code was left out, in the language of the request.
type Refusal struct {
	Code   string `json:"code" example:"coupon_expired"`
	Detail string `json:"detail"`
	Param  string `json:"param,omitzero"`
	Sign   string `json:"-"` // for the leak radar, while the redemption is made; see [SignOf]
}

// Undone gives the redemption as rolled back.
func (r Redemption) Undone(now time.Time) Redemption {
	r.RolledBackAt = now
	return r.As(RolledBack)
}

// Final reports whether it is a redemption by now, and no hold.
func (r Redemption) Final() bool { return r.Status == Redeemed || r.Status == RolledBack }

// ended reports whether it was undone, as a hold or later.
func (r Redemption) ended() bool {
	return r.Status == Released || r.Status == Lapsed || r.Status == RolledBack
}

// As gives the redemption and its codes in that state.
func (r Redemption) As(status Status) Redemption {
	r.Status, r.Codes = status, slices.Clone(r.Codes)
	if status != Held {
		r.Until = time.Time{}
	}
	for i, c := range r.Codes {
		if c.Status != NotApplied {
			r.Codes[i].Status = status
		}
	}
	return r
}

// A seat is where at most one redemption sits at a time: a random code's coupon
// itself; for a shared code the pair of coupon and order; for several codes
// together the set of order and codes, beside the seat of each code. A
// redemption is a seat and an attempt; rolling back frees the seat for the next
// attempt.
const (
	redemptionPrefix = "rdm_"
	attemptSize      = 2
	// MaxAttempts bounds how often one seat can be rolled back and used again.
	MaxAttempts = 50
)

// SeatRef names a seat. Both parts are written as in ids, without a prefix.
type SeatRef struct {
	Coupon string // the coupon, or the batch; of a joint redemption a keyed hash of order and codes
	Order  string // keyed hash of the order, or the code within the batch; empty where the coupon itself is the seat
}

// SeatOf names the row of a coupon. That of a batch's code lies among the
// batch's, as those of a shared code lie among the code's: they are found by a
// Query, and no redemption has to write an index for it.
func SeatOf(couponID string) SeatRef {
	body := couponID[len(Prefix):]
	one := ident.Length(ident.Size)
	return SeatRef{Coupon: body[:one], Order: body[one:]}
}

// NewSeatRef names the seat that an order takes with a coupon.
func NewSeatRef(s shop.Secrets, couponID string, shared bool, orderID string) SeatRef {
	ref := SeatOf(couponID)
	if shared {
		ref.Order = s.Codes.ID("", "seat", couponID, orderID)
	}
	return ref
}

// NewJointSeat names the seat of an order's redemption of several codes.
func NewJointSeat(s shop.Secrets, orderID string, codes []string) SeatRef {
	return SeatRef{Coupon: s.Codes.ID("", append([]string{"joint", orderID}, codes...)...)}
}

// RedemptionID names the attempt at a seat.
func RedemptionID(seat SeatRef, attempt int) string {
	b, ok := ident.Decode("", seat.Coupon, ident.Size)
	order, orderOK := ident.Decode("", seat.Order, ident.Size)
	if !ok || seat.Order != "" && !orderOK {
		panic("coupon.RedemptionID: not a seat") // seats are made by NewSeatRef and ParseRedemptionID
	}
	b = append(b, order...)
	return ident.Encode(redemptionPrefix, binary.BigEndian.AppendUint16(b, uint16(attempt))) //nolint:gosec // at most MaxAttempts
}

// ParseRedemptionID gives the seat and the attempt that the id names.
func ParseRedemptionID(id string) (seat SeatRef, attempt int, ok bool) {
	b, ok := ident.Decode(redemptionPrefix, id, ident.Size+attemptSize)
	if !ok {
		if b, ok = ident.Decode(redemptionPrefix, id, 2*ident.Size+attemptSize); !ok {
			return SeatRef{}, 0, false
		}
		seat.Order = ident.Encode("", b[ident.Size:2*ident.Size])
	}
	seat.Coupon = ident.Encode("", b[:ident.Size])
	return seat, int(binary.BigEndian.Uint16(b[len(b)-attemptSize:])), true
}
