package e2e

import (
	"testing"

	"github.com/lagniappe/lagniappe/infra/demo"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// The rows of a laptop outlive an update: the demo shop's key gets the scopes of functions that came since.
func TestDemoKeyKeepsUp(t *testing.T) {
	n := newTenant(t)
	if err := demo.Seed(t.Context(), n.house.Operator); err != nil {
		t.Fatal(err)
	}
	before, err := n.house.Operator.Caller(t.Context(), demo.SecretKey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.house.Operator.GrantKey(t.Context(), before.Space, before.ID, []shop.Scope{shop.CouponsRead}); err != nil {
		t.Fatal(err)
	}
	n.as(demo.SecretKey, "GET", "/v1/campaigns", nil).want(403)
	if err := demo.Seed(t.Context(), n.house.Operator); err != nil {
		t.Fatal(err)
	}
	newTenant(t).as(demo.SecretKey, "GET", "/v1/campaigns", nil).want(200)
}
