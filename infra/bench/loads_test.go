package main

import (
	"os/exec"
	"strings"
	"testing"
)

// A package that a function imports is initialised at every cold start, used or
// not; and one that calls methods by name keeps the linker from dropping any.
func TestNothingIsLoadedInVain(t *testing.T) {
	heavy := []string{"text/template", "html/template", "github.com/aws/aws-sdk-go-v2/config", "github.com/evanphx", "encoding/xml"}
	for function, refused := range map[string][]string{
		"validations": heavy, "redemptions": heavy,
		"pages": {"github.com/aws/aws-sdk-go-v2", "github.com/lagniappe/lagniappe/internal/dynamo"},
	} {
		for _, pkg := range loads(t, function) {
			for _, r := range refused {
				if pkg == r || strings.HasPrefix(pkg, r+"/") {
					t.Errorf("functions/%s loads %s", function, pkg)
				}
			}
		}
	}
}

func loads(t *testing.T, function string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags", "lambda.norpc", "./functions/"+function+"/lambda")
	root, err := repository()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}
