package coupon

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// ErrCodeRepeated answers a request that names one code twice.
var ErrCodeRepeated = fault.Define(fault.Invalid, "code_repeated")

// Mode says what happens when some of an order's codes do not apply.
type Mode string

// The modes.
const (
	All     Mode = "all"     // all codes together, or none
	Partial Mode = "partial" // those that apply
)

// Request asks for codes on an order.
type Request struct {
	Space    shop.Space
	Secrets  shop.Secrets
	Wishes   []Wish
	Mode     Mode
	Order    order.Order
	Totals   order.Totals
	Customer customer.Ref
	Facts    customer.Facts
	Person   string        // customer.Ref.Person; empty for nobody named
	Replay   string        // keyed hash of the Idempotency-Key; empty without one
	Hold     time.Duration // reserve for so long; zero to redeem at once
	Now      time.Time
	beside   *beside                   // what orders tell of the customer, for all tries; nil: nobody asks
	floor    MarginFloor               // the shop's own
	frozen   *Redemption               // a lapsed hold, to be redeemed after all at its own price
	dry      bool                      // a validation: nothing is written
	Say      func(*fault.Error) string // the caller's language, for what the answer says of codes that were left out
}

// Wish is one code of a request, as it was sent and as it is compared.
type Wish struct {
	Text string
	Code Code // empty where Text can be no code
}

// NewRequest checks what a caller sent. Text that can be no code is a wish that
// is refused later, like a code that nobody issued.
func NewRequest(ctx context.Context, c shop.Caller, codes []string, o order.Order, who customer.Ref, now time.Time) (Request, error) {
	totals, err := o.Check()
	if err != nil {
		return Request{}, err
	}
	r := Request{Space: c.Space, Secrets: c.Secrets, Mode: All, Order: o, Totals: totals, Now: now, beside: &beside{}}
	if r.Wishes, err = wishes(codes); err != nil {
		return Request{}, err
	}
	if !who.IsZero() {
		if err := who.Check("customer"); err != nil {
			return Request{}, err
		}
		r.Customer = who
	}
	r.Person, err = who.Person(ctx, c)
	return r, err
}

func wishes(codes []string) ([]Wish, error) {
	ws := make([]Wish, len(codes))
	for i, text := range codes {
		ws[i].Text = text
		if code, err := ParseCode(text); err == nil {
			ws[i].Code = code
		}
		again := func(w Wish) bool { return w.Code == ws[i].Code }
		if ws[i].Code != "" && slices.ContainsFunc(ws[:i], again) {
			return nil, ErrCodeRepeated.At(codeParam(i))
		}
	}
	return ws, nil
}

func codeParam(i int) string { return fieldAt("codes", i) }

func fieldAt(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// fingerprint is of what the request depends on; the order of the codes does not matter.
func (r Request) fingerprint() []byte {
	if r.frozen != nil {
		return r.frozen.Fingerprint
	}
	return r.Order.Fingerprint(r.Secrets, r.sortedCodes()...)
}

func (r Request) sortedCodes() []string {
	codes := make([]string, len(r.Wishes))
	for i, w := range r.Wishes {
		codes[i] = string(w.Code)
	}
	slices.Sort(codes)
	return codes
}

func (r Request) cart() Cart {
	return Cart{Order: r.Order, Totals: r.Totals, Customer: r.Customer, Facts: r.Facts, MarginFloor: r.floor, Now: r.Now}
}
