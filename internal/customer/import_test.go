package customer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/phone"
)

// text is one that a profile takes, of any script, with all that CSV and JSON mind.
func text(t *rapid.T, what string) string {
	const most = 20
	letters := rapid.SampledFrom([]rune(`abc ,;"'=+-@\|<>&ßéÉ̈ñЖ你好한ا` + "\u200d\u00a0\u3000🎁\ufeff"))
	s := rapid.StringOfN(letters, 0, most, -1).Draw(t, what)
	if checkText(what, s, most) != nil {
		return ""
	}
	return s
}

func someProfile(t *rapid.T) Profile {
	p := Profile{
		GivenName: text(t, "given_name"), FamilyName: text(t, "family_name"), FullName: text(t, "full_name"),
		Salutation: rapid.SampledFrom([]Salutation{"", Herr, Frau, Neutral}).Draw(t, "salutation"),
		Language:   rapid.SampledFrom([]string{"", "de-AT", "zh-Hant-HK"}).Draw(t, "language"),
		Email:      rapid.SampledFrom([]string{"", "Anna@Example.org", `"a, ""b"""@example.org`, `"=1+1"@example.org`}).Draw(t, "email"),
		Phone:      rapid.SampledFrom([]string{"", "+49 30 12345678"}).Draw(t, "phone"),
		Birthday:   rapid.SampledFrom([]string{"", "--05-17", "1990-05-17"}).Draw(t, "birthday"),
		TimeZone:   rapid.SampledFrom([]string{"", "Europe/Berlin"}).Draw(t, "time_zone"),
		Address:    Address{PostalCode: text(t, "postal_code"), City: text(t, "city"), Region: text(t, "region")},
	}
	for _, list := range []*[]string{&p.Tags, &p.Address.Lines} {
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			if s := text(t, "entry"); s != "" && !strings.Contains(strings.Join(*list, "\x00"), s) {
				*list = append(*list, s)
			}
		}
	}
	if rapid.Bool().Draw(t, "as written") {
		if p.SalutationText = text(t, "salutation_text"); p.SalutationText != "" {
			p.Salutation = AsWritten
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "metadata") {
		if p.Metadata == nil {
			p.Metadata = map[string]string{}
		}
		p.Metadata[rapid.StringN(1, 5, -1).Draw(t, "key")] = rapid.String().Draw(t, "value") // line breaks and controls, too
	}
	if p.Check(now, phone.Read) != nil {
		p.Email = ""
	}
	return p
}

// What is exported is imported again as it was, in both forms, whatever stands in it.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var want []Customer
		inCSV, inJSON := Heading(), []byte(nil)
		for i := range rapid.IntRange(1, 3).Draw(rt, "customers") {
			c := Customer{ID: fmt.Sprint("c-", i), Profile: someProfile(rt)}
			if err := c.Check(now, phone.Read); err != nil {
				rt.Fatalf("%+v: %v", c.Profile, err)
			}
			want, inCSV, inJSON = append(want, c), append(inCSV, c.CSV()...), append(inJSON, c.JSONLine()...)
		}
		rows, err := RowsOfCSV(inCSV, 1000)
		if err != nil || len(rows) != len(want) {
			rt.Fatalf("%s: %v %v", inCSV, rows, err)
		}
		for i, r := range append(rows, RowsOfJSON(inJSON, 1000)...) {
			c := want[i%len(want)]
			var got Row
			if err := json.Unmarshal(r.JSON, &got); err != nil || r.Err != nil || got.ID != c.ID || !got.Same(c.Profile) {
				rt.Fatalf("%s is %+v, not %+v: %v %v", r.JSON, got, c.Profile, err, r.Err)
			}
		}
	})
}

// An export has every field of a profile.
func TestExportIsWhole(t *testing.T) {
	fields := map[string]bool{}
	for _, column := range Columns {
		name, _, _ := strings.Cut(column, ".")
		fields[name] = true
	}
	for f := range reflect.TypeFor[Profile]().Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); !fields[name] || !reported[name] {
			t.Errorf("%s has no column", name)
		}
	}
	for f := range reflect.TypeFor[Address]().Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); !strings.Contains(strings.Join(Columns, " "), "address."+name) || !reported["address."+name] {
			t.Errorf("address.%s has no column", name)
		}
	}
}

func TestImpersonal(t *testing.T) {
	for param, want := range map[string]string{
		"email": "email", "tags[3]": "tags[3]", "address.lines[0]": "address.lines[0]", "metadata.anna": "metadata", "anna@example.org": "", "": "",
		"address.anna": "address", "metadata.a.b[1]": "metadata", "body": "",
	} {
		f := fault.ErrInvalid.At(param).Arg("limit", 3).Arg("customer", "c-1")
		if got := Impersonal(f); got.Param != want || len(got.Args) != 1 || got.Args["limit"] != 3 {
			t.Errorf("%s: %+v", param, got)
		}
		if got := Impersonal(fault.ErrInternal.Of(f)); got.Param != want {
			t.Errorf("of several: %+v", got)
		}
	}
}

// Whatever is sent: no panic, lines in their order, each either an object or refused, and no more than asked for.
func FuzzRows(f *testing.F) {
	f.Add([]byte("id,email,metadata.a\nc-1,x,\"y\nz\"\n\n\"c-2\",,\n"))
	f.Add([]byte("\ufeffid,tags,address.lines,metadata\r\nc-1,\"a,\"\"b\"\"\",\"x\ny\",\"{\"\"a\"\":\"\"b\"\"}\"\r\n"))
	f.Add([]byte("{\"id\":\"c-1\"}\n\n{}\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		rows, err := RowsOfCSV(body, 5)
		if err != nil && len(rows) > 0 {
			t.Errorf("%v and %d rows", err, len(rows))
		}
		for i, r := range rows {
			var object map[string]any
			if (r.Err == nil) != (json.Unmarshal(r.JSON, &object) == nil) || i > 0 && r.Line <= rows[i-1].Line || len(rows) > 6 {
				t.Errorf("%+v", r)
			}
			if r.Err == nil && !utf8.Valid(bytes.ReplaceAll(r.JSON, []byte("\ufffd"), nil)) {
				t.Errorf("%q", r.JSON)
			}
		}
		for _, r := range RowsOfJSON(body, 5) {
			if r.Err != nil || len(r.JSON) == 0 || bytes.ContainsRune(r.JSON, '\n') {
				t.Errorf("%+v", r)
			}
		}
	})
}

// Cells are taken as they are: space is a value, for the profile to judge, and what is no UTF-8 is no text.
func TestCells(t *testing.T) {
	rows, err := RowsOfCSV([]byte("id,given_name\nc-1, \nc-2,\nc-3,\xff\n"), 1000)
	if err != nil || len(rows) != 3 || string(rows[0].JSON) != `{"given_name":" ","id":"c-1"}` || string(rows[1].JSON) != `{"id":"c-2"}` || rows[2].Err == nil {
		t.Errorf("%+v %v", rows, err)
	}
}
