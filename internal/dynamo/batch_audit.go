package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// batches counts the seats among the codes of the campaign's batches. No index
// lists those, so that redeeming one writes to none: they are found by where they lie.
func (a *audit) batches(ctx context.Context) error {
	return a.store.each(ctx, &dynamodb.QueryInput{
		TableName: &a.store.tables.Campaigns, KeyConditionExpression: aws.String("pk = :pk"), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: item{":pk": str(batchesPK(a.space, a.campaign.ID))},
	}, func(listed []item) error {
		for _, l := range listed {
			body := getStr(l, attrSK)[len(coupon.BatchPrefix):]
			if err := a.spread(ctx, func(letter string) string { return seatsPK(a.space, body, letter) }, a.seat); err != nil {
				return err
			}
		}
		return nil
	})
}
