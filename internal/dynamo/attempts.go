package dynamo

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/attempt"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Failures is how many of the party's failures this instance knows of: as many
// as the last that it counted said. It makes no request; see package attempt for
// what that costs.
func (s *Store) Failures(c shop.Caller, p attempt.Party, at time.Time) int64 {
	if s.failures.entries.Len() == 0 { // most instances, most of the time
		return 0
	}
	n, _ := s.failures.peek(partyName(c, p, p.At(at)))
	return n
}

// Fail counts so many more. The addition has no condition, and one whose first
// answer was lost may count twice: this is a budget, not a ledger.
func (s *Store) Fail(ctx context.Context, c shop.Caller, p attempt.Party, at time.Time, more int64) (int64, error) {
	w := p.At(at)
	name := partyName(c, p, w)
	n, err := s.countFailures(ctx, c, p, w, more)
	if err != nil { // so that without its table an instance still bounds what it answers itself
		known, _ := s.failures.peek(name)
		n = known + more
	}
	s.failures.put(name, n)
	return n, err
}

// partyName tells parties apart within this process, where their networks may stand.
func partyName(c shop.Caller, p attempt.Party, w attempt.Window) string {
	return space(c.Space) + " " + p.Name + " " + strconv.FormatInt(w.Number, 10)
}

// stays is how long a row outlives its window before TTL may clean it up.
const stays = time.Hour

func (s *Store) countFailures(ctx context.Context, c shop.Caller, p attempt.Party, w attempt.Window, more int64) (int64, error) {
	secret, err := c.Attempts(ctx)
	if err != nil {
		return 0, err
	}
	shard := strconv.FormatInt(rand.Int64N(p.Shards), 10) //nolint:gosec // nothing is secret about a shard
	hash := secret.ID("", "party", p.Name, strconv.FormatInt(w.Number, 10), shard)
	out, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Attempts, Key: tryKey(c.Space, hash),
		UpdateExpression:          aws.String("ADD failures :more SET #ttl = :ttl"),
		ExpressionAttributeNames:  map[string]string{"#ttl": "ttl"},
		ExpressionAttributeValues: item{":more": num(more), ":ttl": num(w.Ends.Add(stays).Unix())},
		ReturnValues:              types.ReturnValueUpdatedNew,
	})
	if err != nil {
		return 0, failed("dynamo.Fail", err)
	}
	return p.Estimate(getNum(out.Attributes, "failures")), nil
}
