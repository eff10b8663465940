package customer

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
)

// Heading is the first line of an export in CSV.
func Heading() []byte { return record(Columns) }

// CSV is the customer as a line of an export. Cells hold what is stored and
// nothing else, so that an import gives the same: what a spreadsheet might take
// for a formula is not disguised.
func (c Customer) CSV() []byte {
	a := c.Address
	tags, metadata := "", ""
	if len(c.Tags) > 0 {
		tags = strings.TrimSuffix(string(record(c.Tags)), "\n")
	}
	if len(c.Metadata) > 0 {
		metadata = string(plain(c.Metadata))
	}
	return record([]string{
		c.ID, c.GivenName, c.FamilyName, c.FullName, string(c.Salutation), c.SalutationText, c.Language, c.Email, c.Phone, c.PhoneCountry,
		c.Birthday, c.TimeZone, strings.Join(a.Lines, "\n"), a.PostalCode, a.City, a.Region, a.Country, tags, metadata,
	})
}

// JSONLine is the customer as a line of an export in JSON Lines.
func (c Customer) JSONLine() []byte { return append(plain(Row{ID: c.ID, Profile: c.Profile}), '\n') }

func record(cells []string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(cells) // a buffer takes everything
	w.Flush()
	return b.Bytes()
}

// plain is JSON with signs as they are: it goes into no web page.
func plain(v any) []byte {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		panic("customer: " + err.Error()) // strings always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
