package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"github.com/lagniappe/lagniappe/infra/demo"
)

// Every function has a sample event, and answers it well, as Lambda would hand
// it over: the gateway's payload 2.0 through the adapter.
func TestSampleEvents(t *testing.T) {
	n := newTenant(t)
	for range 2 { // seeding is idempotent
		if err := demo.Seed(t.Context(), n.house.Operator); err != nil {
			t.Fatal(err)
		}
	}
	var files []string
	for _, f := range suite.template.Functions {
		files = append(files, f.Folder+".json")
		path := filepath.Join("..", "..", "events", f.Folder+".json")
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%s has no sample event: %v", f.LogicalID, err)
		}
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(raw, &event); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		answer, err := httpadapter.NewV2(n.house).ProxyWithContext(t.Context(), event)
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
