package emulator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/lagniappe/lagniappe/infra/template"
)

// Prepare makes a started emulator ready for use.
func Prepare(ctx context.Context, e *Emulator, client *dynamodb.Client, tables []template.Table) error {
	if err := CreateTables(ctx, client, tables); err != nil {
		return err
	}
	return e.SpeedUpStreams(ctx)
}

// CreateTables creates what is not there yet, in any DynamoDB, and returns when
// all of it can be used. It changes no table that exists.
func CreateTables(ctx context.Context, client *dynamodb.Client, tables []template.Table) error {
	for _, t := range tables {
		if err := createTable(ctx, client, t); err != nil {
			return fmt.Errorf("create table %s: %w", t.LogicalID, err)
		}
	}
	return nil
}

func createTable(ctx context.Context, client *dynamodb.Client, t template.Table) error {
	_, err := client.CreateTable(ctx, t.Definition)
	if inUse := (*types.ResourceInUseException)(nil); err != nil && !errors.As(err, &inUse) {
		return err
	}
	described, err := active(ctx, client, t.Definition.TableName)
	if err != nil {
		return err
	}
	if err := sameIndexes(described, t.Definition); err != nil {
		return err
	}
	return expire(ctx, client, t)
}

// active waits with short delays: the SDK's own begin at 20 seconds.
func active(ctx context.Context, client *dynamodb.Client, name *string) (*types.TableDescription, error) {
	waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second
	})
	out, err := waiter.WaitForOutput(ctx, &dynamodb.DescribeTableInput{TableName: name}, time.Minute)
	if err != nil {
		return nil, fmt.Errorf("wait until it is active: %w", err)
	}
	return out.Table, nil
}

// sameIndexes notices a data file that is older than the template, which would
// otherwise show as a query failing much later.
func sameIndexes(got *types.TableDescription, want *dynamodb.CreateTableInput) error {
	have := map[string]bool{}
	for _, x := range got.GlobalSecondaryIndexes {
		have[aws.ToString(x.IndexName)] = true
	}
	for _, x := range want.GlobalSecondaryIndexes {
		if name := aws.ToString(x.IndexName); !have[name] {
			return fmt.Errorf("it exists without the index %s of the template: delete the data folder to begin anew", name)
		}
	}
	return nil
}

// expire asks first, because enabling it twice is an error. An emulator
// without expiry is fine: no rule of ours hangs on a deletion by time.
func expire(ctx context.Context, client *dynamodb.Client, t template.Table) error {
	if t.TTLAttribute == "" {
		return nil
	}
	name := t.Definition.TableName
	out, err := client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: name})
	if err != nil {
		return ignoreUnknown(err)
	}
	if d := out.TimeToLiveDescription; d != nil && aws.ToString(d.AttributeName) == t.TTLAttribute {
		return nil
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{
			AttributeName: aws.String(t.TTLAttribute), Enabled: aws.Bool(true),
		},
	})
	return ignoreUnknown(err)
}

func ignoreUnknown(err error) error {
	var api smithy.APIError
	if err == nil || errors.As(err, &api) && api.ErrorCode() == "UnknownOperationException" {
		return nil
	}
	return fmt.Errorf("let rows expire: %w", err)
}
