package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// part is a part of a partition of Orders: rows whose sort keys begin with a
// prefix, newest first unless oldest is set.
type part struct {
	pk, prefix string
	below      string // sort keys from here on were on earlier pages
	counting   bool   // only orders that count
	oldest     bool
	limit      int
}

// under reads so many rows of a part. Few are skipped: it asks on until it has
// enough, or there are no more.
func (s *Store) under(ctx context.Context, p part) ([]item, error) {
	in := &dynamodb.QueryInput{
		TableName:                 &s.tables.Orders,
		KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :prefix)"),
		ExpressionAttributeValues: item{":pk": str(p.pk), ":prefix": str(p.prefix)},
		ScanIndexForward:          aws.Bool(p.oldest), ConsistentRead: aws.Bool(true), Limit: aws.Int32(int32(p.limit)), //nolint:gosec // at most some thousand
	}
	if p.below != "" {
		in.KeyConditionExpression = aws.String("pk = :pk AND sk BETWEEN :prefix AND :below")
		in.ExpressionAttributeValues[":below"] = str(p.below)
		in.Limit = aws.Int32(*in.Limit + 1) // BETWEEN gives the bound itself, too
	}
	if p.counting {
		in.FilterExpression = aws.String("counts = :yes")
		in.ExpressionAttributeValues[":yes"] = boolean(true)
	}
	var out []item
	for {
		page, err := s.db.Query(ctx, in)
		if err != nil {
			return nil, failed("dynamo.under", err)
		}
		for _, row := range page.Items {
			if len(out) < p.limit && getStr(row, attrSK) != p.below {
				out = append(out, row)
			}
		}
		if len(out) == p.limit || page.LastEvaluatedKey == nil {
			return out, nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}

// eachUnder does something with each row of a partition of Orders that begins so.
func (s *Store) eachUnder(ctx context.Context, pk, prefix string, do func(item) error) error {
	read := func(below string) ([]item, error) {
		return s.under(ctx, part{pk: pk, prefix: prefix, below: below, limit: maxBatch})
	}
	return visit(attrSK, read, do)
}
