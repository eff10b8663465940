package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// card compares a gift card's balance with the sum of its ledger's entries, and
// what was ever loaded with what is left and what is spent. The balance is read
// once more after the entries, as counters are after rows. Only what differs is
// kept: a campaign may have many cards.
func (a *audit) card(ctx context.Context, row item) error {
	t := tally{first: getNum(row, "balance_left")}
	err := a.store.each(ctx, &dynamodb.QueryInput{
		TableName: &a.store.tables.Coupons, KeyConditionExpression: aws.String("pk = :pk"), ConsistentRead: aws.Bool(true),
		ProjectionExpression:      aws.String("amount"),
		ExpressionAttributeValues: item{":pk": str(getStr(row, attrPK) + skLedger)},
	}, func(entries []item) error {
		for _, e := range entries {
			t.rows += getNum(e, "amount")
		}
		return nil
	})
	if err != nil {
		return err
	}
	again, err := a.store.batch(ctx, a.store.tables.Coupons, []item{keyOfRow(row)}, true)
	if err != nil {
		return err
	}
	after := again[rowID(row)]
	t.last = getNum(after, "balance_left")
	a.differs(cardCounter+getStr(row, attrPK), t)
	loaded, known := getNum(after, "balance_loaded"), getNum(after, "balance_left")+getNum(after, "balance_spent")
	a.differs(cardCounter+getStr(row, attrPK)+" loaded", tally{first: loaded, last: loaded, rows: known})
	return nil
}

// differs keeps a tally that does not add up.
func (a *audit) differs(counter string, t tally) {
	if t.counted() == t.rows {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tallies[counter] = t
}
