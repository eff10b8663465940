package coupon

import (
	"encoding/binary"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/ident"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// The faults of redemptions.
var (
	ErrRedemptionDiffers = fault.Define(fault.Conflict, "redemption_differs")
	ErrRolledBack        = fault.Define(fault.Conflict, "already_rolled_back")
	ErrTooManyAttempts   = fault.Define(fault.Conflict, "too_many_attempts")
)

// Status is how a redemption stands.
type Status string

// The states of a redemption.
const (
	Redeemed   Status = "redeemed"
	RolledBack Status = "rolled_back"
)

// Redemption is a coupon used for an order.
type Redemption struct {
	Object         string    `json:"object" enum:"redemption"`
	ID             string    `json:"id" example:"rdm_8m3q1v7t0c5x2k9d0000"`
	Livemode       bool      `json:"livemode"`
	Status         Status    `json:"status" enum:"redeemed,rolled_back"`
	Mode           string    `json:"mode" enum:"all" doc:"All codes together or none."`
	Order          string    `json:"order" example:"order-1001"`
	Customer       string    `json:"customer,omitzero" doc:"The shop's id of the customer."`
	Currency       string    `json:"currency" example:"EUR"`
	Subtotal       int64     `json:"subtotal" doc:"The order's lines before discount, in minor units."`
	ShippingAmount int64     `json:"shipping_amount"`
	Discount       int64     `json:"discount" doc:"Everything taken off, shipping included."`
	AmountDue      int64     `json:"amount_due" doc:"Subtotal and shipping less discount."`
	Codes          []Applied `json:"codes"`
	CreatedAt      time.Time `json:"created_at"`
	RolledBackAt   time.Time `json:"rolled_back_at,omitzero"`

	Fingerprint []byte `json:"-"` // of the order; see order.Order.Fingerprint
}

// Applied is what one code did for an order.
type Applied struct {
	Coupon   string         `json:"coupon" example:"cpn_8m3q1v7t0c5x2k9d"`
	Campaign string         `json:"campaign"`
	Code     string         `json:"code" example:"7KQ4-M2XC-9PDA"`
	Status   Status         `json:"status" enum:"redeemed,rolled_back"`
	Discount int64          `json:"discount" doc:"In minor units; lines and shipping_discount sum to it."`
	Lines    []LineDiscount `json:"lines"`
	Shipping int64          `json:"shipping_discount"`
	Reason   Reason         `json:"reason" doc:"Tell the customer."`
}

// Undone gives the redemption as rolled back.
func (r Redemption) Undone(now time.Time) Redemption {
	r.Status, r.RolledBackAt = RolledBack, now
	codes := make([]Applied, len(r.Codes))
	for i, c := range r.Codes {
		c.Status = RolledBack
		codes[i] = c
	}
	r.Codes = codes
	return r
}

// Rollback is the undoing of a redemption: the use and the limits are given back.
type Rollback struct {
	Object     string    `json:"object" enum:"rollback"`
	Livemode   bool      `json:"livemode"`
	Redemption string    `json:"redemption" example:"rdm_8m3q1v7t0c5x2k9d0000"`
	Return     string    `json:"return,omitzero" doc:"The shop's id of the return that caused it; empty for a cancellation."`
	Order      string    `json:"order"`
	Currency   string    `json:"currency"`
	Discount   int64     `json:"discount" doc:"What the redemption had taken off, in minor units."`
	CreatedAt  time.Time `json:"created_at"`
}

// A seat is where at most one redemption sits at a time: a random code's coupon
// itself, or, for a shared code, the pair of coupon and order. A redemption is a
// seat and an attempt; rolling back frees the seat for the next attempt.
const (
	redemptionPrefix = "rdm_"
	attemptSize      = 2
	// MaxAttempts bounds how often one seat can be rolled back and used again.
	MaxAttempts = 50
)

// SeatRef names a seat. Both parts are written as in ids, without a prefix.
type SeatRef struct {
	Coupon string // the coupon
	Order  string // keyed hash of the order; empty where the coupon itself is the seat
}

// NewSeatRef names the seat that an order takes with a coupon.
func NewSeatRef(s shop.Secrets, couponID string, shared bool, orderID string) SeatRef {
	ref := SeatRef{Coupon: couponID[len(Prefix):]}
	if shared {
		ref.Order = s.Codes.ID("", "seat", couponID, orderID)
	}
	return ref
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
