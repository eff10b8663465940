// Package demo is a shop that is the same on every laptop: its keys, its
// welcome campaign and its code are drawn from a fixed seed, so that the
// README's curls and the sample events in events/ work as they stand. It lives
// on the test side only, and only the local server and tests make it.
package demo

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/dynamo"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// What the seed gives. They are public, and worth nothing: no deployed table knows them.
const (
	ShopID         = "shop_4ggjvy9hcf9zw"
	SecretKey      = "sk_test_4ggjvy9hcf9zw3nqb2fgnky67tne5ff38dah7tpq5dkqzk0s3jd4rmrf6xet6qzyxtxk3h8" //nolint:gosec // of a shop that no deployed table knows
	PublishableKey = "pk_test_4ggjvy9hcf9zwgj7c6npyvbjxhwsf48v3xqsbxfx5c04gg1k0fe7dm0fs6dqcj69hj6z9c0"
	Code           = "WELCOME10" // 10 % off, for everybody
)

// seeded draws the same bytes every time, others for every purpose.
func seeded(purpose string) io.Reader {
	return rand.NewChaCha8(sha256.Sum256([]byte("lagniappe demo " + purpose)))
}

// Seed makes whatever of the demo shop is missing.
func Seed(ctx context.Context, store *dynamo.Store) error {
	if _, err := store.WithRandom(seeded("shop")).CreateShop(ctx, "Demo shop"); err != nil && !errors.Is(err, shop.ErrShopExists) {
		return fmt.Errorf("making the demo shop: %w", err)
	}
	for _, kind := range []shop.Kind{shop.Secret, shop.Publishable} {
		if err := seedKey(ctx, store, kind); err != nil {
			return fmt.Errorf("making the demo shop's %s key: %w", kind, err)
		}
	}
	caller, err := store.Caller(ctx, SecretKey)
	if err != nil {
		return fmt.Errorf("using the demo shop's key: %w", err)
	}
	return seedCode(ctx, store, caller)
}

func seedKey(ctx context.Context, store *dynamo.Store, kind shop.Kind) error {
	scopes, err := shop.ScopesFor(kind, nil)
	if err != nil {
		return err
	}
	token := map[shop.Kind]string{shop.Secret: SecretKey, shop.Publishable: PublishableKey}[kind]
	made, err := store.Caller(ctx, token)
	if err == nil && len(made.Scopes) < len(scopes) { // the rows are older than some of the functions
		_, err = store.GrantKey(ctx, made.Space, made.ID, nil)
	}
	if !errors.Is(err, shop.ErrKeyInvalid) {
		return err
	}
	want := shop.Key{Kind: kind, Name: "demo", Scopes: scopes}
	_, _, err = store.WithRandom(seeded(string(kind))).CreateKey(ctx, shop.Space{Shop: ShopID}, want, idem.Key{})
	if errors.Is(err, fault.ErrUnavailable) {
		return fmt.Errorf("it was made before, and revoked since: remove the data folder to begin anew (%w)", err)
	}
	return err
}

func seedCode(ctx context.Context, store *dynamo.Store, caller shop.Caller) error {
	code, err := coupon.ParseCode(Code)
	if err != nil {
		return err
	}
	if _, err = store.Coupon(ctx, caller.Space, coupon.ID(caller.Secrets, code)); !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	campaign, err := store.CreateCampaign(ctx, caller.Space, coupon.Definition{
		Name: "Welcome", Terms: coupon.Terms{
			Rewards: []coupon.Reward{{Type: coupon.PercentOff, PercentOff: "10"}},
			Reason:  coupon.Reason{German: "weil du neu bei uns bist", English: "because you are new here"},
		},
	}, idem.Key{})
	if err != nil {
		return err
	}
	issue := coupon.Issue{Campaign: campaign, Named: Code, Now: campaign.CreatedAt}
	_, err = store.IssueCoupon(ctx, caller.Space, caller.Secrets, issue, idem.Key{})
	return err
}
