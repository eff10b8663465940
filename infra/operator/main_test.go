package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/lagniappe/lagniappe/infra/emulator"
	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/template"
)

// The command as an operator calls it makes a shop whose four keys work.
func TestCreateShop(t *testing.T) {
	e, err := emulator.Start(t.Context(), emulator.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Stop() })
	tpl, err := template.Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	h, err := house.New(house.Options{Template: tpl, Endpoint: e.Endpoint})
	if err != nil {
		t.Fatal(err)
	}
	if err := emulator.Prepare(t.Context(), e, h.Client, tpl.Tables); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "operator")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), binary, "create-shop", "My shop")
	cmd.Env = append(os.Environ(), "SHOPS_TABLE=ShopsTable", "DYNAMODB_ENDPOINT="+e.Endpoint,
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	keys := regexp.MustCompile(`[sp]k_(test|live)_[0-9a-z]+`).FindAll(out, -1)
	if len(keys) != 4 || !bytes.Contains(out, []byte("My shop")) {
		t.Fatalf("%s", out)
	}
	for _, k := range keys {
		if _, err := h.Operator.Caller(t.Context(), string(k)); err != nil {
			t.Errorf("%s: %v", k, err)
		}
	}
}
