package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/shop"
)

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
