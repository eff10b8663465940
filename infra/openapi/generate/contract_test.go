package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lagniappe/lagniappe/infra/openapi"
	"github.com/lagniappe/lagniappe/infra/template"
)

func TestDocumentIsUpToDate(t *testing.T) {
	want, err := document()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, openapi.Document) {
		t.Error("infra/openapi/openapi.json does not match the code: run make openapi")
	}
}

// Every operation of the contract is a route of template.yaml, of the function
// that answers it, and no other route is.
func TestTemplateHasTheContractsRoutes(t *testing.T) {
	tpl, err := template.Load(filepath.Join("..", "..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var routes []string
	for _, r := range tpl.Routes {
		if r.Path != "$default" { // renders our 404
			routes = append(routes, r.Method+" "+r.Path)
		}
	}
	slices.Sort(routes)
	if operations := operations(t); !slices.Equal(routes, operations) {
		t.Errorf("template.yaml has\n%s\nthe contract has\n%s", strings.Join(routes, "\n"), strings.Join(operations, "\n"))
	}
}

func operations(t *testing.T) []string {
	t.Helper()
	var doc struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(openapi.Document, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("the document is OpenAPI %s", doc.OpenAPI)
	}
	var out []string
	for path, methods := range doc.Paths {
		for method := range methods {
			out = append(out, fmt.Sprintf("%s %s", strings.ToUpper(method), path))
		}
	}
	slices.Sort(out)
	return out
}
