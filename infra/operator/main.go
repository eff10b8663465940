// Command operator does what only the one who runs Lagniappe may do: create
// shops, help out one that lost its keys, write out a batch's codes, and look
// after what the relay has set aside. It works on the account and region that the
// AWS environment names, or on any DynamoDB at DYNAMODB_ENDPOINT. Customers it
// takes in and writes out by the API, with a key of the shop.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/app"
	"github.com/lagniappe/lagniappe/internal/dynamo"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

type commands struct {
	ShopsTable string `help:"Name of the table of shops (output ShopsTable of the stack)." env:"SHOPS_TABLE"`
	Endpoint   string `help:"Use this DynamoDB." env:"DYNAMODB_ENDPOINT"`

	CreateShop createShop `cmd:"" help:"Create a shop and print its first keys, once."`
	CreateKey  createKey  `cmd:"" help:"Create a secret key for a shop that lost its own, and print it, once."`
	GrantKey   grantKey   `cmd:"" help:"Give a key every scope of its kind, such as those that came after it; effective within 30 seconds."`
	ListKeys   listKeys   `cmd:"" help:"List the keys of a shop's side."`
	RevokeKey  revokeKey  `cmd:"" help:"Revoke a key; effective within 30 seconds."`

	ExportCodes     exportCodes     `cmd:"" help:"Write the codes of a batch to a file."`
	ImportCustomers importCustomers `cmd:"" help:"Take in a file of customers, and report every refused line."`
	ExportCustomers exportCustomers `cmd:"" help:"Write all customers of a side to a file."`

	Parked         parked         `cmd:"" help:"List what the relay has set aside, or try it again."`
	ReplayErasures replayErasures `cmd:"" help:"Erase again who was erased, after tables were restored from a backup."`
	DeadTasks      deadTasks      `cmd:"" help:"List the tasks that were given up, or send them back."`
}

// side names a shop and its side.
type side struct {
	Shop string `arg:"" help:"The shop's id (shop_…)."`
	Live bool   `help:"The live side; otherwise the test side."`
}

// Validate is called by kong.
func (s side) Validate() error {
	if !strings.HasPrefix(s.Shop, shop.Prefix) {
		return fmt.Errorf("%q is no shop's id: it begins with %s", s.Shop, shop.Prefix)
	}
	return nil
}

func (s side) space() shop.Space { return shop.Space{Shop: s.Shop, Live: s.Live} }

type createKey struct{ side }

type listKeys struct{ side }

type grantKey struct {
	side
	Key string `arg:"" help:"The key's id (key_…)."`
}

type revokeKey struct {
	side
	Key string `arg:"" help:"The key's id (key_…)."`
}

type createShop struct {
	Name string `arg:"" help:"What people call the shop."`
}

func main() {
	var c commands
	k := kong.Parse(&c, kong.Name("operator"), kong.Description("Commands for the one who runs Lagniappe."))
	ctx := context.Background()
	k.BindTo(ctx, (*context.Context)(nil))
	err := k.BindSingletonProvider(func() (*dynamo.Store, error) { return c.store(ctx) }) // only for commands that ask for it
	if err == nil {
		err = k.Run()
	}
	if errors.Is(err, fault.ErrNotFound) {
		err = errors.New("no such shop, key or batch on this side; the live side takes --live")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func (c commands) store(ctx context.Context) (*dynamo.Store, error) {
	if c.ShopsTable == "" {
		return nil, errors.New("set SHOPS_TABLE to the stack's output ShopsTable (on a laptop: ShopsTable)")
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	if c.Endpoint != "" {
		cfg.BaseEndpoint = &c.Endpoint
	}
	if cfg.Region == "" {
		return nil, fmt.Errorf("no AWS region: set AWS_REGION")
	}
	tables := app.Tables(os.Getenv)
	tables.Shops = c.ShopsTable
	return dynamo.New(dynamodb.NewFromConfig(cfg, dynamo.Options), tables, app.Now), nil
}

// Run creates the shop and a secret and a publishable key for each side.
func (c createShop) Run(ctx context.Context, store *dynamo.Store) error {
	if strings.TrimSpace(c.Name) == "" {
		return errors.New("a shop needs a name")
	}
	s, err := store.CreateShop(ctx, c.Name)
	if err != nil {
		return err
	}
	fmt.Printf("shop %s (%s)\nThese keys are shown this once:\n", s.ID, s.Name)
	for _, live := range []bool{false, true} {
		for _, kind := range []shop.Kind{shop.Secret, shop.Publishable} {
			if err := printKey(ctx, store, shop.Space{Shop: s.ID, Live: live}, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// Run creates a secret key with every scope.
func (c createKey) Run(ctx context.Context, store *dynamo.Store) error {
	return printKey(ctx, store, c.space(), shop.Secret)
}

func printKey(ctx context.Context, store *dynamo.Store, sp shop.Space, kind shop.Kind) error {
	scopes, err := shop.ScopesFor(kind, nil)
	if err != nil {
		return err
	}
	token, k, err := store.CreateKey(ctx, sp, shop.Key{Kind: kind, Name: "operator", Scopes: scopes}, idem.Key{})
	if err == nil {
		fmt.Printf("  %s  %s\n", k.ID, token)
	}
	return err
}

// Run lists what the API lists, too.
func (c listKeys) Run(ctx context.Context, store *dynamo.Store) error {
	keys, err := store.Keys(ctx, c.space())
	for _, k := range keys {
		fmt.Printf("  %s  %-22s usable: %t  %s\n", k.ID, k.Hint, k.Usable(app.Now()), k.Name)
	}
	return err
}

// Run gives the key every scope.
func (c grantKey) Run(ctx context.Context, store *dynamo.Store) error {
	k, err := store.GrantKey(ctx, c.space(), c.Key, nil)
	if err == nil {
		fmt.Printf("%s (%s) may: %v\n", k.ID, k.Hint, k.Scopes)
	}
	return err
}

// Run revokes the key.
func (c revokeKey) Run(ctx context.Context, store *dynamo.Store) error {
	k, err := store.RevokeKey(ctx, c.space(), c.Key)
	if err == nil {
		fmt.Printf("%s (%s) is revoked\n", k.ID, k.Hint)
	}
	return err
}
