package web

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"golang.org/x/text/language"

	_ "github.com/lagniappe/lagniappe/internal/consent" // has codes of its own
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
	_ "github.com/lagniappe/lagniappe/internal/segment" // as has this
)

// Every code that any package declares has its sentence in every language, and
// no sentence is without a code.
func TestEverySentence(t *testing.T) {
	codes := map[string]bool{}
	for _, code := range fault.Codes() {
		codes[code] = true
	}
	for _, lang := range languages {
		b, err := sentenceFiles.ReadFile("sentences." + lang.String() + ".json")
		if err != nil {
			t.Fatal(err)
		}
		sentences := map[string]string{}
		if err := json.Unmarshal(b, &sentences); err != nil {
			t.Fatal(err)
		}
		for code := range codes {
			if sentences[code] == "" {
				t.Errorf("%s: no sentence for %s", lang, code)
			}
		}
		for code, s := range sentences {
			if !codes[code] || !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %s: nobody says %q", lang, code, s)
			}
		}
	}
}

func TestFill(t *testing.T) {
	f := fault.ErrInvalid.At("order.id").Arg("limit", int64(5)).Arg("missing", money.Amount{Minor: 1250, Currency: "EUR"})
	values := func(name string) any { return spoken(language.German, f.Args[name]) }
	for text, want := range map[string]string{
		"Nothing to fill.":                       "Nothing to fill.",
		"{{.limit}}":                             "5",
		"At most {{.limit}}, {{.missing}} more.": "At most 5, 12,50 EUR more.",
		"{{.limit}}{{.limit}}":                   "55",
	} {
		if got := fill(text, values); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for lang, texts := range texts() { // nothing in the files that fill does not understand
		for code, text := range texts {
			if rest := fill(text, func(string) any { return "" }); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
				t.Errorf("%v: %s: %q", lang, code, rest)
			}
		}
	}
}

func TestPreferredLanguage(t *testing.T) {
	for header, want := range map[string]language.Tag{
		"": language.English, "de": language.German, "de-CH": language.German, "fr": language.English,
		"fr;q=0.9, de;q=0.5": language.German, "en-GB,de;q=0.8": language.English, "*": language.English,
		"\x00;;;q=zzz": language.English, strings.Repeat("de,", 5000): language.English,
	} {
		if got := preferred(header); got != want && len(header) < 100 {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

func TestSpokenValues(t *testing.T) {
	at := time.Date(2026, 7, 1, 12, 30, 0, 0, time.FixedZone("", 7200))
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lang language.Tag
		v    any
		want any
	}{
		{language.German, money.Amount{Minor: 1250, Currency: "EUR"}, "12,50 EUR"},
		{language.English, money.Amount{Minor: 5, Currency: "EUR"}, "0.05 EUR"},
		{language.English, money.Amount{Minor: 500, Currency: "JPY"}, "500 JPY"},
		{language.English, money.Amount{Minor: 1250, Currency: "BHD"}, "1.250 BHD"},
		{language.English, money.Amount{Minor: 123456, Currency: "RSD"}, "1234.56 RSD"},
		{language.German, at, "01.07.2026, 10:30 UTC"},
		{language.English, at, "1 July 2026, 10:30 UTC"},
		{language.English, "as it is", "as it is"},
		{language.German, at.In(berlin), "01.07.2026, 12:30 Europe/Berlin"},
		{language.English, at.In(berlin), "1 July 2026, 12:30 Europe/Berlin"},
		{language.English, []string{"DE", "AT"}, "DE, AT"},
	} {
		if got := spoken(c.lang, c.v); got != c.want {
			t.Errorf("%v in %v: %v, want %v", c.v, c.lang, got, c.want)
		}
	}
}
