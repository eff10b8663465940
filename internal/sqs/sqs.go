// Package sqs keeps tasks in an Amazon SQS queue. It is the only package that
// imports that SDK.
//
// A queue has a queue of dead letters beside it: where messages go that have
// failed several times. [Queue.Dead] shows them, [Queue.Redrive] sends them back.
package sqs

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/queue"
)

// Queue is a queue of tasks.
type Queue struct {
	client *sqs.Client
	url    string
	hide   int32 // seconds for which a dead letter that was looked at stays out of sight
}

// New makes the queue at url; endpoint is empty but for another SQS.
func New(cfg aws.Config, endpoint, url string) *Queue {
	return &Queue{url: url, hide: 60, client: sqs.NewFromConfig(cfg, func(o *sqs.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
	})}
}

const (
	maxBatch = 10 // messages that SQS takes at once
	maxTries = 4  // of messages that it did not take
)

// Send implements [queue.Queue].
func (q *Queue) Send(ctx context.Context, tasks ...queue.Task) error {
	for some := range slices.Chunk(tasks, maxBatch) {
		entries := make([]types.SendMessageBatchRequestEntry, len(some))
		for i, t := range some {
			entries[i] = types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: aws.String(queue.Encode(t))}
		}
		if err := q.send(ctx, entries); err != nil {
			return err
		}
	}
	return nil
}

// send sends again what SQS did not take: of a batch it may take a part.
func (q *Queue) send(ctx context.Context, entries []types.SendMessageBatchRequestEntry) error {
	var refused []types.BatchResultErrorEntry
	for range maxTries {
		out, err := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: entries})
		if err != nil {
			return unavailable("sqs.Send", err)
		}
		if refused = out.Failed; len(refused) == 0 {
			return nil
		}
		entries = slices.DeleteFunc(entries, func(e types.SendMessageBatchRequestEntry) bool {
			return !slices.ContainsFunc(refused, func(r types.BatchResultErrorEntry) bool { return aws.ToString(r.Id) == aws.ToString(e.Id) })
		})
	}
	return unavailable("sqs.Send", fmt.Errorf("%d messages were not taken: %s", len(refused), aws.ToString(refused[0].Code)))
}

func unavailable(op string, err error) error { return fault.ErrUnavailable.In(op).Because(err) }
