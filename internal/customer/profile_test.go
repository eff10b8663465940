package customer

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/phone"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestProfileCheck(t *testing.T) {
	for _, good := range []Profile{
		{},
		{GivenName: "민준", FamilyName: "김", FullName: "김민준"},
		{GivenName: "María-José", FamilyName: "d’Ávila y O'Neill", Salutation: Frau},
		{FullName: "علی\u200cرضا", Language: "fa-IR"}, // with a joiner inside
		{FullName: "X Æ A-12", Salutation: AsWritten, SalutationText: "Hallo X"},
		{Email: "Anna.Mueller@Example.ORG", Phone: "030 12345678", PhoneCountry: "DE", Birthday: "1990-05-17", TimeZone: "Europe/Berlin"},
		{Birthday: "--02-29", Language: "zh-Hant-HK", Address: Address{Lines: []string{"Lindenstraße 7", "c/o Kim"}, PostalCode: "10969", Country: "DE"}},
		{Birthday: "2026-11-23"}, // today, in Auckland
		{Tags: []string{"vip", "VIP"}, Metadata: map[string]string{"crm": "7\nlines"}},
	} {
		if err := good.Check(now, phone.Read); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for _, c := range []struct {
		p     Profile
		want  error
		param string
	}{
		{Profile{GivenName: "Anna\x00"}, ErrTextInvalid, "given_name"},
		{Profile{GivenName: " \u00a0"}, ErrTextInvalid, "given_name"},
		{Profile{FamilyName: "Mül\nler"}, ErrTextInvalid, "family_name"},
		{Profile{FamilyName: "x\u202egnp.exe"}, ErrTextInvalid, "family_name"},
		{Profile{FamilyName: "x\u2066y"}, ErrTextInvalid, "family_name"},
		{Profile{FullName: "a\u2028b"}, ErrTextInvalid, "full_name"},
		{Profile{FullName: strings.Repeat("é", 201)}, ErrTextInvalid, "full_name"},
		{Profile{FullName: "\xff"}, ErrTextInvalid, "full_name"},
		{Profile{Salutation: "mx"}, fault.ErrInvalid, "salutation"},
		{Profile{Salutation: AsWritten}, ErrSalutationMismatch, "salutation_text"},
		{Profile{Salutation: Herr, SalutationText: "Lieber"}, ErrSalutationMismatch, "salutation_text"},
		{Profile{Language: "de_DE"}, ErrLanguageUnknown, "language"},
		{Profile{Language: "klingonisch"}, ErrLanguageUnknown, "language"},
		{Profile{Email: "anna"}, ErrEmailInvalid, "email"},
		{Profile{Email: " anna@example.org"}, ErrEmailInvalid, "email"},
		{Profile{Email: "Anna <anna@example.org>"}, ErrEmailInvalid, "email"},
		{Profile{Phone: "030 12345678"}, ErrPhoneInvalid, "phone"},
		{Profile{Phone: "110", PhoneCountry: "DE"}, ErrPhoneInvalid, "phone"},
		{Profile{PhoneCountry: "de"}, order.ErrCountryUnknown, "phone_country"},
		{Profile{Birthday: "1990-02-29"}, ErrBirthdayInvalid, "birthday"},
		{Profile{Birthday: "--02-30"}, ErrBirthdayInvalid, "birthday"},
		{Profile{Birthday: "17.05.1990"}, ErrBirthdayInvalid, "birthday"},
		{Profile{Birthday: "1899-12-31"}, ErrBirthdayInvalid, "birthday"},
		{Profile{Birthday: "2026-11-24"}, ErrBirthdayInvalid, "birthday"},
		{Profile{TimeZone: "Local"}, moment.ErrZoneUnknown, "time_zone"},
		{Profile{Address: Address{Lines: []string{"a", ""}}}, ErrTextInvalid, "address.lines[1]"},
		{Profile{Address: Address{City: "\t"}}, ErrTextInvalid, "address.city"},
		{Profile{Address: Address{Country: "XX"}}, order.ErrCountryUnknown, "address.country"},
		{Profile{Tags: []string{"vip", "vip"}}, fault.ErrInvalid, "tags[1]"},
		{Profile{Tags: []string{strings.Repeat("x", 41)}}, fault.ErrInvalid, "tags[0]"},
		{Profile{Metadata: map[string]string{"k": strings.Repeat("x", 501)}}, fault.ErrInvalid, "metadata"},
		{Profile{Metadata: map[string]string{"": "v"}}, fault.ErrInvalid, "metadata"},
	} {
		err := c.p.Check(now, phone.Read)
		if f, ok := fault.As(err); !ok || !errors.Is(err, c.want) || f.Param != c.param {
			t.Errorf("%+v: %v, want %v at %s", c.p, err, c.want, c.param)
		}
	}
}

