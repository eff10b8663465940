// Package background hands functions that nobody waits for to the Lambda
// runtime: those that streams, queues and the clock's list call. It stands apart
// from package app so that functions that answer HTTP do not load the queue's
// client.
package background

import (
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lagniappe/lagniappe/internal/app"
	"github.com/lagniappe/lagniappe/internal/app/start"
	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/sqs"
)

// Build makes a function of a store of which it needs S, and the queue of tasks.
type Build[S, F any] func(S, queue.Queue, func() time.Time, *slog.Logger, metric.Sink) F

func built[S, F any](build Build[S, F]) F {
	return build(app.Store[S](), Queue(os.Getenv), start.Now, start.Log(), start.Metrics(os.Getenv))
}

// Queue is the queue at QUEUE_URL. QUEUE_ENDPOINT points it at another SQS.
func Queue(env func(string) string) queue.Queue {
	return sqs.New(app.Config(env), env("QUEUE_ENDPOINT"), env("QUEUE_URL"))
}

// Tick runs a function that the clock calls and that sends tasks.
func Tick[S any, F app.Scheduled](build Build[S, F]) { lambda.Start(built(build).Handle) }
