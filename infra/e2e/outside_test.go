package e2e

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/openapi"
	"github.com/lagniappe/lagniappe/internal/app"
)

// Without its table a function says 503 and when to come back; nothing panics.
func TestOutage(t *testing.T) {
	n := newTenant(t)
	h, err := house.New(house.Options{Template: suite.Template, Endpoint: "http://127.0.0.1:1", Now: app.Now})
	if err != nil {
		t.Fatal(err)
	}
	n.house = h
	for _, path := range []string{"/v1/redemptions", "/v1/validations"} {
		a := n.do("POST", path, use("ABCDEFGHJKMN", "o-1")).want(503, "temporarily_unavailable")
		if a.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		checkProblem(t, path, a)
	}
}

// A table that takes the connection and stays silent does not take the answer
// with it: the deadline of the request reaches every wait.
func TestSilentTable(t *testing.T) {
	n := newTenant(t)
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	n.house, err = house.New(house.Options{Template: suite.Template, Endpoint: "http://" + silent.Addr().String(), Now: app.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/campaigns", nil)
	r.Header.Set("Authorization", "Bearer "+n.sk)
	w := httptest.NewRecorder()
	done := make(chan struct{})
	go func() { defer close(done); n.house.ServeHTTP(w, r) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("still waiting")
	}
	if w.Code != 503 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func operationIDs(t *testing.T) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`"operationId": "(\w+)"`).FindAllSubmatch(openapi.Document, -1) {
		ids[string(m[1])] = true
	}
	if len(ids) < 20 {
		t.Fatalf("%d operations", len(ids))
	}
	return ids
}

func TestReference(t *testing.T) {
	n := newTenant(t)
	page := n.as("", "GET", "/", nil).want(200)
	if !strings.Contains(page.Raw, "Redeem codes for an order") || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%v %.300s", page.Header, page.Raw)
	}
	for id := range operationIDs(t) {
		if !strings.Contains(page.Raw, `id="`+id+`"`) && !strings.HasPrefix(id, "preflight") {
			t.Errorf("%s is not on the page", id)
		}
	}
	doc := n.as("", "GET", "/openapi.json", nil).want(200)
	if doc.Body["openapi"] != "3.1.0" {
		t.Errorf("%.300s", doc.Raw)
	}
}

var requestless = regexp.MustCompile(`"function":"(audit|radar|relay|jobs|tick)"`)

// No key, code, address, customer or order stands in a log line, whatever went wrong.
func TestLogsAreClean(t *testing.T) {
	n := newTenant(t)
	who := object{"customer": object{"email": "canary@example.org"}}
	code := n.coupon(n.campaign(nil), who).str("code")
	n.coupon(n.campaign(nil), object{"code": "CANARYCODE"})
	n.do("POST", "/v1/redemptions", use(code, "canary-order", who)).want(http.StatusCreated)
	n.do("POST", "/v1/redemptions", use(code, "canary-order-2", who)).want(409)
	n.do("POST", "/v1/redemptions", use("CANARYCODE", "canary-order", object{"customer": "canary-customer"})).want(201)
	n.do("POST", "/v1/redemptions", `{"canary-field": `).want(400)
	n.do("GET", "/v1/coupons?customer=canary-customer", nil).want(200)
	n.do("GET", "/canary-path", nil).want(404)
	log := suite.log.String()
	for _, canary := range []string{n.sk, n.pk, code, strings.ReplaceAll(code, "-", ""), "canary@", "CANARYCODE", "canary-"} {
		if strings.Contains(log, canary) {
			t.Errorf("%q is in the log", canary)
		}
	}
	line := regexp.MustCompile(`"request_id":"req_[0-9a-z]{16}","route":"[A-Z]* ?/`)
	for l := range strings.SplitSeq(strings.TrimSpace(log), "\n") {
		if requestless.MatchString(l) {
			continue
		}
		if !line.MatchString(l) {
			t.Errorf("a log line without request id or route: %s", l)
		}
	}
}