func TestGreeting(t *testing.T) {
	full := func(s Salutation) Profile { return Profile{GivenName: "Alex", FamilyName: "Kim", Salutation: s} }
	for _, c := range []struct {
		p               Profile
		german, english string
	}{
		{Profile{GivenName: "Anna", FamilyName: "Müller", Salutation: Frau}, "Sehr geehrte Frau Müller", "Dear Ms Müller"},
		{full(Herr), "Sehr geehrter Herr Kim", "Dear Mr Kim"},
		{full(Neutral), "Guten Tag Alex Kim", "Dear Alex Kim"},
		{full(""), "Guten Tag Alex Kim", "Dear Alex Kim"},
		{Profile{FullName: "Kim Alex", GivenName: "Alex", FamilyName: "Kim"}, "Guten Tag Kim Alex", "Dear Kim Alex"},
		{Profile{FamilyName: "von der Leyen-Ó Súilleabháin", Salutation: Frau}, "Sehr geehrte Frau von der Leyen-Ó Súilleabháin", "Dear Ms von der Leyen-Ó Súilleabháin"},
		{Profile{GivenName: "Max", Salutation: Herr}, "Guten Tag Max", "Dear Max"},
		{Profile{Salutation: Frau}, "Guten Tag", "Hello"},
		{Profile{}, "Guten Tag", "Hello"},
		{Profile{FamilyName: "Kim", Salutation: AsWritten, SalutationText: "Liebe Frau Dr. Kim"}, "Liebe Frau Dr. Kim", "Liebe Frau Dr. Kim"},
	} {
		for locale, want := range map[string]string{"de": c.german, "de-AT": c.german, "en": c.english, "fr": c.english, "": c.english, "?": c.english} {
			if got := c.p.Greeting(locale); got != want {
				t.Errorf("%+v in %q: %q, want %q", c.p, locale, got, want)
			}
		}
	}
}

func made(t *testing.T, id string, p Profile) Customer {
	t.Helper()
	c, err := New(t.Context(), caller(t), id, p, phone.Read, now)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Spellings of one address or number are one identity, and nothing of them stands in it.
func TestIdentities(t *testing.T) {
	a := made(t, "c-1", Profile{Email: "Anna@Example.org", Phone: "030 12345678", PhoneCountry: "DE"})
	b := made(t, "c-2", Profile{Email: "anna@example.org", Phone: "+49 (30) 123 456 78"})
	if len(a.Identities) != 2 || a.Identities[0] != b.Identities[0] || a.Identities[1] != b.Identities[1] || a.Person == b.Person {
		t.Errorf("%+v\n%+v", a, b)
	}
	if a.Identities[0].Person != person(t, Ref{Email: "anna@example.org"}) || a.Person != person(t, Ref{ID: "c-1"}) {
		t.Error("a guest's address is another person than a customer's")
	}
	if a.PhoneNumber != "+493012345678" || a.Email != "Anna@Example.org" {
		t.Errorf("%+v", a)
	}
}

func TestSignals(t *testing.T) {
	home := Address{Lines: []string{"Weißstraße 7"}, PostalCode: "10969", City: "Berlin", Country: "DE"}
	anna := Profile{GivenName: "Anna", FamilyName: "Weiß", Birthday: "1990-05-17", Address: home}
	shouting := Profile{FullName: "ANNA  WEISS", Birthday: "1990-05-17", Address: Address{Lines: []string{"WEISSSTRASSE", "7"}, PostalCode: "10969", City: "BERLIN", Country: "DE"}}
	if a, b := made(t, "1", anna).Signals, made(t, "2", shouting).Signals; len(a) != 2 || a[0] != b[0] || a[1] != b[1] {
		t.Errorf("%v %v", a, b)
	}
	for name, p := range map[string]Profile{
		"no name":           {Birthday: "1990-05-17", Address: home},
		"a name alone":      {FullName: "Anna Weiß"},
		"a name and a city": {FullName: "Anna Weiß", Address: Address{City: "Berlin"}},
	} {
		if s := made(t, "3", p).Signals; len(s) != 0 {
			t.Errorf("%s: %v", name, s)
		}
	}
	if a, b := made(t, "1", anna).Signals, made(t, "2", Profile{FullName: "Anna Weiß", Birthday: "--05-17"}).Signals; a[0] == b[0] {
		t.Error("a birthday without a year is one with it")
	}
}
