package shop

import (
	"crypto/rand"
	"strings"
	"testing"
)

func mint(t *testing.T, kind Kind, live bool) (string, Key, Space) {
	t.Helper()
	id, err := NewShopID(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	space := Space{Shop: id, Live: live}
	token, key, err := Mint(rand.Reader, space, kind)
	if err != nil {
		t.Fatal(err)
	}
	return token, key, space
}

func TestTokenNamesItsRow(t *testing.T) {
	for _, kind := range []Kind{Secret, Publishable} {
		for _, live := range []bool{false, true} {
			token, key, space := mint(t, kind, live)
			a, err := ParseToken(token)
			if err != nil || a.Space != space || a.ID != key.ID || a.Kind != kind || !key.Matches(token) {
				t.Errorf("%s: %+v %v, want %+v", key.Hint, a, err, space)
			}
			if strings.Contains(key.Hint, token[len("sk_test_"):len(token)-4]) {
				t.Error("the hint gives the key away")
			}
		}
	}
}

// One wrong character anywhere is refused without a read.
func TestTokenChecksum(t *testing.T) {
	token, key, _ := mint(t, Secret, false)
	for i := range token {
		for _, c := range "0kz" {
			if wrong := token[:i] + string(c) + token[i+1:]; wrong != token {
				if _, err := ParseToken(wrong); err == nil {
					t.Errorf("%q passes", wrong)
				}
				if key.Matches(wrong) {
					t.Errorf("%q matches", wrong)
				}
			}
		}
	}
	if _, err := ParseToken("sk_live_" + token[len("sk_test_"):]); err == nil {
		t.Error("a test key passes as a live one")
	}
}

func TestSubkeysDiffer(t *testing.T) {
	a, err := Derive(make([]byte, SecretSize))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, k := range []Subkey{a.Codes, a.People, a.Replay} {
		if len(k) != SecretSize || seen[string(k)] {
			t.Errorf("subkey %x", []byte(k))
		}
		seen[string(k)] = true
	}
	if string(a.Codes.Sum("ab", "c")) == string(a.Codes.Sum("a", "bc")) {
		t.Error("parts run together")
	}
}

func TestScopes(t *testing.T) {
	if _, err := ScopesFor(Publishable, []Scope{RedemptionsWrite}); err == nil {
		t.Error("a browser may redeem")
	}
	if s, err := ScopesFor(Publishable, nil); err != nil || len(s) != 1 || s[0] != Validate {
		t.Errorf("%v %v", s, err)
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add("sk_test_8ydzcbdkspwzznvcn6sae4bdnzc0b0mgntkfaydmaprf53w6nfe86t9qr08s3js2jyvrvx0")
	f.Fuzz(func(t *testing.T, token string) {
		if a, err := ParseToken(token); err == nil && (a.Space.Shop == "" || a.ID == "" || len(token) != 79) {
			t.Errorf("%q: %+v", token, a)
		}
	})
}
