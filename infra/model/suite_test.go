// Package model holds the house against a plain model of it: what codes,
// limits, holds and returns mean, in a few pages without storage, caches or
// conditions. [TestMachine] sends commands one after another and wants every
// answer to be the model's; a failure is shrunk. [TestCrowd] lets many callers
// send them at once, through the faults of infra/faults, and asks porcupine
// whether the answers have an order in which the model would have given them.
package model

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/infra/faults"
	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/testbed"
	"github.com/lagniappe/lagniappe/internal/app"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// suite is what all tests share.
var suite struct {
	*testbed.Bed
	direct *house.House // without a proxy before its table
}

func TestMain(m *testing.M) { os.Exit(testbed.Main(m, testbed.Own, furnish)) }

func furnish(b *testbed.Bed) (err error) {
	suite.Bed = b
	if suite.direct, err = newHouse(b.Endpoint, app.Now); err != nil || os.Getenv("RAPID_CHECKS") != "" {
		return err
	}
	return flag.Set("rapid.checks", "30") // a check is many calls
}

func newHouse(endpoint string, now func() time.Time) (*house.House, error) {
	return house.New(house.Options{Template: suite.Template, Endpoint: endpoint, Now: now, Secret: filepath.Join(suite.Dir, "secret")})
}

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: app.Now().UTC().Truncate(time.Millisecond)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// newShop makes a shop, past all faults, and gives a secret test key.
func newShop(ctx context.Context, name string) (string, error) {
	s, err := suite.direct.Operator.CreateShop(ctx, name)
	if err != nil {
		return "", err
	}
	want := shop.Key{Kind: shop.Secret}
	if want.Scopes, err = shop.ScopesFor(want.Kind, nil); err != nil {
		return "", err
	}
	key, _, err := suite.direct.Operator.CreateKey(ctx, shop.Space{Shop: s.ID}, want, idem.Key{})
	return key, err
}

// noDrift recomputes every counter of every shop from its rows.
func noDrift(t *testing.T) {
	t.Helper()
	drifts, err := faults.Audit(t.Context(), suite.direct.Client)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range drifts {
		t.Error(d)
	}
}
