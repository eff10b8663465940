// Package consent knows what a customer has agreed to: for which purpose, on
// which channel, when, how, and under which text.
//
// What a customer said is a [Consent], and facts are only ever added. Which one
// counts is decided by when they occurred, never by when they were told: in
// whatever order and however often they arrive, the same [ConsentState] is the end.
// [Gate] is the one place that says whether a message may go out.
package consent

import (
	"fmt"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// The faults of consents.
var (
	ErrTextMissing    = fault.Define(fault.Invalid, "consent_text_missing")
	ErrNotYet         = fault.Define(fault.Invalid, "consent_in_future")
	ErrNotConfirmable = fault.Define(fault.Invalid, "consent_not_confirmable")
	ErrAddressMissing = fault.Define(fault.Conflict, "consent_address_missing")
	ErrTokenInvalid   = fault.Define(fault.Invalid, "consent_token_invalid")
	ErrTokenExpired   = fault.Define(fault.Conflict, "consent_token_expired")
)

// Status is what was said.
type Status string

// The statuses.
const (
	Requested Status = "requested" // to be confirmed; not a consent
	Granted   Status = "granted"
	Denied    Status = "denied"
	Withdrawn Status = "withdrawn"
	Pending   Status = "pending" // of a state: nothing was said but what is to be confirmed
)

// severity orders what was said at the same instant: when in doubt, no.
func (s Status) severity() int {
	switch s {
	case Granted:
		return 1
	case Denied:
		return 2
	case Withdrawn:
		return 3
	default:
		return 0
	}
}

// Channel is how a message would reach the customer.
type Channel string

// The channels.
const (
	Email Channel = "email"
	Phone Channel = "phone"
	Post  Channel = "post"
	SMS   Channel = "sms"
	Push  Channel = "push"
)

// channels are numbered in leave tokens: add only at the end.
var channels = []Channel{Email, Phone, Post, SMS, Push}

// Subject is what a consent is about.
type Subject struct {
	Purpose string  `json:"purpose" minLength:"1" maxLength:"40" pattern:"^[a-z][a-z0-9_]*$" patternDescription:"a–z, then a–z 0–9 _" doc:"What for: marketing, surveys, profiling, or another word of yours." example:"marketing"`
	Channel Channel `json:"channel" enum:"email,phone,post,sms,push"`
}

// Evidence is how a consent came about.
type Evidence struct {
	Source      string `json:"source" minLength:"1" maxLength:"200" doc:"How: the form, page, call or paper." example:"checkout"`
	TextVersion string `json:"text_version,omitzero" maxLength:"100" doc:"Which version of the text the customer saw. Required to grant." example:"newsletter-2026-03"`
}

// Consent is what a customer said once. It is never changed.
type Consent struct {
	Object   string `json:"object" enum:"consent"`
	ID       string `json:"id" example:"con_06kd8t5v2w7x9y3z"`
	Customer string `json:"customer"`
	Subject
	Status Status `json:"status" enum:"requested,granted,denied,withdrawn"`
	Evidence
	OccurredAt   time.Time `json:"occurred_at" doc:"When the customer said so."`
	RecordedAt   time.Time `json:"recorded_at" doc:"When it was told to us."`
	By           string    `json:"by" doc:"Who told: the id of your key, or customer, who held the token." example:"key_2v8n4xk0c9q7d"`
	DoubleOptIn  bool      `json:"double_opt_in,omitzero" doc:"It was, or is to be, confirmed by who holds the address."`
	RequestedAt  time.Time `json:"requested_at,omitzero" doc:"Of one that was confirmed: when that was asked for."`
	ConfirmUntil time.Time `json:"confirm_until,omitzero" doc:"Of one to be confirmed: the first moment when it no longer can be."`

	Address string `json:"-"` // the hash of the address that was confirmed, or is to be
}

// Standing orders facts: what is greater counts. It is text, so that a condition can compare it.
func (f Consent) Standing() string {
	return fmt.Sprintf("%013d#%d#%s", f.OccurredAt.UnixMilli(), f.Status.severity(), f.ID)
}

// Prefix is how the ids of facts begin.
const Prefix = "con_"

// The bounds of time.
const (
	ConfirmWithin = 7 * 24 * time.Hour // how long a request can be confirmed
	skew          = 5 * time.Minute    // by how much a shop's clock may be ahead
)

// Wish is what a call wants to record.
type Wish struct {
	Subject
	Status Status
	Evidence
	OccurredAt  time.Time // zero: now
	DoubleOptIn bool
}

// Check refuses what is no evidence, naming the field.
func (w Wish) Check(now time.Time) error {
	switch {
	case w.Status == Granted && w.TextVersion == "":
		return ErrTextMissing.At("text_version")
	case w.OccurredAt.After(now.Add(skew)):
		return ErrNotYet.At("occurred_at")
	case w.DoubleOptIn && (w.Status != Granted || w.Channel == Post || w.Channel == Push):
		return ErrNotConfirmable.At("double_opt_in")
	}
	return nil
}
