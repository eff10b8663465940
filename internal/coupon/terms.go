package coupon

import (
	"fmt"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/money"
)

// The faults of terms.
var (
	ErrFieldMissing    = fault.Define(fault.Invalid, "field_missing")
	ErrFieldNotAllowed = fault.Define(fault.Invalid, "field_not_allowed")
	ErrDatesReversed   = moment.ErrReversed
	ErrCurrencyMixed   = fault.Define(fault.Invalid, "currency_mixed")
	ErrFieldsExclusive = fault.Define(fault.Invalid, "fields_exclusive")
	ErrTiersNotRising  = fault.Define(fault.Invalid, "tiers_not_rising")
)

// Reason is the sentence that the customer is told: why this gift, why for them.
type Reason struct {
	German  string `json:"de" minLength:"1" maxLength:"200" example:"weil du uns Anna empfohlen hast"`
	English string `json:"en" minLength:"1" maxLength:"200" example:"because you recommended us to Anna"`
}

// OnCancel says what becomes of a use whose redemption is rolled back.
type OnCancel string

// The policies for cancelled orders.
const (
	Reopen OnCancel = "reopen"
	Keep   OnCancel = "keep"
)

// Terms are what a coupon promises. They are versioned: a coupon keeps the
// terms that it was issued under unless the shop moves it on purpose.
type Terms struct {
	Rewards   []Reward  `json:"rewards" minItems:"1" maxItems:"5" nullable:"false"`
	Rules     Rules     `json:"rules,omitzero"`
	StartsAt  time.Time `json:"starts_at,omitzero" doc:"First moment of validity, with a time zone."`
	ExpiresAt time.Time `json:"expires_at,omitzero" doc:"First moment after validity."`
	OnCancel  OnCancel  `json:"on_cancel,omitzero" enum:"reopen,keep" doc:"What a rollback does with the use: reopen (the default) gives it back, keep does not. A money budget gets its money back either way."`
	Reason    Reason    `json:"reason"`

	Priority    int         `json:"priority,omitzero" minimum:"-1000" maximum:"1000" doc:"Campaigns of higher priority are applied first, and win where campaigns exclude each other. 0 unless said otherwise; ties by campaign id."`
	Exclusive   bool        `json:"exclusive,omitzero" doc:"Applies alone: no other code on the same order."`
	Category    string      `json:"category,omitzero" maxLength:"40" pattern:"^[A-Za-z0-9._:-]+$" patternDescription:"1 to 40 of A–Z a–z 0–9 . _ : -" doc:"Of all campaigns with the same category one code applies to an order." example:"welcome"`
	MarginFloor MarginFloor `json:"margin_floor,omitzero" doc:"What the shop wants to earn at least on an order with this campaign, on the lines with a unit_cost."`
}

// Check refuses terms that contradict themselves, naming the field.
func (t Terms) Check() error {
	if len(t.Rewards) == 0 {
		return ErrFieldMissing.At("rewards")
	}
	for i, r := range t.Rewards {
		if err := r.check(fmt.Sprintf("rewards[%d]", i)); err != nil {
			return err
		}
	}
	if t.Reason.German == "" || t.Reason.English == "" {
		return ErrFieldMissing.At("reason")
	}
	if err := checkValidity(t.StartsAt, t.ExpiresAt); err != nil {
		return err
	}
	if err := t.MarginFloor.check("margin_floor"); err != nil {
		return err
	}
	if err := t.checkTender(); err != nil {
		return err
	}
	if err := t.checkCurrency(); err != nil {
		return err
	}
	return t.Rules.contradiction("rules", t.Currency())
}

// checkValidity wants times that can be written, the end after the start.
func checkValidity(starts, expires time.Time) error {
	if err := moment.Check(starts, "starts_at"); err != nil {
		return err
	}
	if err := moment.Check(expires, "expires_at"); err != nil {
		return err
	}
	if !starts.IsZero() && !expires.IsZero() && !starts.Before(expires) {
		return ErrDatesReversed.At("expires_at")
	}
	return nil
}

// checkCurrency wants one currency throughout, and one to be named wherever an amount is.
func (t Terms) checkCurrency() error {
	for i, r := range t.Rewards {
		at := fmt.Sprintf("rewards[%d]", i)
		if r.Currency != "" && r.Currency != t.Currency() {
			return ErrCurrencyMixed.At(at + ".currency")
		}
		if err := t.checkWhen(r, at+".when"); err != nil {
			return err
		}
	}
	if c := t.MarginFloor.Currency; c != "" && c != t.Currency() {
		return ErrCurrencyMixed.At("margin_floor.currency")
	}
	if c := t.Rules.Currency; c != "" && !money.Valid(c) {
		return fault.ErrInvalid.At("rules.currency")
	}
	return nil
}

// checkWhen holds a reward's own conditions to the currency of the terms. A
// first order is reserved for a campaign as a whole, so a single reward cannot ask for it.
func (t Terms) checkWhen(r Reward, at string) error {
	switch {
	case r.When == nil:
		return nil
	case r.When.Currency != "" && r.When.Currency != t.Currency():
		return ErrCurrencyMixed.At(at + ".currency")
	case r.When.FirstOrderOnly:
		return ErrFieldNotAllowed.At(at+".first_order_only").Arg("type", string(r.Type))
	}
	return r.When.contradiction(at, t.Currency())
}

// Currency is the one that the terms are bound to, or empty where any order fits.
func (t Terms) Currency() string {
	if t.Rules.Currency != "" {
		return t.Rules.Currency
	}
	for _, r := range t.Rewards {
		if r.Currency != "" {
			return r.Currency
		}
	}
	return t.MarginFloor.Currency
}

// SameShape reports whether currency and reward types agree: what is frozen once coupons are out.
func (t Terms) SameShape(o Terms) bool {
	if len(t.Rewards) != len(o.Rewards) || t.Currency() != o.Currency() {
		return false
	}
	for i := range t.Rewards {
		if t.Rewards[i].Type != o.Rewards[i].Type {
			return false
		}
	}
	return true
}
