package web

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Each answer counts once, as what somebody would act on, or not at all.
func TestOutcome(t *testing.T) {
	known, replays := shop.Caller{Key: shop.Key{ID: "key_1"}}, Op{Replays: true}
	for _, c := range []struct {
		name   string
		status int
		note   note
		want   metric.Name
	}{
		{"made", 201, note{caller: known, op: replays}, ""},
		{"first answer again", 200, note{caller: known, op: replays}, metric.Replayed},
		{"read", 200, note{caller: known}, ""},
		{"used up", 409, note{caller: known, op: replays}, metric.Refused},
		{"stale", 412, note{caller: known}, metric.Refused},
		{"slow down", 429, note{caller: known}, metric.Refused},
		{"malformed", 400, note{caller: known}, metric.Invalid},
		{"unknown code", 404, note{caller: known}, metric.Invalid},
		{"a rule is violated", 422, note{caller: known}, metric.Invalid},
		{"no key", 401, note{}, metric.KeysRefused},
		{"a key that may not", 403, note{}, metric.KeysRefused},
		{"a scanner", 404, note{}, ""},
		{"preflight", 204, note{}, ""},
		{"a fault of ours", 500, note{caller: known}, metric.InternalErrors},
		{"an outage before the key was known", 503, note{}, metric.Unavailable},
	} {
		if got := c.note.outcome(c.status); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func line(t *testing.T, f Front, r *http.Request) map[string]any {
	t.Helper()
	var out bytes.Buffer
	f.Now, f.Log = func() time.Time { return time.UnixMilli(1782907200123) }, slog.New(slog.NewJSONHandler(&out, nil))
	f.guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("it broke") })).ServeHTTP(httptest.NewRecorder(), r)
	var l map[string]any
	if err := json.Unmarshal(out.Bytes(), &l); err != nil {
		t.Fatalf("not one JSON line: %v\n%s", err, out.String())
	}
	return l
}

func TestLineCounts(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	l := line(t, Front{Metrics: metric.Sink{Stack: "s"}}, r)
	if l["InternalErrors"] != 1.0 || l["Stack"] != "s" || l["_aws"] == nil || l["level"] != "ERROR" || l["request_id"] == "" {
		t.Errorf("got %v", l)
	}
	if l := line(t, Front{}, r); l["InternalErrors"] != nil || l["_aws"] != nil {
		t.Errorf("metrics are off, got %v", l)
	}
}

func TestTraceID(t *testing.T) {
	const root = "1-67890abc-0123456789abcdef01234567"
	for header, want := range map[string]string{
		"Root=" + root: root,
		"Root=" + root + ";Parent=53995c3f42cd8ad8;Sampled=0":   root,
		"Self=1-67890abc-aaaaaaaaaaaaaaaaaaaaaaaa;Root=" + root: root,
		"":                                  "",
		"Root=canary@example.org":           "",
		"Root=" + root + "canary":           "",
		"xRoot=" + root:                     "",
		"Root=2" + root[1:]:                 "",
		"Root=" + strings.ToUpper(root[:9]): "",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("X-Amzn-Trace-Id", header)
		if got, _ := line(t, Front{}, r)["trace_id"].(string); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}

// What Lambda says outranks what a caller may have sent.
func TestTraceOfLambda(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("X-Amzn-Trace-Id", "Root=1-00000000-000000000000000000000000")
	f := Front{Trace: func(context.Context) string { return "Root=1-67890abc-0123456789abcdef01234567;Sampled=1" }}
	if got := line(t, f, r)["trace_id"]; got != "1-67890abc-0123456789abcdef01234567" {
		t.Errorf("got %v", got)
	}
}
