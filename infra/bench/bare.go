package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// take notes an input while the tape records.
func (t *tape) take(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	t.mu.Lock()
	if !t.playing {
		t.inputs = append(t.inputs, in.Parameters)
	}
	t.mu.Unlock()
	return next.HandleInitialize(ctx, in)
}

// bare sends one input with the SDK and nothing else. A failed condition is an
// answer like any other.
func bare(ctx context.Context, db *dynamodb.Client, input any) (err error) {
	switch in := input.(type) {
	case *dynamodb.GetItemInput:
		_, err = db.GetItem(ctx, in)
	case *dynamodb.BatchGetItemInput:
		_, err = db.BatchGetItem(ctx, in)
	case *dynamodb.QueryInput:
		_, err = db.Query(ctx, in)
	case *dynamodb.PutItemInput:
		_, err = db.PutItem(ctx, in)
	case *dynamodb.UpdateItemInput:
		_, err = db.UpdateItem(ctx, in)
	case *dynamodb.TransactWriteItemsInput:
		_, err = db.TransactWriteItems(ctx, in)
	default:
		return fmt.Errorf("bench: bare knows no %T", input)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "ConditionalCheckFailedException", "TransactionCanceledException":
			return nil
		}
	}
	return err
}
