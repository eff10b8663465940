package customer

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// The faults of profiles. A value is refused or stored as it came: nothing is
// corrected in silence, least of all a name.
var (
	ErrTextInvalid        = fault.Define(fault.Invalid, "text_invalid")
	ErrSalutationMismatch = fault.Define(fault.Invalid, "salutation_mismatch")
	ErrLanguageUnknown    = fault.Define(fault.Invalid, "language_unknown")
	ErrPhoneInvalid       = fault.Define(fault.Invalid, "phone_invalid")
	ErrBirthdayInvalid    = fault.Define(fault.Invalid, "birthday_invalid")
)

// Salutation is how somebody wants to be addressed.
type Salutation string

// The salutations.
const (
	Herr      Salutation = "herr"
	Frau      Salutation = "frau"
	Neutral   Salutation = "neutral"    // by name alone
	AsWritten Salutation = "as_written" // by salutation_text, whole
)

// Profile is what a shop tells of a customer. Each field is optional.
type Profile struct {
	GivenName      string            `json:"given_name,omitzero" maxLength:"100" doc:"Exactly as the customer writes it, in any script. It is never altered." example:"Anna"`
	FamilyName     string            `json:"family_name,omitzero" maxLength:"100" doc:"Exactly as the customer writes it, with its particles and titles." example:"Müller"`
	FullName       string            `json:"full_name,omitzero" maxLength:"200" doc:"The whole name, where it is not the given name before the family name." example:"김민준"`
	Salutation     Salutation        `json:"salutation,omitzero" enum:"herr,frau,neutral,as_written" doc:"How to address the customer: as Herr or Frau (Mr, Ms) with the family name, neutrally by the whole name, or by salutation_text."`
	SalutationText string            `json:"salutation_text,omitzero" maxLength:"200" doc:"With salutation as_written: the whole line, without a comma." example:"Liebe Frau Dr. Müller"`
	Language       string            `json:"language,omitzero" maxLength:"35" doc:"BCP 47." example:"de-AT"`
	Email          string            `json:"email,omitzero" maxLength:"254" doc:"Of one customer only. Letter case does not tell addresses apart." example:"Anna.Mueller@example.org"`
	Phone          string            `json:"phone,omitzero" maxLength:"40" doc:"With + and country code (E.164), or as written within phone_country. Of one customer only." example:"+49 30 12345678"`
	PhoneCountry   string            `json:"phone_country,omitzero" minLength:"2" maxLength:"2" doc:"ISO 3166-1 alpha-2: the country in which phone is written without a country code." example:"DE"`
	Birthday       string            `json:"birthday,omitzero" maxLength:"10" doc:"A date, or one without a year: 1990-05-17, --05-17." example:"--05-17"`
	TimeZone       string            `json:"time_zone,omitzero" maxLength:"64" doc:"An IANA name." example:"Europe/Berlin"`
	Address        Address           `json:"address,omitzero"`
	Tags           []string          `json:"tags,omitempty" maxItems:"50" nullable:"false" doc:"Up to 50, of up to 40 characters."`
	Metadata       map[string]string `json:"metadata,omitempty" maxProperties:"50"`
}

// Address is where parcels and letters go, in the parts that forms have.
type Address struct {
	Lines      []string `json:"lines,omitempty" maxItems:"5" nullable:"false" doc:"Street and number, floor, care of: as they are to be printed." example:"[\"Lindenstraße 7\"]"`
	PostalCode string   `json:"postal_code,omitzero" maxLength:"20" example:"10969"`
	City       string   `json:"city,omitzero" maxLength:"100" example:"Berlin"`
	Region     string   `json:"region,omitzero" maxLength:"100" doc:"State, province or county, where addresses have one."`
	Country    string   `json:"country,omitzero" minLength:"2" maxLength:"2" doc:"ISO 3166-1 alpha-2, capital letters." example:"DE"`
}

// IsZero reports whether no part is given.
func (a Address) IsZero() bool {
	return len(a.Lines) == 0 && a.PostalCode == "" && a.City == "" && a.Region == "" && a.Country == ""
}

// Customer is a profile as it is kept.
type Customer struct {
	Object   string `json:"object" enum:"customer"`
	ID       string `json:"id" doc:"The shop's own." example:"c-1001"`
	Livemode bool   `json:"livemode"`
	Profile
	PhoneNumber string    `json:"phone_e164,omitzero" doc:"phone as it can be dialled from everywhere." example:"+493012345678"`
	Version     int64     `json:"version" doc:"Counts changes; the ETag."`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`

	Person     string     `json:"-"` // who this is: see Ref.Person
	Identities []Identity `json:"-"`
	Signals    []Signal   `json:"-"`
	Joined     []Joined   `json:"-"` // who was merged into this one
	Told       Told       `json:"-"`
}

// Exists reports whether this is a customer at all.
func (c Customer) Exists() bool { return c.Version > 0 }

// Same reports whether two profiles say the same.
func (p Profile) Same(other Profile) bool { return bytes.Equal(encoded(p), encoded(other)) }

func encoded(p Profile) []byte {
	b, err := json.Marshal(p)
	if err != nil {
		panic("customer.Profile: " + err.Error()) // strings always encode
	}
	return b
}
