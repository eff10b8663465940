package customer

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

func TestFilled(t *testing.T) {
	whole := Profile{
		GivenName: "Anna", FamilyName: "Müller", FullName: "Anna Müller", Salutation: AsWritten, SalutationText: "Liebe Anna", Language: "de", Email: "a@example.org",
		Phone: "030 12345678", PhoneCountry: "DE", Birthday: "1990-05-17", TimeZone: "Europe/Berlin",
		Address: Address{Lines: []string{"Lindenstraße 7"}, City: "Berlin"}, Tags: []string{"a", "b"}, Metadata: map[string]string{"k": "1", "l": "2"},
	}
	if got := (Profile{}).Filled(whole); !reflect.DeepEqual(got, whole) {
		t.Errorf("%+v", got)
	}
	if got := whole.Filled(Profile{}); !reflect.DeepEqual(got, whole) {
		t.Errorf("%+v", got)
	}
	other := Profile{
		FullName: "Ben", Salutation: Herr, Language: "en", Email: "b@example.org", Phone: "+41446681800", PhoneCountry: "CH", Birthday: "1980-01-01",
		TimeZone: "Europe/Zurich", Address: Address{City: "Zürich"}, Tags: []string{"b", "c"}, Metadata: map[string]string{"l": "3", "m": "4"},
	}
	want := whole
	want.Tags, want.Metadata = []string{"a", "b", "c"}, map[string]string{"k": "1", "l": "2", "m": "4"}
	if got := whole.Filled(other); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if len(whole.Tags) != 2 || len(whole.Metadata) != 2 {
		t.Error("the profile itself was changed")
	}
	many, more := Profile{Metadata: map[string]string{}}, Profile{Metadata: map[string]string{}}
	for n := range 40 {
		many.Tags, more.Tags = append(many.Tags, fmt.Sprint("a", n)), append(more.Tags, fmt.Sprint("b", n))
		many.Metadata[fmt.Sprint("a", n)], more.Metadata[fmt.Sprint("b", n)] = "1", "2"
	}
	full := many.Filled(more)
	if len(full.Tags) != 50 || len(full.Metadata) != 50 || full.Check(time.Now(), nil) != nil || full.Tags[39] != "a39" || full.Metadata["a39"] != "1" {
		t.Errorf("%+v", full)
	}
}
