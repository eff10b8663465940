package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"

	"github.com/lagniappe/lagniappe/infra/openapi"
)

// A deployed function leaves the schemas of its answers empty (internal/web,
// describeNot). A request that used one of them would not be checked any more.
func TestNoRequestHasTheTypeOfAnAnswer(t *testing.T) {
	var doc struct {
		Paths map[string]map[string]struct {
			RequestBody json.RawMessage            `json:"requestBody"`
			Responses   map[string]json.RawMessage `json:"responses"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(openapi.Document, &doc); err != nil {
		t.Fatal(err)
	}
	ref := regexp.MustCompile(`"#/components/schemas/([^"]+)"`)
	var asked, answered []string
	for _, methods := range doc.Paths {
		for _, op := range methods {
			for _, m := range ref.FindAllSubmatch(op.RequestBody, -1) {
				asked = append(asked, string(m[1]))
			}
			for _, r := range op.Responses {
				for _, m := range ref.FindAllSubmatch(r, -1) {
					answered = append(answered, string(m[1]))
				}
			}
		}
	}
	for i := 0; i < len(asked); i++ { // and all that those consist of
		if slices.Contains(answered, asked[i]) {
			t.Errorf("requests use %s, which is an answer", asked[i])
		}
		for _, m := range ref.FindAllSubmatch(doc.Components.Schemas[asked[i]], -1) {
			if name := string(m[1]); !slices.Contains(asked, name) {
				asked = append(asked, name)
			}
		}
	}
	if len(asked) < 5 || len(answered) < 5 {
		t.Errorf("found only %d requests and %d answers", len(asked), len(answered))
	}
}
