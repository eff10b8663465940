package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lagniappe/lagniappe/internal/app/start"
	"github.com/lagniappe/lagniappe/internal/dynamo"
	"github.com/lagniappe/lagniappe/internal/metric"
)

// Scheduled is a function that the clock calls. What the clock sends is of no interest.
type Scheduled interface {
	Handle(ctx context.Context) error
}

// Schedule runs a function that the clock calls, whose store is S, which the one store must implement.
func Schedule[S any, F Scheduled](build func(S, func() time.Time, *slog.Logger, metric.Sink) F) {
	lambda.Start(build(Store[S](), start.Now, start.Log(), start.Metrics(os.Getenv)).Handle)
}

// Store is the one store, as what a function needs of it.
func Store[S any]() S {
	var store any = dynamo.New(Client(os.Getenv), Tables(os.Getenv), start.Now)
	s, ok := store.(S)
	if !ok { // infra/functions compiles every pair, so a test build fails first
		panic(fmt.Sprintf("app: the store is no %T", *new(S)))
	}
	return s
}
