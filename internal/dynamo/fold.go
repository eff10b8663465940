package dynamo

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/shop"
)

// Who becomes another person brings along what they used up of limits. The
// transaction that makes them so lists them in the other's row (unfolded), and
// from then on redemptions look at their counters, too (counting.go). The relay
// notes at the other's counters where there is something to look at (folded), and
// takes them off that list: only redemptions of these campaigns look then.

// unfoldedOf lists whose uses at limits somebody brings along: their own and those
// they have not folded yet.
func unfoldedOf(person string, row item) []string {
	more := getSet(row, "unfolded")
	if getBool(row, "counted") || len(more) > 0 {
		return union([]string{person}, more)
	}
	return nil
}

// maxFolds bounds how many persons one call folds. Taking one off the list is a
// change of the row, which calls again.
const maxFolds = 4

// settleFolds folds who is not folded yet into a person whose row was read. It may die
// anywhere, and be done beside itself.
func (s *Store) settleFolds(ctx context.Context, sp shop.Space, person string, row item) error {
	unfolded := getSet(row, "unfolded")
	slices.Sort(unfolded)
	for _, from := range unfolded[:min(maxFolds, len(unfolded))] {
		if err := s.fold(ctx, sp, person, from, row); err != nil {
			return err
		}
	}
	return nil
}

// fold goes through all counters that one person may have used, and notes at
// another's where that is so. Nothing can be added to them any more.
func (s *Store) fold(ctx context.Context, sp shop.Space, person, from string, row item) error {
	if err := s.foldAt(ctx, sp, person, from, firstCounter(sp)); err != nil {
		return err
	}
	err := s.eachCampaign(ctx, sp, func(ids []string) error {
		return s.foldAt(ctx, sp, person, from, limitCounters(sp, ids))
	})
	if err != nil {
		return err
	}
	// From here on the counters say it, also to whom this person becomes. Not after
	// an erasure: who claimed the same since has folded nothing.
	w := write{
		table: s.tables.Coupons, key: personKey(sp, person), update: "SET counted = :yes DELETE unfolded :from",
		values: item{":from": set(from), ":yes": boolean(true)},
	}
	w.since("erased_at", row["erased_at"])
	_, err = s.settle(ctx, "dynamo.fold", w) // a refusal: they were erased meanwhile
	return err
}

func (s *Store) foldAt(ctx context.Context, sp shop.Space, person, from string, cs []customerCounter) error {
	rows, err := s.countersOf(ctx, cs, from)
	if err != nil {
		return err
	}
	for _, at := range cs {
		theirs := rows[rowID(at(from))]
		if getNum(theirs, "uses") == 0 && getNum(theirs, "kept") == 0 && theirs["folded"] == nil {
			continue
		}
		if err := s.foldRow(ctx, sp, person, from, at(person), theirs); err != nil {
			return err
		}
	}
	return nil
}

// foldRow notes at a counter whose uses count there, too, while the person's row
// says that they are to be folded, and the person is nobody else.
func (s *Store) foldRow(ctx context.Context, sp shop.Space, person, from string, counter, theirs item) error {
	more := union([]string{from}, getSet(theirs, "folded"))
	_, err := s.settle(ctx, "dynamo.fold", write{
		table: s.tables.Coupons, key: counter, update: "ADD folded :more",
		values: item{":more": set(more...)},
	}, write{
		check: true, table: s.tables.Coupons, key: personKey(sp, person), condition: "contains(unfolded, :from) AND attribute_not_exists(same_as)",
		values: item{":from": str(from)},
	})
	return err
}

// firstCounter is that of first orders, limitCounters are those of campaigns.
func firstCounter(sp shop.Space) []customerCounter {
	return []customerCounter{func(person string) item { return firstKey(sp, person) }}
}

func limitCounters(sp shop.Space, campaigns []string) []customerCounter {
	cs := make([]customerCounter, len(campaigns))
	for i, id := range campaigns {
		cs[i] = func(person string) item { return limitKey(sp, id, person) }
	}
	return cs
}

// eachCampaign visits the ids of all campaigns there are, page by page.
func (s *Store) eachCampaign(ctx context.Context, sp shop.Space, visit func(ids []string) error) error {
	return s.each(ctx, &dynamodb.QueryInput{
		TableName: &s.tables.Campaigns, ConsistentRead: aws.Bool(true), Limit: aws.Int32(maxBatch),
		KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": str(campaignsPK(sp))},
	}, func(rows []item) error {
		ids := make([]string, len(rows))
		for i, row := range rows {
			ids[i] = getStr(row, attrSK)
		}
		return visit(ids)
	})
}
