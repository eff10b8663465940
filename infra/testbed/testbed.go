// Package testbed gives the tests of one package the tables of template.yaml:
//
//	func TestMain(m *testing.M) { os.Exit(testbed.Main(m, testbed.Own, furnish)) }
//
// where furnish keeps the bed and puts on it what all tests share. The tables are
// gone with the last test; each test brings a shop of its own.
package testbed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/infra/emulator"
	"github.com/lagniappe/lagniappe/infra/template"
)

// Bed is what the tests stand on.
type Bed struct {
	Template *template.Template
	Endpoint string // of the tables
	Dir      string // gone with the bed

	emulator *emulator.Emulator // unless the tables are somebody else's
}

// Main runs the tests on a bed that start makes ([Own] or [Given]), and gives their exit code.
func Main(tests interface{ Run() int }, start func(context.Context) (*Bed, error), furnish func(*Bed) error) int {
	code, err := run(tests, start, furnish)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func run(tests interface{ Run() int }, start func(context.Context) (*Bed, error), furnish func(*Bed) error) (code int, err error) {
	b, err := start(context.Background())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, b.Stop()) }()
	if err := furnish(b); err != nil {
		return 0, err
	}
	return tests.Run(), nil
}

// Own starts an emulator for this package alone: for tests that look at all rows there are.
func Own(ctx context.Context) (*Bed, error) { return start(ctx, "") }

// Given uses the DynamoDB at DYNAMODB_ENDPOINT, which other packages may use, too; without one it is [Own].
func Given(ctx context.Context) (*Bed, error) { return start(ctx, os.Getenv("DYNAMODB_ENDPOINT")) }

func start(ctx context.Context, endpoint string) (b *Bed, err error) {
	b = &Bed{Endpoint: endpoint}
	defer func() {
		if err != nil {
			b, err = nil, errors.Join(err, b.Stop())
		}
	}()
	// Go runs a package's tests in its folder, and packages with a bed lie two below the root.
	if b.Template, err = template.Load(filepath.Join("..", "..", "template.yaml")); err != nil {
		return b, err
	}
	if b.Dir, err = os.MkdirTemp("", "lagniappe-test"); err != nil {
		return b, err
	}
	if endpoint != "" {
		return b, emulator.CreateTables(ctx, b.client(), b.Template.Tables)
	}
	if b.emulator, err = emulator.Start(ctx, emulator.Options{Dir: b.Dir}); err != nil {
		return b, err
	}
	b.Endpoint = b.emulator.Endpoint
	return b, emulator.Prepare(ctx, b.emulator, b.client(), b.Template.Tables)
}

// client is a plain one: what the tests ask goes over the store's own.
func (b *Bed) client() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &b.Endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
}

// Stop ends the emulator and removes the folder.
func (b *Bed) Stop() (err error) {
	if b.emulator != nil {
		err = b.emulator.Stop()
	}
	return errors.Join(err, os.RemoveAll(b.Dir))
}
