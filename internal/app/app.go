// Package app builds what a function needs, and only that, from its
// environment, and hands it to the Lambda runtime. It is where the real clock,
// the log and the SDK's configuration come from.
//
// A function's main is one line: app.Serve(redemptions.New).
package app

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/app/start"
	"github.com/lagniappe/lagniappe/internal/dynamo"
	"github.com/lagniappe/lagniappe/internal/web"
)

// Serve runs an HTTP function whose store is S, which the one store must implement.
func Serve[S any](build func(web.Front, S) http.Handler) {
	var store any = dynamo.New(Client(os.Getenv), Tables(os.Getenv), Now)
	s, ok := store.(S)
	if !ok { // infra/functions compiles every pair, so a test build fails first
		panic(fmt.Sprintf("app.Serve: the store is no %T", *new(S)))
	}
	front := web.Front{Callers: store.(web.Callers), Vault: Vault(os.Getenv)}
	start.HTTP(front, func(f web.Front) http.Handler { return build(f, s) })
}

// Now is the real clock; see [start.Now].
func Now() time.Time { return start.Now() }

// Tables reads the names of the tables that the function was given.
func Tables(env func(string) string) dynamo.Tables {
	return dynamo.Tables{
		Shops: env("SHOPS_TABLE"), Campaigns: env("CAMPAIGNS_TABLE"), Coupons: env("COUPONS_TABLE"), Attempts: env("ATTEMPTS_TABLE"),
		People: env("PEOPLE_TABLE"), Orders: env("ORDERS_TABLE"), Events: env("EVENTS_TABLE"),
	}
}

// Config is what Lambda sets in the environment. It goes without the SDK's
// LoadDefaultConfig, whose search for files and profiles is a third of a cold start.
func Config(env func(string) string) aws.Config {
	return aws.Config{
		Region:      env("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY"), env("AWS_SESSION_TOKEN")),
	}
}

// Client makes a DynamoDB client. DYNAMODB_ENDPOINT points it at another DynamoDB.
func Client(env func(string) string, more ...func(*dynamodb.Options)) *dynamodb.Client {
	cfg := Config(env)
	cfg.HTTPClient = dynamo.HTTPClient()
	if endpoint := env("DYNAMODB_ENDPOINT"); endpoint != "" {
		cfg.BaseEndpoint = &endpoint
	}
	return dynamodb.NewFromConfig(cfg, append([]func(*dynamodb.Options){dynamo.Options}, more...)...)
}
