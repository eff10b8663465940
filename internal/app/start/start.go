// Package start hands an HTTP function to the Lambda runtime, with the real
// clock and the log. It stands apart from package app so that a function that
// touches nothing does not load what the others touch things with.
package start

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"

	"github.com/lagniappe/lagniappe/internal/web"
)

// Public runs a function that has no store and asks for no key.
func Public(build func(web.Front) http.Handler) { HTTP(web.Front{}, build) }

// HTTP runs a function behind a front, to which it adds what comes from Lambda.
func HTTP(f web.Front, build func(web.Front) http.Handler) {
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
