package dynamo

import (
	"context"
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/stream"
)

// Park sets a row aside whose consequences fail for good. Parking it again
// renews the reason.
func (s *Store) Park(ctx context.Context, p stream.Parked) error {
	row := parkedKey(p.Record)
	row["table"], row["row_pk"], row["row_sk"] = str(p.Table), str(p.PK), str(p.SK)
	row["reason"], row["parked_at"] = str(p.Reason), moment(s.now())
	_, err := s.settle(ctx, "dynamo.Park", write{table: s.tables.Events, item: row})
	return err
}

// Parked visits every parked row, until visit fails.
func (s *Store) Parked(ctx context.Context, visit func(stream.Parked) error) error {
	for n := range parkedShards {
		err := s.each(ctx, &dynamodb.QueryInput{
			TableName: &s.tables.Events, KeyConditionExpression: aws.String("pk = :pk"), ConsistentRead: aws.Bool(true),
			ExpressionAttributeValues: item{":pk": str(parkedPK(n))},
		}, func(rows []item) error {
			for _, row := range rows {
				record := stream.Record{Table: getStr(row, "table"), PK: getStr(row, "row_pk"), SK: getStr(row, "row_sk")}
				if err := visit(stream.Parked{Record: record, Reason: getStr(row, "reason"), At: getTime(row, "parked_at")}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Unpark follows a parked row up once more, and takes it off the list if that
// went well. Not if it was parked anew meanwhile: that is for a change which this did not see.
func (s *Store) Unpark(ctx context.Context, p stream.Parked) error {
	if err := s.Follow(ctx, p.Record); err != nil {
		return err
	}
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Events, Key: parkedKey(p.Record),
		ConditionExpression: aws.String("parked_at = :seen"), ExpressionAttributeValues: item{":seen": moment(p.At)},
	})
	if _, anew := errors.AsType[*types.ConditionalCheckFailedException](err); anew {
		return nil
	}
	return failed("dynamo.Unpark", err)
}

// parkedShards spreads what is parked: a fault of ours can park a table.
const parkedShards = 8

func parkedPK(n int) string { return "parked#" + strconv.Itoa(n) }

func parkedKey(r stream.Record) item {
	return key(parkedPK(int(hash(r.String()))%parkedShards), r.String())
}
