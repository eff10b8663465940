// Package pump stands for what carries a table's stream to a function on AWS:
// it reads the streams of an emulator's tables and hands the function batches of
// what Lambda would send, again from the first record that has to come again.
//
// It remembers in a file how far it has come, so that a laptop goes on where it
// stopped, whichever side was ended and however. The file may be behind, or
// gone: records then come once more, which every function has to bear anyway.
package pump

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// Handler is a function that a stream calls.
type Handler func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error)

// Pump carries the streams of some tables to one function.
type Pump struct {
	Streams *dynamodbstreams.Client
	Tables  []string // those with a stream
	Handler Handler
	File    string // where it remembers
	Log     *slog.Logger
	Idle    time.Duration // between looks at streams that had nothing; 0: a fifth of a second
	Again   time.Duration // before a batch that failed comes again; 0: a second
}

const (
	batchSize = 100
	restless  = 200 * time.Millisecond
	failing   = time.Second
)

// Run pumps until ctx ends.
func (p *Pump) Run(ctx context.Context) {
	for ctx.Err() == nil {
		moved, err := p.Once(ctx)
		pause := cmp.Or(p.Idle, restless)
		if err != nil && ctx.Err() == nil {
			p.Log.WarnContext(ctx, "the streams are not followed, for now", "error", err.Error())
			pause = cmp.Or(p.Again, failing)
		}
		if moved && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// Once carries what is there of each stream, a batch at most, and reports
// whether there was anything. Records that have to come again are an error.
func (p *Pump) Once(ctx context.Context) (moved bool, err error) {
	places, err := readPlaces(p.File)
	if err != nil {
		return false, err
	}
	var failed []error
	for _, table := range p.Tables {
		some, err := p.table(ctx, table, places)
		moved = moved || some
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", table, err))
		}
	}
	return moved, errors.Join(failed...)
}

func (p *Pump) table(ctx context.Context, table string, places places) (moved bool, err error) {
	found, err := p.Streams.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: &table})
	if err != nil {
		return false, err
	}
	for _, s := range found.Streams {
		described, err := p.Streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: s.StreamArn})
		if err != nil {
			return moved, err
		}
		for _, shard := range described.StreamDescription.Shards {
			some, err := p.shard(ctx, aws.ToString(s.StreamArn), table, shard, places)
			moved = moved || some
			if err != nil {
				return moved, err
			}
		}
	}
	return moved, nil
}

// shard carries one batch, and remembers it before it looks for another.
func (p *Pump) shard(ctx context.Context, arn, table string, shard types.Shard, places places) (moved bool, err error) {
	name := table + " " + aws.ToString(shard.ShardId)
	records, err := p.read(ctx, arn, shard, places[name])
	if err != nil || len(records) == 0 {
		return false, err
	}
	done, err := p.carry(ctx, table, records)
	if done == 0 {
		return false, err
	}
	places[name] = aws.ToString(records[done-1].Dynamodb.SequenceNumber)
	return true, errors.Join(err, places.write(p.File))
}

func (p *Pump) read(ctx context.Context, arn string, shard types.Shard, after string) ([]types.Record, error) {
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &arn, ShardId: shard.ShardId, ShardIteratorType: types.ShardIteratorTypeTrimHorizon}
	if after != "" {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, &after
	}
	iterator, err := p.Streams.GetShardIterator(ctx, in)
	if trimmed := (*types.TrimmedDataAccessException)(nil); errors.As(err, &trimmed) {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeTrimHorizon, nil
		iterator, err = p.Streams.GetShardIterator(ctx, in)
	}
	if err != nil {
		return nil, err
	}
	out, err := p.Streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator.ShardIterator, Limit: aws.Int32(batchSize)})
	if err != nil {
		return nil, err
	}
	return out.Records, nil
}

// carry hands records over and reports how many of them, from the first, are done.
func (p *Pump) carry(ctx context.Context, table string, records []types.Record) (done int, err error) {
	out, err := p.Handler(ctx, eventOf(table, records))
	if err != nil {
		return 0, err
	}
	again := map[string]bool{}
	for _, f := range out.BatchItemFailures {
		again[f.ItemIdentifier] = true
	}
	for i, r := range records {
		if again[aws.ToString(r.Dynamodb.SequenceNumber)] {
			return i, fmt.Errorf("%d of %d records have to come again", len(again), len(records))
		}
	}
	return len(records), nil
}

// eventOf is what Lambda would send. Of a row it holds the key, as our streams
// do on AWS; an emulator's may hold more.
func eventOf(table string, records []types.Record) events.DynamoDBEvent {
	var e events.DynamoDBEvent
	for _, r := range records {
		keys := map[string]events.DynamoDBAttributeValue{}
		for name, v := range r.Dynamodb.Keys {
			if s, ok := v.(*types.AttributeValueMemberS); ok {
				keys[name] = events.NewStringAttribute(s.Value)
			}
		}
		e.Records = append(e.Records, events.DynamoDBEventRecord{
			EventID: aws.ToString(r.EventID), EventName: string(r.EventName), EventSource: "aws:dynamodb",
			EventSourceArn: "arn:aws:dynamodb:local:000000000000:table/" + table + "/stream/local",
			Change:         events.DynamoDBStreamRecord{Keys: keys, SequenceNumber: aws.ToString(r.Dynamodb.SequenceNumber)},
		})
	}
	return e
}
