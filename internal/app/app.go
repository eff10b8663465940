// Package app builds what a function needs, and only that, from its
// environment, and hands it to the Lambda runtime. It is where the real clock,
// the log and the SDK's configuration come from.
//
// A function's main is one line: app.Serve(redemptions.New).
package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"

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
	start(front, func(f web.Front) http.Handler { return build(f, s) })
}

// ServePublic runs an HTTP function that has no store and asks for no key.
func ServePublic(build func(web.Front) http.Handler) { start(web.Front{}, build) }

func start(f web.Front, build func(web.Front) http.Handler) {
	f.Now, f.Log, f.RequestID = Now, Log(), gatewayRequestID
	f.Trace, f.Metrics = lambdaTrace, Metrics(os.Getenv)
	lambda.Start(Gateway(build(f)))
}

// gatewayRequestID is the id that the gateway's access log has for the request.
func gatewayRequestID(ctx context.Context) string {
	c, _ := core.GetAPIGatewayV2ContextFromContext(ctx)
	return c.RequestID
}

// Now is the clock, in UTC and in the milliseconds that rows keep, so that a
// time reads the same in the first answer and in every later one.
func Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Log writes JSON lines to standard output, where Lambda collects them.
func Log() *slog.Logger { return slog.New(slog.NewJSONHandler(os.Stdout, nil)) }

// Tables reads the names of the tables that the function was given.
func Tables(env func(string) string) dynamo.Tables {
	return dynamo.Tables{Shops: env("SHOPS_TABLE"), Campaigns: env("CAMPAIGNS_TABLE"), Coupons: env("COUPONS_TABLE")}
}

// config is what Lambda sets in the environment. It goes without the SDK's
// LoadDefaultConfig, whose search for files and profiles is a third of a cold start.
func config(env func(string) string) aws.Config {
	return aws.Config{
		Region:      env("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(env("AWS_ACCESS_KEY_ID"), env("AWS_SECRET_ACCESS_KEY"), env("AWS_SESSION_TOKEN")),
	}
}

// Client makes a DynamoDB client. DYNAMODB_ENDPOINT points it at another DynamoDB.
func Client(env func(string) string, more ...func(*dynamodb.Options)) *dynamodb.Client {
	cfg := config(env)
	cfg.HTTPClient = dynamo.HTTPClient()
	if endpoint := env("DYNAMODB_ENDPOINT"); endpoint != "" {
		cfg.BaseEndpoint = &endpoint
	}
	return dynamodb.NewFromConfig(cfg, append([]func(*dynamodb.Options){dynamo.Options}, more...)...)
}
