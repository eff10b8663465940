// Package dynamo keeps everything in DynamoDB. It is the only package that
// imports the SDK, and the only implementation of the stores that the domains
// and functions declare: tests and laptops talk the same protocol to an emulator.
//
// keys.go lists every key with its access pattern. A state change is one
// conditional write or one transaction (write.go), with the rule in the
// condition, and the row that stood in the way comes back with the refusal.
// Definitions (keys, campaigns, shared codes) are cached for seconds (cache.go);
// nothing that a limit hangs on ever is.
package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// Tables are the names of the tables that a function may touch.
type Tables struct {
	Shops     string
	Campaigns string
	Coupons   string
	Attempts  string
	People    string
	Orders    string
	Events    string
}

// Store is the one store.
type Store struct {
	db     requests
	tables Tables
	now    func() time.Time
	random io.Reader

	slotsOfNew int // 0: as the domain decides

	callers   *cache[shop.Caller]
	prefixes  *cache[meaning]
	campaigns *cache[coupon.Campaign]
	terms     *cache[coupon.Terms]
	batches   *cache[*coupon.Coder]
	shared    *cache[coupon.Coupon]
	settings  *cache[coupon.Settings]
	exhausted *cache[spent]
	automatic *cache[[]coupon.Campaign]
	segments  *cache[[]asked]
	failures  *cache[int64]    // of parties, as far as this instance knows
	sighted   *cache[struct{}] // what the radar has been told
}

// WithRandom gives a copy of the store that draws ids, codes and keys from r,
// for a demo shop that is the same everywhere.
func (s *Store) WithRandom(r io.Reader) *Store {
	c := *s
	c.random = r
	return &c
}

// WithSlots gives a copy of the store that spreads the limits of new campaigns
// over n slots, for measuring what the number costs.
func (s *Store) WithSlots(n int) *Store {
	c := *s
	c.slotsOfNew = n
	return &c
}

// How long an instance trusts what it has read, and so how late it notices a
// change made elsewhere. The contract names these delays.
const (
	keyDelay        = 30 * time.Second // revoking a key
	definitionDelay = 5 * time.Second  // pausing or changing a campaign, which ones are automatic, disabling or enabling a shared code, revoking a batch
	exhaustedDelay  = 2 * time.Second  // a use given back to an exhausted campaign
	immutable       = 24 * time.Hour
)

// remembered is longer than any window that attempts are counted in.
const remembered = 25 * time.Hour

// New makes a store. The clock decides expiry and cache ages.
func New(db *dynamodb.Client, tables Tables, now func() time.Time) *Store {
	return &Store{
		db: requestsOf(db), tables: tables, now: now, random: rand.Reader,
		callers:   newCache[shop.Caller](2_000, keyDelay, now),
		prefixes:  newCache[meaning](20_000, immutable, now),
		campaigns: newCache[coupon.Campaign](2_000, definitionDelay, now),
		terms:     newCache[coupon.Terms](2_000, immutable, now),
		batches:   newCache[*coupon.Coder](2_000, definitionDelay, now),
		shared:    newCache[coupon.Coupon](2_000, definitionDelay, now),
		settings:  newCache[coupon.Settings](2_000, definitionDelay, now),
		exhausted: newCache[spent](2_000, exhaustedDelay, now),
		automatic: newCache[[]coupon.Campaign](500, definitionDelay, now),
		segments:  newCache[[]asked](500, immutable, now),
		failures:  newCache[int64](20_000, remembered, now),
		sighted:   newCache[struct{}](20_000, remembered, now),
	}
}

// Options are the SDK settings that every client of ours has: enough attempts
// to ride out a throttle, waits short enough for somebody at a till.
func Options(o *dynamodb.Options) {
	o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
		r.MaxAttempts = 4
		r.Backoff = retry.BackoffDelayerFunc(func(n int, _ error) (time.Duration, error) {
			return pause(n, 25*time.Millisecond, 400*time.Millisecond), nil
		})
	})
}

// failed turns an SDK error into a fault: an outage that a retry may outlive,
// or a mistake of ours (a malformed request, a missing table or permission).
func failed(op string, err error) error {
	if err == nil {
		return nil
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		err = named(api, err)
		switch api.ErrorCode() {
		case "ValidationException", "AccessDeniedException", "ResourceNotFoundException", "UnrecognizedClientException":
			return fault.ErrInternal.In(op).Because(err)
		}
	}
	return fault.ErrUnavailable.In(op).Because(err)
}

// named keeps of an SDK error what can be looked up, and drops its message,
// which may quote the request: codes and addresses do not belong into a log.
func named(api smithy.APIError, err error) error {
	id := "none"
	if response, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		id = response.ServiceRequestID()
	}
	return fmt.Errorf("DynamoDB answered %s (request %s)", api.ErrorCode(), id)
}

// get reads one row, consistently; nil where there is none.
func (s *Store) get(ctx context.Context, table string, key item) (item, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, failed("dynamo.get", err)
	}
	return out.Item, nil
}

// attemptTimeout bounds one attempt of a request that usually takes
// milliseconds, so that a silent connection leaves time for another.
const attemptTimeout = 2 * time.Second

// HTTPClient keeps a connection for each concurrent request; the SDK's own
// keeps ten a host and makes the others anew.
func HTTPClient() aws.HTTPClient {
	return awshttp.NewBuildableClient().WithTimeout(attemptTimeout).WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns, t.MaxIdleConnsPerHost = 256, 256
	})
}
