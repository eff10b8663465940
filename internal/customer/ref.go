// Package customer says who a buyer is.
//
// A shop names a customer in a call by its own id, or a guest by e-mail
// address: that is a [Ref]. Beside a customer's own [Profile] no row holds the
// address: they hold [Ref.Person], a keyed hash of the normalised value, by which
// limits are counted. What hangs on a profile is here, too: what orders add up to
// and the loyalty stage, duplicates, merging, erasure, and the rows of imports and exports.
package customer

import (
	"context"
	"encoding/json"
	"net/mail"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// The faults of naming a customer.
var (
	ErrIDInvalid    = fault.Define(fault.Invalid, "customer_id_invalid")
	ErrEmailInvalid = fault.Define(fault.Invalid, "email_invalid")
	// ErrTokenRequired answers a browser that names a customer: anybody could name anybody.
	ErrTokenRequired = fault.Define(fault.Invalid, "customer_token_required")
)

// Ref is a customer in a call: the shop's own id, or a guest's e-mail address.
type Ref struct {
	ID    string
	Email string

	given bool // it was sent, if only as null or empty
}

// Somebody is a guest whose address is not at hand: a customer, and none with an id.
func Somebody() Ref { return Ref{given: true} }

// Guest is the object form of a Ref.
type Guest struct {
	Email string `json:"email" minLength:"3" maxLength:"254" doc:"A guest's e-mail address. It is not stored here, only a keyed hash of it."`
}

// UnmarshalJSON reads "c-1001" or {"email": "…"}.
func (r *Ref) UnmarshalJSON(b []byte) error {
	r.given = true
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &r.ID)
	}
	var g Guest
	if err := json.Unmarshal(b, &g); err != nil {
		return err
	}
	r.Email = g.Email
	return nil
}

// MarshalJSON writes the form that UnmarshalJSON reads.
func (r Ref) MarshalJSON() ([]byte, error) {
	if r.Email != "" {
		return json.Marshal(Guest{Email: r.Email})
	}
	return json.Marshal(r.ID)
}

// IsZero reports whether no customer was sent. One that was sent empty is no
// zero: what was meant for somebody must not become everybody's.
func (r Ref) IsZero() bool { return r == Ref{} }

// IDPattern is what a shop's own ids look like. An "@" is refused on purpose:
// addresses do not belong into ids, which appear in answers and listings.
//
// The length is a bound of its own: a pattern that counts, {1,128}, becomes a
// program of 128 copies, and compiling a few of those was a third of a cold start.
const (
	IDPattern = `^[A-Za-z0-9._:-]+$`
	MaxID     = 128
)

var idPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(IDPattern) })

// Check refuses a malformed reference, naming the field under param.
func (r Ref) Check(param string) error {
	switch {
	case r.ID != "":
		if len(r.ID) > MaxID || !idPattern().MatchString(r.ID) {
			return ErrIDInvalid.At(param)
		}
	case r.Email != "":
		if _, ok := normalise(r.Email); !ok {
			return ErrEmailInvalid.At(param + ".email")
		}
	default:
		return ErrIDInvalid.At(param)
	}
	return nil
}

// Person is who the reference means, as a keyed hash; the empty string for
// none. Addresses can be guessed, so the key of their hashes is the vault's;
// the shop's ids mean nothing outside it, and need not wait for the vault.
func (r Ref) Person(ctx context.Context, c shop.Caller) (string, error) {
	if r.ID != "" {
		return c.Secrets.People.ID("", "id", r.ID), nil
	}
	email, ok := normalise(r.Email)
	if !ok {
		return "", nil
	}
	key, err := c.Identity(ctx)
	if err != nil {
		return "", err
	}
	return key.ID("", "email", email), nil
}

// Name tells people apart where nothing is kept of them, as [Ref.Person] does in rows; the empty string for none.
func (r Ref) Name() string {
	if r.ID != "" {
		return r.ID
	}
	email, _ := normalise(r.Email)
	return email
}

// normalise folds what mail systems treat alike: surrounding space, letter
// case, and Unicode composition (NFKC). Dots and plus tags stay: they can be different people.
func normalise(email string) (string, bool) {
	email = strings.ToLower(norm.NFKC.String(strings.TrimSpace(email)))
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > 254 {
		return "", false
	}
	return email, true
}
