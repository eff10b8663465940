package background

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lagniappe/lagniappe/internal/app"
	"github.com/lagniappe/lagniappe/internal/app/start"
	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// Streamed is a function that the tables' streams call. It returns an error for
// each record that has to come again.
type Streamed interface {
	Handle(ctx context.Context, batch []stream.Record) []error
}

// Stream runs a function that the tables' streams call, whose store is S, which the one store must implement.
func Stream[S any, F Streamed](build func(S, func() time.Time, *slog.Logger, metric.Sink) F) {
	lambda.Start(FromStream(build(app.Store[S](), start.Now, start.Log(), start.Metrics(os.Getenv))))
}

// FromStream adapts a function to what Lambda sends and wants to hear: the
// sequence numbers of the records that have to come again. Lambda goes on from
// the lowest of them.
func FromStream(f Streamed) func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	return func(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		batch := make([]stream.Record, len(e.Records))
		for i, r := range e.Records {
			batch[i] = stream.Record{Table: tableOf(r.EventSourceArn), PK: keyOf(r, "pk"), SK: keyOf(r, "sk")}
		}
		out := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}} // null would be no answer
		for i, err := range f.Handle(ctx, batch) {
			if err != nil {
				out.BatchItemFailures = append(out.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: e.Records[i].Change.SequenceNumber})
			}
		}
		return out, nil
	}
}

// tableOf reads arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<time>.
func tableOf(arn string) string {
	_, rest, _ := strings.Cut(arn, ":table/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func keyOf(r events.DynamoDBEventRecord, name string) string {
	if v, ok := r.Change.Keys[name]; ok && v.DataType() == events.DataTypeString {
		return v.String()
	}
	return ""
}
