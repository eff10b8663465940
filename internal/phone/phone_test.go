package phone

import (
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	for _, c := range []struct{ text, country, want string }{
		{"+49 30 12345678", "", "+493012345678"},
		{"+49 (0)30 123-456.78", "", "+493012345678"},
		{"030/12345678", "DE", "+493012345678"},
		{"0041 44 668 18 00", "DE", "+41446681800"},
		{"044 668 18 00", "CH", "+41446681800"},
		{"+41446681800", "DE", "+41446681800"},
		{"06 12 34 56 78", "FR", "+33612345678"},
		{"٠٦١٢٣٤٥٦٧٨", "FR", "+33612345678"},
		{"+390236618300", "", "+390236618300"}, // Italy keeps its zero
		{"030 12345678", "", ""},
		{"030 12345678", "ZZ", ""},
		{"+49 30", "", ""},
		{"+49 30 1234567890123456", "", ""},
		{"+999 123456789", "", ""},
		{"0800 REIMANN", "DE", ""},
		{"030 12345678 ext. 5", "DE", ""},
		{"tel:+493012345678", "", ""},
		{" +493012345678", "", ""},
		{"110", "DE", ""},
		{"", "DE", ""},
	} {
		if got, ok := Read(c.text, c.country); got != c.want || ok != (c.want != "") {
			t.Errorf("%q in %q: %q %v, want %q", c.text, c.country, got, ok, c.want)
		}
	}
}

// What is read reads as itself, wherever one is.
func FuzzRead(f *testing.F) {
	f.Add("+49 (0)30 123-456", "")
	f.Add("++++----(((0", "IT")
	f.Fuzz(func(t *testing.T, text, country string) {
		number, ok := Read(text, country)
		if !ok {
			return
		}
		if again, ok := Read(number, ""); !ok || again != number || !strings.HasPrefix(number, "+") {
			t.Errorf("%q in %q is %q, and that %q", text, country, number, again)
		}
	})
}
