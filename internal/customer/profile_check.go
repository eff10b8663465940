package customer

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/moment"
	"github.com/lagniappe/lagniappe/internal/order"
)

// ReadPhone gives a number in the form of E.164; see package phone.
type ReadPhone func(text, country string) (string, bool)

// Check refuses a profile with a value that cannot be, naming the field.
func (p Profile) Check(now time.Time, read ReadPhone) error {
	for _, check := range []func() error{
		p.checkTexts, p.checkSalutation, p.checkLanguage, p.checkEmail,
		func() error { return p.checkPhone(read) },
		func() error { return checkBirthday(p.Birthday, now) },
		p.checkZone, p.Address.check, p.checkTags, p.checkMetadata,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (p Profile) checkTexts() error {
	for _, t := range []struct {
		param, text string
		most        int
	}{
		{"given_name", p.GivenName, 100},
		{"family_name", p.FamilyName, 100},
		{"full_name", p.FullName, 200},
		{"salutation_text", p.SalutationText, 200},
	} {
		if err := checkText(t.param, t.text, t.most); err != nil {
			return err
		}
	}
	return nil
}

// checkText refuses what is no text: nothing but space, line breaks and other
// controls, and the marks that make a line read in another order than it is
// written. What joins letters in some scripts is part of a name.
func checkText(param, text string, most int) error {
	if text == "" {
		return nil
	}
	if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > most || !utf8.ValidString(text) ||
		strings.ContainsFunc(text, unprintable) {
		return ErrTextInvalid.At(param)
	}
	return nil
}

func unprintable(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func (p Profile) checkSalutation() error {
	switch p.Salutation {
	case "", Herr, Frau, Neutral, AsWritten:
	default:
		return fault.ErrInvalid.At("salutation")
	}
	if (p.Salutation == AsWritten) != (p.SalutationText != "") {
		return ErrSalutationMismatch.At("salutation_text")
	}
	return nil
}

func (p Profile) checkLanguage() error {
	if p.Language == "" {
		return nil
	}
	if _, err := language.Parse(p.Language); err != nil || strings.Contains(p.Language, "_") {
		return ErrLanguageUnknown.At("language").Arg("language", p.Language)
	}
	return nil
}

// checkEmail wants an address and nothing around it: it is stored as it came.
func (p Profile) checkEmail() error {
	if p.Email == "" {
		return nil
	}
	if _, ok := normalise(p.Email); !ok || strings.TrimSpace(p.Email) != p.Email {
		return ErrEmailInvalid.At("email")
	}
	return nil
}

func (p Profile) checkPhone(read ReadPhone) error {
	if p.PhoneCountry != "" && !order.Country(p.PhoneCountry) {
		return order.ErrCountryUnknown.At("phone_country").Arg("country", p.PhoneCountry)
	}
	if p.Phone == "" {
		return nil
	}
	if _, ok := read(p.Phone, p.PhoneCountry); !ok {
		return ErrPhoneInvalid.At("phone")
	}
	return nil
}

func (p Profile) checkZone() error {
	if p.TimeZone == "" {
		return nil
	}
	if _, err := moment.Zone(p.TimeZone); err != nil {
		return moment.ErrZoneUnknown.At("time_zone").Arg("time_zone", p.TimeZone)
	}
	return nil
}

func (a Address) check() error {
	for i, line := range a.Lines {
		if err := checkText(fmt.Sprintf("address.lines[%d]", i), line, 200); err != nil || line == "" {
			return ErrTextInvalid.At(fmt.Sprintf("address.lines[%d]", i))
		}
	}
	for _, t := range []struct {
		param, text string
		most        int
	}{{"postal_code", a.PostalCode, 20}, {"city", a.City, 100}, {"region", a.Region, 100}} {
		if err := checkText("address."+t.param, t.text, t.most); err != nil {
			return err
		}
	}
	if a.Country != "" && !order.Country(a.Country) {
		return order.ErrCountryUnknown.At("address.country").Arg("country", a.Country)
	}
	return nil
}

func (p Profile) checkTags() error {
	for i, tag := range p.Tags {
		param := fmt.Sprintf("tags[%d]", i)
		if err := checkText(param, tag, 40); err != nil || tag == "" || slices.Contains(p.Tags[:i], tag) {
			return fault.ErrInvalid.At(param)
		}
	}
	return nil
}

func (p Profile) checkMetadata() error {
	for k, v := range p.Metadata {
		if k == "" || utf8.RuneCountInString(k) > 40 || utf8.RuneCountInString(v) > 500 {
			return fault.ErrInvalid.At("metadata")
		}
	}
	return nil
}
