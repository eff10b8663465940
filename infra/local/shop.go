package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// demoShop is a shop with a key of each kind, for its test side. The keys are
// shown by the API only once, so the local server keeps them in a file that
// only its owner can read.
type demoShop struct {
	Shop        string `json:"shop"`
	Secret      string `json:"secret_key"`
	Publishable string `json:"publishable_key"`
}

// theShop finds the demo shop of an earlier start, or makes it.
func theShop(ctx context.Context, h *house.House, data string) (demoShop, error) {
	file := filepath.Join(data, "demo-shop.json")
	b, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return demoShop{}, err
	}
	var d demoShop
	if err == nil && json.Unmarshal(b, &d) == nil {
		if _, err := h.Operator.Caller(ctx, d.Secret); err == nil {
			return d, nil
		} else if !errors.Is(err, shop.ErrKeyInvalid) {
			return demoShop{}, err
		}
	} // no file, or one that belongs to other tables
	if d, err = newShop(ctx, h); err != nil {
		return demoShop{}, err
	}
	if b, err = json.MarshalIndent(d, "", "  "); err != nil {
		return demoShop{}, err
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return demoShop{}, err
	}
	return d, os.WriteFile(file, b, 0o600)
}

func newShop(ctx context.Context, h *house.House) (demoShop, error) {
	s, err := h.Operator.CreateShop(ctx, "Demo shop")
	if err != nil {
		return demoShop{}, fmt.Errorf("making the demo shop: %w", err)
	}
	d := demoShop{Shop: s.ID}
	for kind, token := range map[shop.Kind]*string{shop.Secret: &d.Secret, shop.Publishable: &d.Publishable} {
		scopes, err := shop.ScopesFor(kind, nil)
		if err != nil {
			return demoShop{}, err
		}
		want := shop.Key{Kind: kind, Name: "demo", Scopes: scopes}
		if *token, _, err = h.Operator.CreateKey(ctx, shop.Space{Shop: s.ID}, want, idem.Key{}); err != nil {
			return demoShop{}, fmt.Errorf("making the demo shop's keys: %w", err)
		}
	}
	return d, nil
}
