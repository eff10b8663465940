package e2e

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/internal/metric"
)

// What shops meet is counted on the lines that are logged anyway, and an ordinary success costs no metric.
func TestMetrics(t *testing.T) {
	n := newTenant(t)
	log := &lockedBuffer{}
	h, err := house.New(house.Options{
		Template: suite.Template, Endpoint: suite.Endpoint, Now: n.clock.now, Secret: suite.secret,
		Log: slog.New(slog.NewJSONHandler(log, nil)), Metrics: metric.Sink{Stack: "e2e"},
	})
	if err != nil {
		t.Fatal(err)
	}
	n.house = h
	code := n.coupon(n.campaign(nil), nil).str("code")
	id := n.do("POST", "/v1/redemptions", use(code, "o-1")).want(201).str("id")
	n.do("POST", "/v1/redemptions", use(code, "o-1")).want(200)
	n.do("POST", "/v1/redemptions", use(code, "o-2")).want(409)
	n.do("POST", "/v1/redemptions", `{"codes": `).want(400)
	n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).want(201)
	n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).want(200)
	n.do("POST", "/v1/validations", use(code, "")).want(200)
	n.as("sk_test_junk", "POST", "/v1/redemptions", use(code, "o-3")).want(401)
	n.as(n.pk, "POST", "/v1/redemptions", use(code, "o-3")).want(403)
	n.as("", "GET", "/wp-login.php", nil).want(404)
	want := []string{
		"POST /v1/campaigns 201", "POST /v1/coupons 201", "POST /v1/redemptions 201", "POST /v1/redemptions 200 Replayed",
		"POST /v1/redemptions 409 Refused", "POST /v1/redemptions 400 Invalid", "POST /v1/redemptions/{id}/rollbacks 201",
		"POST /v1/redemptions/{id}/rollbacks 200 Replayed", "POST /v1/validations 200", "POST /v1/redemptions 401 KeysRefused",
		"POST /v1/redemptions 403 KeysRefused", "/ 404",
	}
	if got := counted(t, log.String()); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !regexp.MustCompile(`"status":403,[^\n]*"shop":"` + n.shop.ID + `"`).MatchString(log.String()) {
		t.Error("nobody can tell whose key may not")
	}
}

// counted reads the log as CloudWatch does: route and status of each line, and what it counts.
func counted(t *testing.T, log string) []string {
	t.Helper()
	var out []string
	for l := range strings.SplitSeq(strings.TrimSpace(log), "\n") {
		var at object
		if err := json.Unmarshal([]byte(l), &at); err != nil {
			t.Fatalf("%v: %s", err, l)
		}
		text := fmt.Sprintf("%s %v", at["route"], at["status"])
		for _, name := range metric.Names() {
			if at[string(name)] == 1.0 && at["_aws"] != nil && at[metric.Dimension] == "e2e" {
				text += " " + string(name)
			}
		}
		out = append(out, text)
	}
	return out
}
