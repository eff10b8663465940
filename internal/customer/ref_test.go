package customer

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/lagniappe/lagniappe/internal/shop"
)

func caller(t *testing.T) shop.Caller {
	t.Helper()
	s, err := shop.Derive([]byte("a secret of thirty-two bytes ...."))
	if err != nil {
		t.Fatal(err)
	}
	vault := shop.NewVault(func(context.Context) ([]byte, error) { return []byte("another secret"), nil })
	return shop.Caller{Secrets: s, Vault: vault}
}

func person(t *testing.T, r Ref) string {
	t.Helper()
	p, err := r.Person(t.Context(), caller(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSpellingsOfOnePerson(t *testing.T) {
	want := person(t, Ref{Email: "anna@example.org"})
	for _, same := range []string{"Anna@Example.ORG", " anna@example.org ", "ａnna@example.org"} {
		if got := person(t, Ref{Email: same}); got != want {
			t.Errorf("%q is somebody else", same)
		}
	}
	for _, other := range []Ref{{Email: "an.na@example.org"}, {Email: "anna+x@example.org"}, {ID: "anna"}, {Email: "anna@example.com"}} {
		if person(t, other) == want {
			t.Errorf("%+v is anna@example.org", other)
		}
	}
	if person(t, Ref{}) != "" {
		t.Error("nobody is somebody")
	}
}

func TestCheck(t *testing.T) {
	for ref, ok := range map[Ref]bool{
		{ID: "c-1"}: true, {ID: "anna@example.org"}: false, {ID: "a b"}: false, {Email: "anna@example.org"}: true,
		{Email: "anna"}: false, {Email: "Anna <anna@example.org>"}: false, {Email: "a@b@c"}: false, {}: false,
		{Email: "anna@example.org\r\nBcc: ben@example.org"}: false,
	} {
		if err := ref.Check("customer"); (err == nil) != ok {
			t.Errorf("%+v: %v", ref, err)
		}
	}
}

func TestJSONForms(t *testing.T) {
	for _, text := range []string{`"c-1"`, `{"email":"anna@example.org"}`} {
		var r Ref
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		if b, err := json.Marshal(r); err != nil || string(b) != text {
			t.Errorf("%s becomes %s (%v)", text, b, err)
		}
	}
}

// An address that passes Check has a person, and what it is folded to folds to itself.
func FuzzEmail(f *testing.F) {
	f.Add("Anna@Example.org")
	f.Add("\"a b\"@example.org")
	f.Fuzz(func(t *testing.T, email string) {
		folded, ok := normalise(email)
		if again, okAgain := normalise(folded); ok && (!okAgain || again != folded) {
			t.Errorf("%q folds to %q, that to %q", email, folded, again)
		}
	})
}
