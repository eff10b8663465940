package background

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lagniappe/lagniappe/internal/queue"
)

// Working is a function that the queue of tasks calls. It returns an error for
// each task that has to come again.
type Working interface {
	Handle(ctx context.Context, batch []queue.Task) []error
}

// Work runs a function that the queue of tasks calls.
func Work[S any, F Working](build Build[S, F]) { lambda.Start(FromQueue(built(build))) }

// FromQueue adapts a function to what Lambda sends and wants to hear: the ids of
// the messages that have to come again. A message that is no task comes again,
// too, until it is a dead letter.
func FromQueue(f Working) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		out := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}} // null would be no answer
		fail := func(m events.SQSMessage) {
			out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
		var tasks []queue.Task
		var from []events.SQSMessage
		for _, m := range e.Records {
			t, err := queue.Decode(m.Body)
			if err != nil {
				fail(m)
				continue
			}
			tasks, from = append(tasks, t), append(from, m)
		}
		for i, err := range f.Handle(ctx, tasks) {
			if err != nil {
				fail(from[i])
			}
		}
		return out, nil
	}
}
