package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// request is one operation of DynamoDB.
type request[I, O any] func(context.Context, *I, ...func(*dynamodb.Options)) (*O, error)

// requests are the operations that the store uses; there is no Scan. They stand
// alone, and not as the client that has all sixty: a program that looks methods
// up by name somewhere, as expressions do, keeps every method of every type that
// ever was in an interface, and the client's were a third of the binary.
type requests struct {
	GetItem            request[dynamodb.GetItemInput, dynamodb.GetItemOutput]
	BatchGetItem       request[dynamodb.BatchGetItemInput, dynamodb.BatchGetItemOutput]
	Query              request[dynamodb.QueryInput, dynamodb.QueryOutput]
	PutItem            request[dynamodb.PutItemInput, dynamodb.PutItemOutput]
	UpdateItem         request[dynamodb.UpdateItemInput, dynamodb.UpdateItemOutput]
	DeleteItem         request[dynamodb.DeleteItemInput, dynamodb.DeleteItemOutput]
	TransactWriteItems request[dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput]
}

func requestsOf(db *dynamodb.Client) requests {
	return requests{
		GetItem: db.GetItem, BatchGetItem: db.BatchGetItem, Query: db.Query, PutItem: db.PutItem, UpdateItem: db.UpdateItem,
		DeleteItem: db.DeleteItem, TransactWriteItems: db.TransactWriteItems,
	}
}
