// Package lambda tests the functions as Lambda runs them: the built bootstraps,
// each under the runtime interface emulator that AWS ships with SAM. Every
// function gets its sample event from events/, cold and warm, and must answer as
// the same handlers do in one process, for which the other tests speak.
//
// `make lambda-test` builds the functions and says where they are.
package lambda

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"github.com/lagniappe/lagniappe/infra/template"
	"github.com/lagniappe/lagniappe/internal/app/background"
)

// given is a path that make lambda-test knows.
func given(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skipf("%s is not set: run this by `make lambda-test`, which builds the functions first", variable)
	}
	return path
}

func TestBuiltFunctionsAnswerTheirEvents(t *testing.T) {
	emulator, build := given(t, "LAMBDA_RIE"), given(t, "LAMBDA_BUILD")
	tpl, err := template.Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	// Both have the same demo shop, and neither sees what the other writes.
	lambdas, house := newTwin(t, tpl), newTwin(t, tpl)
	for _, f := range tpl.Functions {
		t.Run(f.Folder, func(t *testing.T) {
			r := startRuntime(t, emulator, filepath.Join(build, f.LogicalID, "bootstrap"), lambdas.environment(f))
			event := sample(t, f.Folder)
			for _, start := range []string{"cold", "warm"} {
				got := r.invoke(t, event)
				if got.StatusCode > 299 {
					t.Errorf("%s: status %d", start, got.StatusCode)
				}
				same(t, start, got, house.answer(t, f.Folder, event))
			}
		})
	}
}

// TestBuiltFunctionsKnowNoOtherRoute hands over what the gateway's $default route catches.
func TestBuiltFunctionsKnowNoOtherRoute(t *testing.T) {
	emulator, build := given(t, "LAMBDA_RIE"), given(t, "LAMBDA_BUILD")
	tpl, err := template.Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	house := newTwin(t, tpl)
	event := bytes.ReplaceAll(sample(t, "pages"), []byte("GET /openapi.json"), []byte("$default"))
	event = bytes.ReplaceAll(event, []byte("/openapi.json"), []byte("/v1/nowhere"))
	r := startRuntime(t, emulator, filepath.Join(build, "PagesFunction", "bootstrap"), nil)
	got := r.invoke(t, event)
	if got.StatusCode != http.StatusNotFound || !strings.Contains(got.Body, `"code":"not_found"`) {
		t.Errorf("got %d %s", got.StatusCode, got.Body)
	}
	same(t, "unknown route", got, house.answer(t, "pages", event))
}

func sample(t *testing.T, function string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "events", function+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// answer is what the handlers in this process say. A function that the clock calls
// says nothing, one that a stream or the queue calls what has to come again.
func (w twin) answer(t *testing.T, function string, event []byte) (answer response) {
	t.Helper()
	handler := awslambda.NewHandler(httpadapter.NewV2(w.house).ProxyWithContext)
	if scheduled, ok := w.house.Scheduled[function]; ok {
		handler = awslambda.NewHandler(scheduled.Handle)
	}
	if streamed, ok := w.house.Streamed[function]; ok {
		handler = awslambda.NewHandler(background.FromStream(streamed))
	}
	if function == "jobs" {
		handler = awslambda.NewHandler(background.FromQueue(w.house.Tasks.Worker))
	}
	raw, err := handler.Invoke(t.Context(), event)
	if err == nil {
		err = json.Unmarshal(raw, &answer)
	}
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// What differs between two equal answers: ids that are drawn, and times.
var drawn = regexp.MustCompile(`\b[a-z]+_[0-9a-z]{12,}|\b\d{4}-\d\d-\d\dT[0-9:.]+Z|\\"request_id\\":\\"[^"]*"`)

func same(t *testing.T, what string, got, want response) {
	t.Helper()
	if g, w := settled(t, got), settled(t, want); g != w {
		t.Errorf("%s: the built function says\n%s\nand the same code in this process\n%s", what, g, w)
	}
}

func settled(t *testing.T, answer response) string {
	t.Helper()
	delete(answer.Headers, "Request-Id") // of the gateway here, drawn there
	text, err := json.MarshalIndent(answer, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return drawn.ReplaceAllString(string(text), "…")
}
