package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// NextPlace takes one step through all campaigns of all shops: to the next
// campaign of the space, else to the next space (which may have none), and from
// the last one back to the zero Place.
func (s *Store) NextPlace(ctx context.Context, at coupon.Place) (coupon.Place, error) {
	if at.Space.Shop != "" {
		id, err := s.following(ctx, s.tables.Campaigns, campaignsPK(at.Space), at.Campaign)
		if err != nil || id != "" {
			return coupon.Place{Space: at.Space, Campaign: id}, err
		}
		if !at.Space.Live {
			return coupon.Place{Space: shop.Space{Shop: at.Space.Shop, Live: true}}, nil
		}
	}
	id, err := s.following(ctx, s.tables.Shops, shopsPK, at.Space.Shop)
	return coupon.Place{Space: shop.Space{Shop: id}}, err
}

// following gives the sort key after that one in a partition; "" behind the last.
func (s *Store) following(ctx context.Context, table, pk, sk string) (string, error) {
	in := &dynamodb.QueryInput{
		TableName: &table, Limit: aws.Int32(1), ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": str(pk)},
	}
	if sk != "" {
		in.KeyConditionExpression = aws.String("pk = :pk AND sk > :sk")
		in.ExpressionAttributeValues[":sk"] = str(sk)
	}
	out, err := s.db.Query(ctx, in)
	if err != nil || len(out.Items) == 0 {
		return "", failed("dynamo.following", err)
	}
	return getStr(out.Items[0], attrSK), nil
}

// AuditCursor reads where the auditor stands.
func (s *Store) AuditCursor(ctx context.Context) (coupon.AuditCursor, error) {
	row, err := s.get(ctx, s.tables.Shops, auditKey())
	if err != nil {
		return coupon.AuditCursor{}, err
	}
	c := coupon.AuditCursor{
		Place: coupon.Place{Space: shop.Space{Shop: getStr(row, "shop"), Live: getBool(row, "live")}, Campaign: getStr(row, "campaign_id")},
		Began: getTime(row, "began"), Moves: getNum(row, "moves"),
	}
	return c, getDocument(row, "drifting", &c.Drifting)
}

// MoveAuditCursor puts the cursor where c says, and counts the move. Where
// another run has moved it since c was read, it is ErrStale: leave it to that run.
func (s *Store) MoveAuditCursor(ctx context.Context, c coupon.AuditCursor) (coupon.AuditCursor, error) {
	row, seen := auditKey(), c.Moves
	c.Moves++
	row["shop"], row["live"], row["campaign_id"] = str(c.Space.Shop), boolean(c.Space.Live), str(c.Campaign)
	row["began"], row["moves"], row["drifting"] = moment(c.Began), num(c.Moves), document(c.Drifting)
	refused, err := s.settle(ctx, "dynamo.MoveAuditCursor", write{
		table: s.tables.Shops, item: row, condition: "attribute_not_exists(pk) OR moves = :seen", values: item{":seen": num(seen)},
	})
	if err == nil && refused != nil {
		err = fault.ErrStale.In("dynamo.MoveAuditCursor")
	}
	return c, err
}
