package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/customer"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// forgetProfile removes what stands beside the profile and beside those that were
// merged into it, tells of it, and removes the tombstone.
func (s *Store) forgetProfile(ctx context.Context, sp shop.Space, c customer.Customer, stone item, at time.Time) error {
	for _, j := range c.Joined {
		if err := s.forgetJoined(ctx, sp, j.Person, at); err != nil {
			return err
		}
	}
	person := c.Person
	var signals []customer.Signal
	if err := getDocument(stone, "signals", &signals); err != nil {
		return err
	}
	keys := []item{listedKey(sp, person, getTime(stone, "created_at"))}
	for _, signal := range signals {
		keys = append(keys, key(signalPK(sp, signal.Hash), person))
	}
	for _, k := range keys {
		if err := s.drop(ctx, s.tables.People, k); err != nil {
			return err
		}
	}
	if err := s.dropBeside(ctx, sp, person); err != nil {
		return err
	}
	if err := s.tell(ctx, sp, readErasure(sp, person, stone).Event(sp)); err != nil {
		return err
	}
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.People, Key: profileKey(sp, person),
		ConditionExpression: optional("erasing = :mine"), ExpressionAttributeValues: item{":mine": stone["erasing"]},
	})
	if refused, err := refusals("dynamo.erase", err, 1); refused == nil {
		return err
	}
	return nil // somebody else has removed it
}

// dropAll removes what stands beside a profile under a prefix. Notes of events
// are not among it: they are for who removes the events.
func (s *Store) dropAll(ctx context.Context, sp shop.Space, person, prefix string) error {
	for {
		rows, err := s.ofCustomer(ctx, sp, person, prefix, "", maxBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := s.drop(ctx, s.tables.People, keyOfRow(row)); err != nil {
				return err
			}
		}
	}
}

// drop deletes a row, if it is there.
func (s *Store) drop(ctx context.Context, table string, key item) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: key})
	return failed("dynamo.drop", err)
}

// forgetJoined removes what is left under the id of a customer who was merged into
// the one that is erased: all but the id, then that, so that nobody has the id
// anew before. What is under it when that is gone is somebody else's. Events that are told
// late are looked for once more.
func (s *Store) forgetJoined(ctx context.Context, sp shop.Space, person string, at time.Time) error {
	row, err := s.get(ctx, s.tables.People, profileKey(sp, person))
	if err != nil || !merged(row) {
		return err
	}
	if err := s.remind(ctx, at.Add(lookAgain), eraseTask(sp, person)); err != nil {
		return err
	}
	if err := s.dropBeside(ctx, sp, person); err != nil {
		return err
	}
	_, err = s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.People, Key: profileKey(sp, person), ConditionExpression: optional("attribute_exists(merged_into)"),
	})
	if refused, err := refusals("dynamo.erase", err, 1); refused == nil {
		return err
	}
	return nil // somebody else has removed it
}

// dropBeside removes all that stands beside a profile; by now nothing hangs on identities.
func (s *Store) dropBeside(ctx context.Context, sp shop.Space, person string) error {
	for _, prefix := range []string{skConsent, skFact, skTold, skPending, skIdentity} {
		if err := s.dropAll(ctx, sp, person, prefix); err != nil {
			return err
		}
	}
	return nil
}
