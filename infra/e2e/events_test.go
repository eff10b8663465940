package e2e

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lagniappe/lagniappe/infra/demo"
	"github.com/lagniappe/lagniappe/internal/app/background"
	"github.com/lagniappe/lagniappe/internal/app/start"
)

// Every function has a sample event, and answers it well, as Lambda would hand
// it over: the gateway's payload 2.0 through the adapter, or the clock's to a function that has no route.
func TestSampleEvents(t *testing.T) {
	n := newTenant(t)
	for range 2 { // seeding is idempotent
		if err := demo.Seed(t.Context(), n.house.Operator); err != nil {
			t.Fatal(err)
		}
	}
	var files []string
	for _, f := range suite.Template.Functions {
		files = append(files, f.Folder+".json")
		path := filepath.Join("..", "..", "events", f.Folder+".json")
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%s has no sample event: %v", f.LogicalID, err)
		}
		if scheduled, ok := n.house.Scheduled[f.Folder]; ok {
			if _, err := lambda.NewHandler(scheduled.Handle).Invoke(t.Context(), raw); err != nil || strings.Contains(suite.log.String(), `"msg":"drift"`) {
				t.Errorf("%s: %v, or a counter of some test drifts", path, err)
			}
			continue
		}
		if streamed, ok := n.house.Streamed[f.Folder]; ok {
			answer, err := lambda.NewHandler(background.FromStream(streamed)).Invoke(t.Context(), raw)
			if err != nil || strings.TrimSpace(string(answer)) != `{"batchItemFailures":[]}` {
				t.Errorf("%s: %s %v", path, answer, err)
			}
			continue
		}
		if f.Folder == "jobs" {
			answer, err := lambda.NewHandler(background.FromQueue(n.house.Tasks.Worker)).Invoke(t.Context(), raw)
			if err != nil || strings.TrimSpace(string(answer)) != `{"batchItemFailures":[]}` {
				t.Errorf("%s: %s %v", path, answer, err)
			}
			continue
		}
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(raw, &event); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		answer, err := start.Gateway(n.house)(t.Context(), event)
		if err != nil || answer.StatusCode >= 300 || !strings.Contains(answer.Headers["Content-Type"], "json") {
			t.Errorf("%s: %d %v %.300s", path, answer.StatusCode, err, answer.Body)
		}
	}
	found, err := os.ReadDir(filepath.Join("..", "..", "events"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if !slices.Contains(files, f.Name()) {
			t.Errorf("events/%s belongs to no function", f.Name())
		}
	}
}

// What the adapter would cut or fail at arrives whole.
func TestGatewayQuirks(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	call := func(method, path, body string, headers map[string]string) (int, object) {
		e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: path, Body: body, Headers: map[string]string{
			"authorization": "Bearer " + n.sk, "content-type": "application/json",
		}}
		maps.Copy(e.Headers, headers)
		e.RequestContext.HTTP.Method, e.RequestContext.HTTP.Path = method, path
		a, err := start.Gateway(n.house)(t.Context(), e)
		if err != nil {
			t.Fatalf("%s %q: %v", method, path, err)
		}
		var o object
		if err := json.Unmarshal([]byte(a.Body), &o); err != nil {
			t.Fatalf("%s %q: %s", method, path, a.Body)
		}
		return a.StatusCode, o
	}
	ids := map[any]bool{}
	for _, key := range []string{"order-1,line-1", "order-1,line-2", "order-1"} {
		_, c := call("POST", "/v1/coupons", `{"campaign":"`+camp+`"}`, map[string]string{"idempotency-key": key})
		ids[c["id"]] = true
	}
	if len(ids) != 3 {
		t.Errorf("keys with one beginning are one: %v", ids)
	}
	_, german := call("GET", "/v1/nothing", "", map[string]string{"accept-language": "fr-CH, de;q=0.9"})
	if !strings.HasPrefix(german["detail"].(string), "Unter") {
		t.Errorf("%v", german)
	}
	for _, path := range []string{"/v1/coupons/canary@example.org%", "/v1/%zz", "/v1/\x00"} {
		if status, p := call("GET", path, "", nil); status != 404 || p["code"] != "not_found" {
			t.Errorf("%q: %d %v", path, status, p)
		}
	}
}
