package dynamo

import (
	"context"
	"errors"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// write is one conditional change of one row: a put where item is set, a
// deletion where remove is, else an update; where check is set it is a condition
// alone. Deletions and checks come in transactions only.
type write struct {
	remove    bool
	check     bool
	table     string
	item      item
	key       item
	update    string
	condition string
	names     map[string]string
	values    item
	unique    bool // the item holds something drawn for this very call: no other call writes the same
}

// since adds to the condition what an attribute was when it was read.
func (w *write) since(name string, seen types.AttributeValue) {
	if w.condition != "" {
		w.condition += " AND "
	}
	if seen == nil {
		w.condition += "attribute_not_exists(" + name + ")"
		return
	}
	if w.values == nil {
		w.values = item{}
	}
	w.condition += name + " = :" + name
	w.values[":"+name] = seen
}

// refusal is why one write of a commit did not happen. The zero refusal: its condition held.
type refusal struct {
	failed bool
	old    item // the row that stood in the way; nil where there was none
}

// commit makes all writes or none: one request. Where conditions failed it
// returns a refusal for each write and no error. The first write is the row
// that names the effect (a seat, an idempotency row): its refusal, "this is done
// already", outranks a conflict on any row; a conflict outranks the refusals of
// the other rows, which my own first try may have caused.
func (s *Store) commit(ctx context.Context, op string, writes ...write) ([]refusal, error) {
	var err error
	switch {
	case len(writes) > 1:
		err = s.transact(ctx, writes)
	case writes[0].item != nil:
		err = s.putOne(ctx, writes[0])
	default:
		err = s.updateOne(ctx, writes[0])
	}
	refused, err := refusals(op, err, len(writes))
	if isDone(writes, refused) {
		return nil, nil
	}
	return refused, err
}

// isDone tells whether a commit was refused by itself: its first answer was
// lost, and the SDK sent it again, or [persist] did after a conflict, under a
// token of its own. A unique row that stands there to the byte says so for all
// the writes, of which all were made or none.
func isDone(writes []write, refused []refusal) bool {
	for i, r := range refused {
		if r.failed && writes[i].unique && reflect.DeepEqual(r.old, writes[i].item) {
			return true
		}
	}
	return false
}

func (s *Store) putOne(ctx context.Context, w write) error {
	_, err := s.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &w.table, Item: w.item, ConditionExpression: optional(w.condition),
		ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	return err
}

func (s *Store) updateOne(ctx context.Context, w write) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &w.table, Key: w.key, UpdateExpression: &w.update, ConditionExpression: optional(w.condition),
		ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	return err
}

func (s *Store) transact(ctx context.Context, writes []write) error {
	in := &dynamodb.TransactWriteItemsInput{}
	for _, w := range writes {
		in.TransactItems = append(in.TransactItems, w.inTransaction())
	}
	_, err := s.db.TransactWriteItems(ctx, in)
	return err
}

func (w write) inTransaction() types.TransactWriteItem {
	if w.check {
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: &w.table, Key: w.key, ConditionExpression: optional(w.condition),
			ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
		}}
	}
	if w.remove {
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: &w.table, Key: w.key, ConditionExpression: optional(w.condition),
			ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
		}}
	}
	if w.item != nil {
		return types.TransactWriteItem{Put: &types.Put{
			TableName: &w.table, Item: w.item, ConditionExpression: optional(w.condition),
			ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}}
	}
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &w.table, Key: w.key, UpdateExpression: &w.update, ConditionExpression: optional(w.condition),
		ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return aws.String(s)
}

// refusals reads the outcome of n writes.
func refusals(op string, err error, n int) ([]refusal, error) {
	if err == nil {
		return nil, nil
	}
	if one, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return []refusal{{failed: true, old: one.Item}}, nil
	}
	if _, ok := errors.AsType[*types.TransactionConflictException](err); ok {
		return nil, errConflict
	}
	if many, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return canceled(op, many, n)
	}
	return nil, failed(op, err)
}

func canceled(op string, e *types.TransactionCanceledException, n int) ([]refusal, error) {
	out, refused, conflict := make([]refusal, n), false, false
	for i, reason := range e.CancellationReasons {
		switch aws.ToString(reason.Code) {
		case "None", "":
		case "ConditionalCheckFailed":
			out[i], refused = refusal{failed: true, old: reason.Item}, true
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
			conflict = true
		default:
			return nil, fault.ErrInternal.In(op).Because(e)
		}
	}
	if conflict && !out[0].failed {
		return nil, errConflict
	}
	if refused {
		return out, nil
	}
	return nil, failed(op, e)
}
