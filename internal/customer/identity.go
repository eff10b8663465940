package customer

import (
	"context"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// ErrIdentityTaken says that an address or number is another customer's, now or formerly.
var ErrIdentityTaken = fault.Define(fault.Conflict, "identity_taken")

// ErrSearchUnclear answers a search by nothing, or by several things at once.
var ErrSearchUnclear = fault.Define(fault.Invalid, "search_unclear")

// The fields of a profile that name a person.
const (
	FieldEmail = "email"
	FieldPhone = "phone"
)

// Identity is an address or number by which a customer is known: of one
// customer only, and kept as a keyed hash.
type Identity struct {
	Field  string `json:"field"`
	Person string `json:"person"`
}

// Signal is something that two customers seldom share unless they are one person.
type Signal struct {
	Reason Likeness `json:"reason"`
	Hash   string   `json:"hash"`
}

// Likeness is why two customers may be one person.
type Likeness string

// The reasons.
const (
	SameBirthday Likeness = "name_and_birthday"
	SameAddress  Likeness = "name_and_address"
)

// ByPhone is the person that a number (E.164) means.
func ByPhone(ctx context.Context, c shop.Caller, number string) (string, error) {
	key, err := c.Identity(ctx)
	if err != nil {
		return "", err
	}
	return key.ID("", FieldPhone, number), nil
}

// New makes the first state of a customer, of a checked profile.
func New(ctx context.Context, c shop.Caller, id string, p Profile, read ReadPhone, now time.Time) (Customer, error) {
	made := Customer{Object: "customer", ID: id, Livemode: c.Space.Live, CreatedAt: moment.Stored(now)}
	var err error
	if made.Person, err = (Ref{ID: id}).Person(ctx, c); err != nil {
		return Customer{}, err
	}
	return made.With(ctx, c, p, read, now)
}

// With gives the customer with another checked profile.
func (c Customer) With(ctx context.Context, caller shop.Caller, p Profile, read ReadPhone, now time.Time) (Customer, error) {
	key, err := caller.Identity(ctx)
	if err != nil {
		return Customer{}, err
	}
	next := c
	next.Profile, next.PhoneNumber = p, ""
	next.Version, next.UpdatedAt = c.Version+1, moment.Stored(now)
	next.Identities, next.Signals = nil, p.signals(key)
	if email, ok := normalise(p.Email); ok {
		next.Identities = append(next.Identities, Identity{FieldEmail, key.ID("", "email", email)})
	}
	if p.Phone != "" {
		next.PhoneNumber, _ = read(p.Phone, p.PhoneCountry) // Check has read it
		next.Identities = append(next.Identities, Identity{FieldPhone, key.ID("", FieldPhone, next.PhoneNumber)})
	}
	return next, nil
}

// signals hashes what of the profile points at a person: never one part alone,
// since many are called Müller.
func (p Profile) signals(key shop.Subkey) []Signal {
	name := folded(p.Name())
	if name == "" {
		return nil
	}
	var out []Signal
	if p.Birthday != "" {
		out = append(out, Signal{SameBirthday, key.ID("", "signal", string(SameBirthday), name, p.Birthday)})
	}
	if a := p.Address; len(a.Lines) > 0 && a.PostalCode+a.City != "" {
		place := folded(strings.Join(a.Lines, " ") + "|" + a.PostalCode + "|" + a.City + "|" + a.Country)
		out = append(out, Signal{SameAddress, key.ID("", "signal", string(SameAddress), name, place)})
	}
	return out
}

// folded is a text without what does not tell people apart: letter case, ways to
// compose a letter, and the amount of space.
func folded(s string) string {
	return strings.Join(strings.Fields(cases.Fold().String(norm.NFKC.String(s))), " ")
}

// Duplicate is another customer who may be the same person.
type Duplicate struct {
	Customer Customer   `json:"customer"`
	Reasons  []Likeness `json:"reasons" doc:"What both share: name_and_birthday, name_and_address."`
}

// Held is an address or number by which a customer is known, or was: what is kept
// of it beside the profile.
type Held struct {
	Field  string    `json:"field" enum:"email,phone"`
	Person string    `json:"hash" doc:"The keyed hash that is kept of it."`
	Former bool      `json:"former" doc:"The customer has given it up; it is kept so that a new address is no new customer."`
	Since  time.Time `json:"since"`
}
