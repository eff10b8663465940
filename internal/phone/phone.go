// Package phone reads telephone numbers. It stands apart because the numbering
// plans of the world are 7 MB of a binary and 5 ms of a cold start
// (nyaruka/phonenumbers, which follows Google's libphonenumber month by month):
// only functions that take in profiles import it, never the hot path.
package phone

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// maxText is the longest text that is looked at. The longest number has 15
// digits; the rest is room for how people write them.
const maxText = 40

// shortest is a number on Niue, with its +. In countries without fixed lengths
// the library takes an area code or 110 for a number.
const shortest = len("+6834000")

// Read gives a number in the form of E.164 (+493012345678), which is one for
// each line however it is written. Without a leading + it is a number within
// country (ISO 3166-1). It wants a possible number (of the right length for its
// area), not one that is in use by now: plans grow, and a release is months old.
func Read(text, country string) (string, bool) {
	if len(text) > maxText || strings.ContainsFunc(text, foreign) {
		return "", false
	}
	if !strings.HasPrefix(text, "+") && country == "" {
		return "", false
	}
	number, ok := read(text, country)
	if !ok || len(number) < shortest {
		return "", false
	}
	if again, ok := read(number, ""); !ok || again != number { // one trunk 0 behind another
		return "", false
	}
	return number, true
}

func read(text, country string) (string, bool) {
	n, err := phonenumbers.Parse(text, country)
	if err != nil || n.GetExtension() != "" || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// foreign tells what no number is written with. Letters are refused though the
// library would dial them: 0800-REIMANN may as well be a slip.
func foreign(r rune) bool {
	return !unicode.IsDigit(r) && !strings.ContainsRune("+()-./ \u00a0", r)
}
