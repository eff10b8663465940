package customer

import (
	"strings"

	"golang.org/x/text/language"
)

// Name is the whole name, as the customer writes it.
func (p Profile) Name() string {
	if p.FullName != "" {
		return p.FullName
	}
	if p.GivenName == "" || p.FamilyName == "" {
		return p.GivenName + p.FamilyName
	}
	return p.GivenName + " " + p.FamilyName
}

var greetings = language.NewMatcher([]language.Tag{language.English, language.German})

// Greeting is the line that a letter to the customer begins with, in German or,
// for every other locale, in English; without the comma behind it. Who is
// greeted as Herr or Frau is so by the family name. Where that is not known, or
// nothing is known of a salutation, the whole name is used, and no sex is guessed.
func (p Profile) Greeting(locale string) string {
	if p.Salutation == AsWritten {
		return p.SalutationText
	}
	german := false
	if tag, err := language.Parse(locale); err == nil {
		_, i, _ := greetings.Match(tag)
		german = i == 1
	}
	if german {
		return p.german()
	}
	return p.english()
}

func (p Profile) german() string {
	switch {
	case p.FamilyName != "" && p.Salutation == Herr:
		return "Sehr geehrter Herr " + p.FamilyName
	case p.FamilyName != "" && p.Salutation == Frau:
		return "Sehr geehrte Frau " + p.FamilyName
	}
	return strings.TrimSuffix("Guten Tag "+p.Name(), " ")
}

func (p Profile) english() string {
	switch name := p.Name(); {
	case p.FamilyName != "" && p.Salutation == Herr:
		return "Dear Mr " + p.FamilyName
	case p.FamilyName != "" && p.Salutation == Frau:
		return "Dear Ms " + p.FamilyName
	case name != "":
		return "Dear " + name
	}
	return "Hello"
}
