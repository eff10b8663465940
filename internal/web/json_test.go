package web

import (
	"strings"
	"testing"

	"github.com/lagniappe/lagniappe/internal/order"
)

func TestStrictJSONNamesThePlace(t *testing.T) {
	for body, want := range map[string]string{
		`{"id":"1","id":"2"}`:                            "field_repeated|id",
		`{"lines":[{"id":"1"},{"id":"1","id":"2"}]}`:     "field_repeated|lines[1].id",
		`{"lines":[{"id":"1","quantity":1.5}]}`:          "value_invalid|lines[0].quantity",
		`{"id":`:                                         "body_malformed|",
		`{} {}`:                                          "body_malformed|",
		"{\"id\":\"\xff\"}":                              "body_malformed|",
		strings.Repeat(`{"metadata":`, 20000):            "body_malformed|",
		`{"placed_at":"2026-01-01T00:00:00"}`:            "value_invalid|placed_at",
		`{"shipping_amount":99999999999999999999999999}`: "value_invalid|shipping_amount",
		`{"metadata":{"a":"x","a":"y"}}`:                 "field_repeated|metadata.a",
	} {
		var o order.Order
		err := strictJSON.Unmarshal([]byte(body), &o)
		if err == nil || err.Error() != want {
			t.Errorf("%.60s: %v, want %s", body, err, want)
		}
	}
}

// Whatever is sent, reading it ends in a value or an error that has a sentence.
func FuzzStrictJSON(f *testing.F) {
	f.Add([]byte(`{"id":"1","currency":"EUR","lines":[{"id":"1","quantity":1,"unit_amount":100}]}`))
	f.Add([]byte(`{"lines":[{"id":"1","id":"2"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var o order.Order
		if err := strictJSON.Unmarshal(body, &o); err != nil {
			if code, _, _ := strings.Cut(err.Error(), "|"); findings[code] == nil {
				t.Errorf("no sentence for %v", err)
			}
		}
	})
}
