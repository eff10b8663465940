package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/testbed"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// The commands as an operator calls them: a shop whose four keys work, one key more, and its end.
func TestCommands(t *testing.T) {
	b, err := testbed.Own(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Stop() })
	h, err := house.New(house.Options{Template: b.Template, Endpoint: b.Endpoint})
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "operator")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	operator := func(args ...string) []byte {
		cmd := exec.CommandContext(t.Context(), binary, args...)
		cmd.Env = append(os.Environ(), "SHOPS_TABLE=ShopsTable", "CAMPAIGNS_TABLE=CampaignsTable", "EVENTS_TABLE=EventsTable", "DYNAMODB_ENDPOINT="+b.Endpoint,
			"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v %s", err, out)
		}
		return out
	}
	out := operator("create-shop", "My shop")
	keys := regexp.MustCompile(`[sp]k_(test|live)_[0-9a-z]+`).FindAll(out, -1)
	if len(keys) != 4 || !bytes.Contains(out, []byte("My shop")) {
		t.Fatalf("%s", out)
	}
	for _, k := range keys {
		if _, err := h.Operator.Caller(t.Context(), string(k)); err != nil {
			t.Errorf("%s: %v", k, err)
		}
	}
	id := string(regexp.MustCompile(`shop_[0-9a-z]+`).Find(out))
	token := string(regexp.MustCompile(`sk_live_[0-9a-z]+`).Find(operator("create-key", id, "--live")))
	caller, err := h.Operator.Caller(t.Context(), token)
	if err != nil || !caller.Space.Live {
		t.Fatalf("%q: %v", token, err)
	}
	if list := operator("list-keys", id, "--live"); !bytes.Contains(list, []byte(caller.ID)) {
		t.Errorf("%s", list)
	}
	if may := operator("grant-key", id, caller.ID, "--live"); !bytes.Contains(may, []byte("keys:write")) {
		t.Errorf("%s", may)
	}
	operator("revoke-key", id, caller.ID, "--live")
	exported(t, h.Operator, caller.Space, operator)
	record := stream.Record{Table: "CampaignsTable", PK: "nobody", SK: "head"} // nothing follows from it by now
	if err := h.Operator.Park(t.Context(), stream.Parked{Record: record, Reason: "internal_error"}); err != nil {
		t.Fatal(err)
	}
	if list := operator("parked"); string(list) != "CampaignsTable|nobody|head\tinternal_error\n" {
		t.Errorf("%s", list)
	}
	if out := append(operator("parked", "--retry"), operator("parked")...); len(out) != 0 {
		t.Errorf("%s", out)
	}
	fresh, err := house.New(house.Options{Template: b.Template, Endpoint: b.Endpoint})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fresh.Operator.Caller(t.Context(), token); err == nil {
		t.Error("a revoked key works")
	}
}
