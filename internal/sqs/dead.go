package sqs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Letter is a message that was given up.
type Letter struct {
	ID    string
	Body  string
	Tries string // how often it was received
}

// Dead visits the messages of a queue of dead letters, and leaves them there.
func (q *Queue) Dead(ctx context.Context, visit func(Letter)) error {
	return q.each(ctx, func(m types.Message) error {
		tries := m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)]
		visit(Letter{ID: aws.ToString(m.MessageId), Body: aws.ToString(m.Body), Tries: tries})
		return nil
	})
}

// Redrive sends the messages of this queue of dead letters back to another, and
// reports how many. A message is taken away after it was sent: an interruption
// may leave it in both, which every task bears.
func (q *Queue) Redrive(ctx context.Context, to *Queue) (n int, err error) {
	err = q.each(ctx, func(m types.Message) error {
		if _, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &to.url, MessageBody: m.Body}); err != nil {
			return unavailable("sqs.Redrive", err)
		}
		if _, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle}); err != nil {
			return unavailable("sqs.Redrive", err)
		}
		n++
		return nil
	})
	return n, err
}

func (q *Queue) each(ctx context.Context, visit func(types.Message) error) error {
	for {
		out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &q.url, MaxNumberOfMessages: maxBatch, VisibilityTimeout: q.hide, WaitTimeSeconds: 1,
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
		})
		if err != nil {
			return unavailable("sqs.each", err)
		}
		if len(out.Messages) == 0 {
			return nil
		}
		for _, m := range out.Messages {
			if err := visit(m); err != nil {
				return err
			}
		}
	}
}
