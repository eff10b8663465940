package emulator

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/infra/template"
)

// needsDynoxide skips what is about dynoxide alone, where it is not the one
// under test: EMULATOR=dynamodb-local runs all others against DynamoDB Local.
func needsDynoxide(t *testing.T) {
	t.Helper()
	k, err := choose(os.Getenv("EMULATOR"), runtime.GOOS, runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	if k.name != Dynoxide {
		t.Skipf("this is about %s, and %s is under test", Dynoxide, k.name)
	}
}

func run(t *testing.T, dir string) *Emulator {
	t.Helper()
	e, err := Start(t.Context(), Options{Dir: dir, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Stop(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func clientOf(e *Emulator) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:       "eu-central-1",
		BaseEndpoint: aws.String(e.Endpoint),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	})
}

func tables(t *testing.T) []template.Table {
	t.Helper()
	tpl, err := template.Load("../template/testdata/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return tpl.Tables
}

func prepare(t *testing.T, e *Emulator) *dynamodb.Client {
	t.Helper()
	client := clientOf(e)
	if err := Prepare(t.Context(), e, client, tables(t)); err != nil {
		t.Fatal(err)
	}
	return client
}

func key(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: id},
		"sk": &types.AttributeValueMemberS{Value: "coupon"},
	}
}

func put(ctx context.Context, client *dynamodb.Client, id string) error {
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("CouponsTable"), Item: key(id)})
	return err
}

func has(t *testing.T, client *dynamodb.Client, id string) bool {
	t.Helper()
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("CouponsTable"), Key: key(id)})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Item) > 0
}

func ended(t *testing.T, e *Emulator) {
	t.Helper()
	select {
	case <-e.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("Done is still open")
	}
}

func TestRowsSurviveRestart(t *testing.T) {
	dir := t.TempDir() + "/made when missing?"
	e := run(t, dir)
	if err := put(t.Context(), prepare(t, e), "WELCOME"); err != nil {
		t.Fatal(err)
	}
	if err := e.Stop(); err != nil {
		t.Fatal(err)
	}
	ended(t, e)
	again := prepare(t, run(t, dir))
	if !has(t, again, "WELCOME") {
		t.Error("the row is gone")
	}
	if has(t, again, "OTHER") {
		t.Error("there is a row that nobody wrote")
	}
}

func TestKilledEmulatorClosesDoneAndKeepsRows(t *testing.T) {
	dir := t.TempDir()
	e := run(t, dir)
	if err := put(t.Context(), prepare(t, e), "WELCOME"); err != nil {
		t.Fatal(err)
	}
	if child, err := os.FindProcess(e.PID); err != nil || child.Kill() != nil {
		t.Fatalf("kill %d: %v", e.PID, err)
	}
	ended(t, e)
	if err := e.Stop(); err != nil {
		t.Errorf("stopping what has ended: %v", err)
	}
	if !has(t, prepare(t, run(t, dir)), "WELCOME") {
		t.Error("the row is gone")
	}
}

func TestStartRefuses(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		ctx  context.Context
		o    Options
		want string
	}{
		"no folder":       {t.Context(), Options{}, "Dir is empty"},
		"a file instead":  {t.Context(), Options{Dir: file}, "make the data folder"},
		"nobody waits":    {cancelled, Options{Dir: t.TempDir()}, "canceled"},
		"no free port on": {t.Context(), Options{Dir: t.TempDir(), Host: "192.0.2.1"}, "find a free port"},
		"an unknown kind": {t.Context(), Options{Dir: t.TempDir(), Kind: "sqlite"}, `there is no "sqlite": choose dynoxide or dynamodb-local`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Start(test.ctx, test.o)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want something about %q", err, test.want)
			}
		})
	}
}

func TestEndpoint(t *testing.T) {
	for host, want := range map[string]string{
		"127.0.0.1": "http://127.0.0.1:8000",
		"localhost": "http://localhost:8000",
		"0.0.0.0":   "http://127.0.0.1:8000",
		"::1":       "http://[::1]:8000",
	} {
		if got := endpoint(host, 8000); got != want {
			t.Errorf("%s: got %s, want %s", host, got, want)
		}
	}
}

// TestChildEndsAtOnce hands it an address that is not of this machine.
func TestChildEndsAtOnce(t *testing.T) {
	needsDynoxide(t)
	_, err := Start(t.Context(), Options{Dir: t.TempDir(), Host: "192.0.2.1", Port: 8000})
	if err == nil || !strings.Contains(err.Error(), "it ended at once, saying: error: failed to bind") {
		t.Errorf("got %v", err)
	}
}

func TestChoose(t *testing.T) {
	for _, test := range []struct{ name, os, arch, want string }{
		{"", "linux", "amd64", Dynoxide},
		{"", "linux", "arm64", DynamoDBLocal},
		{"", "darwin", "arm64", DynamoDBLocal},
		{DynamoDBLocal, "linux", "amd64", DynamoDBLocal},
		{Dynoxide, "linux", "amd64", Dynoxide},
	} {
		if k, err := choose(test.name, test.os, test.arch); err != nil || k.name != test.want {
			t.Errorf("%+v: got %s, %v", test, k.name, err)
		}
	}
	_, err := choose(Dynoxide, "darwin", "arm64")
	if platform := (*PlatformError)(nil); !errors.As(err, &platform) || !strings.Contains(err.Error(), DynamoDBLocal) {
		t.Errorf("got %v", err)
	}
}

func TestNoJava(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := dynamoDBLocal("any.jar", t.TempDir(), Options{}); !errors.Is(err, ErrNoJava) {
		t.Errorf("got %v", err)
	}
}
