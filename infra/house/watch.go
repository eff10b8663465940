package house

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Call is one request to DynamoDB, as IAM and the bill see it.
type Call struct {
	Function string  // logical id
	Touches  []Touch // what a role must allow
	Write    float64 // consumed write units
	Read     float64 // consumed read units
	Op       string  // the API action: TransactWriteItems
}

// Touch is a permission that a call needs.
type Touch struct{ Table, Index, Action string }

// watch reports every request of a client, with what it consumed.
func watch(function string, seen func(Call)) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("watch",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				call := Call{Function: function, Op: middleware.GetOperationName(ctx), Touches: touches(in.Parameters)}
				out, meta, err := next.HandleInitialize(ctx, in)
				call.Write, call.Read = consumed(out.Result)
				seen(call)
				return out, meta, err
			}), middleware.Before)
	}
}

// touches asks for consumed capacity and says what the request needs. A
// transaction needs the permission of each of its parts.
func touches(input any) []Touch {
	total := types.ReturnConsumedCapacityTotal
	switch in := input.(type) {
	case *dynamodb.GetItemInput:
		in.ReturnConsumedCapacity = total
		return []Touch{{*in.TableName, "", "GetItem"}}
	case *dynamodb.PutItemInput:
		in.ReturnConsumedCapacity = total
		return []Touch{{*in.TableName, "", "PutItem"}}
	case *dynamodb.UpdateItemInput:
		in.ReturnConsumedCapacity = total
		return []Touch{{*in.TableName, "", "UpdateItem"}}
	case *dynamodb.DeleteItemInput:
		in.ReturnConsumedCapacity = total
		return []Touch{{*in.TableName, "", "DeleteItem"}}
	case *dynamodb.QueryInput:
		in.ReturnConsumedCapacity = total
		if in.IndexName != nil {
			return []Touch{{*in.TableName, *in.IndexName, "Query"}}
		}
		return []Touch{{*in.TableName, "", "Query"}}
	case *dynamodb.BatchGetItemInput:
		in.ReturnConsumedCapacity = total
		var out []Touch
		for table := range in.RequestItems {
			out = append(out, Touch{table, "", "BatchGetItem"})
		}
		return out
	case *dynamodb.TransactWriteItemsInput:
		in.ReturnConsumedCapacity = total
		return inTransaction(in.TransactItems)
	}
	return []Touch{{"?", "", "an action that infra/house does not know"}}
}

func inTransaction(items []types.TransactWriteItem) []Touch {
	var out []Touch
	for _, i := range items {
		switch {
		case i.Put != nil:
			out = append(out, Touch{*i.Put.TableName, "", "PutItem"})
		case i.Update != nil:
			out = append(out, Touch{*i.Update.TableName, "", "UpdateItem"})
		case i.Delete != nil:
			out = append(out, Touch{*i.Delete.TableName, "", "DeleteItem"})
		case i.ConditionCheck != nil:
			out = append(out, Touch{*i.ConditionCheck.TableName, "", "ConditionCheckItem"})
		}
	}
	return out
}

func consumed(result any) (write, read float64) {
	switch out := result.(type) {
	case *dynamodb.GetItemOutput:
		read = units(out.ConsumedCapacity)
	case *dynamodb.QueryOutput:
		read = units(out.ConsumedCapacity)
	case *dynamodb.PutItemOutput:
		write = units(out.ConsumedCapacity)
	case *dynamodb.UpdateItemOutput:
		write = units(out.ConsumedCapacity)
	case *dynamodb.DeleteItemOutput:
		write = units(out.ConsumedCapacity)
	case *dynamodb.BatchGetItemOutput:
		for _, c := range out.ConsumedCapacity {
			read += units(&c)
		}
	case *dynamodb.TransactWriteItemsOutput:
		for _, c := range out.ConsumedCapacity {
			write += units(&c)
		}
	}
	return write, read
}

func units(c *types.ConsumedCapacity) float64 {
	if c == nil || c.CapacityUnits == nil {
		return 0
	}
	return *c.CapacityUnits
}
