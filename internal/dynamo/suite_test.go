package dynamo

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/lagniappe/lagniappe/infra/testbed"
	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/order"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// These tests hold every condition to its rule: what the domain checks before a
// write is stale by the time of the write, so each condition is tried here with
// what those checks would have let through. They share one emulator; each test
// has a shop of its own.

var (
	endpoint   string
	testTables = Tables{ // as template.yaml has them
		Shops: "ShopsTable", Campaigns: "CampaignsTable", Coupons: "CouponsTable", Attempts: "AttemptsTable",
		People: "PeopleTable", Orders: "OrdersTable", Events: "EventsTable",
	}
)

func TestMain(m *testing.M) {
	os.Exit(testbed.Main(m, testbed.Given, func(b *testbed.Bed) error {
		endpoint = b.Endpoint
		return nil
	}))
}

func newClient(more ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, HTTPClient: HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}, append([]func(*dynamodb.Options){Options}, more...)...)
}

// wire sees every write of a store before it is sent, and can fail it in DynamoDB's place.
type wire struct {
	mu     sync.Mutex
	writes []any
	fail   func(input any) error
}

func (w *wire) watch(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("wire",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				if err := w.see(in.Parameters); err != nil {
					return middleware.InitializeOutput{}, middleware.Metadata{}, err
				}
				return next.HandleInitialize(ctx, in)
			}), middleware.Before)
	})
}

func (w *wire) see(input any) error {
	switch input.(type) {
	case *dynamodb.PutItemInput, *dynamodb.UpdateItemInput, *dynamodb.TransactWriteItemsInput:
	default:
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes = append(w.writes, input)
	if w.fail == nil {
		return nil
	}
	return w.fail(input)
}

// last is the write that was sent last.
func (w *wire) last() any { return w.writes[len(w.writes)-1] }

// clock stands still until it is moved.
type clock struct{ ms atomic.Int64 }

func (c *clock) now() time.Time { return time.UnixMilli(c.ms.Load()).UTC() }

func (c *clock) move(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// side is the test side of a test's own shop.
type side struct {
	*Store
	t      *testing.T
	caller shop.Caller
	space  shop.Space
	wire   *wire
	clock  *clock
}

func newSide(t *testing.T) *side {
	t.Helper()
	s := &side{t: t, wire: &wire{}, clock: &clock{}}
	s.clock.ms.Store(time.Now().UnixMilli())
	s.Store = s.another()
	made, err := s.CreateShop(t.Context(), t.Name())
	s.must(err)
	s.space = shop.Space{Shop: made.ID}
	token, _, err := s.CreateKey(t.Context(), s.space, shop.Key{Kind: shop.Secret}, idem.Key{})
	s.must(err)
	s.caller, err = s.Caller(t.Context(), token)
	s.must(err)
	s.caller.Vault = testVault()
	return s
}

// another is a second instance: caches of its own, the same tables and clock.
func (s *side) another() *Store { return New(newClient(s.wire.watch), testTables, s.clock.now) }

func (s *side) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// wants fails the test unless err is the wanted one, or none where none is wanted.
func (s *side) wants(what string, err, want error) {
	s.t.Helper()
	if !errors.Is(err, want) {
		s.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func tenPercent() coupon.Definition {
	return coupon.Definition{Name: "Ten percent", Terms: coupon.Terms{
		Rewards: []coupon.Reward{{Type: coupon.PercentOff, PercentOff: "10"}}, Reason: coupon.Reason{German: "darum", English: "because"},
	}}
}

// campaign makes one with these limits; 0 is none.
func (s *side) campaign(limit, perCustomer int64) coupon.Campaign {
	s.t.Helper()
	d := tenPercent()
	d.MaxRedemptions, d.MaxRedemptionsPerCustomer = limit, perCustomer
	c, err := s.CreateCampaign(s.t.Context(), s.space, d, idem.Key{})
	s.must(err)
	return c
}

// issue makes a coupon: random where named is empty.
func (s *side) issue(c coupon.Campaign, named string, change ...func(*coupon.Issue)) coupon.Coupon {
	s.t.Helper()
	i := coupon.Issue{Campaign: c, Named: named, Now: s.now()}
	for _, f := range change {
		f(&i)
	}
	made, err := s.IssueCoupon(s.t.Context(), s.space, s.caller.Secrets, i, idem.Key{})
	s.must(err)
	return made
}

// request is customer anna's; key is the Idempotency-Key, if any.
func (s *side) request(c coupon.Coupon, orderID, key string) coupon.Request {
	s.t.Helper()
	o := order.Order{ID: orderID, Currency: "EUR", Lines: []order.Line{{ID: "1", Quantity: 1, UnitAmount: 1000}}}
	totals, err := o.Check()
	s.must(err)
	code, err := coupon.ParseCode(c.Code)
	s.must(err)
	return coupon.Request{
		Space: s.space, Secrets: s.caller.Secrets, Wishes: []coupon.Wish{{Text: c.Code, Code: code}}, Order: o, Totals: totals, Person: "anna", Replay: key, Now: s.now(),
	}
}

func (s *side) redeem(c coupon.Coupon, orderID, key string) coupon.Redemption {
	s.t.Helper()
	r, again, err := coupon.Redeem(s.t.Context(), s, s.request(c, orderID, key))
	s.must(err)
	if again {
		s.t.Fatalf("%s was redeemed before", orderID)
	}
	return r
}

func (s *side) rollBack(r coupon.Redemption) {
	s.t.Helper()
	_, again, err := s.Rollback(s.t.Context(), s.space, r.ID, coupon.Undo{})
	s.must(err)
	if again {
		s.t.Fatalf("%s was rolled back before", r.ID)
	}
}

// draftsman is a coupon.Writer that hands the draft out instead of writing it. What
// a draft has to know of gift cards first, it asks the store.
type draftsman struct {
	*Store
	draft coupon.Draft
}

func (w *draftsman) Redeem(ctx context.Context, d coupon.Draft) (coupon.Outcome, error) {
	if d.Blind() {
		return w.Store.Redeem(ctx, d)
	}
	w.draft = d
	return coupon.Outcome{Written: true}, nil
}

// draft passes every check in the process and stops before the write.
func (s *side) draft(r coupon.Request) coupon.Draft {
	s.t.Helper()
	w := &draftsman{Store: s.Store}
	var err error
	if r.Hold > 0 {
		_, _, err = coupon.TakeHold(s.t.Context(), w, r)
	} else {
		_, _, err = coupon.Redeem(s.t.Context(), w, r)
	}
	s.must(err)
	if w.draft.Refused() {
		s.t.Fatal(w.draft.Parts)
	}
	return w.draft
}

func (s *side) row(key item) item {
	s.t.Helper()
	row, err := s.get(s.t.Context(), s.tables.Coupons, key)
	s.must(err)
	return row
}

// audit holds a campaign's counters to its rows: the uses of a slot or a
// customer are the seats that name it, what is left is the rest, and no limit
// is passed. It gives the number of seats taken.
func (s *side) audit(c coupon.Campaign) int {
	s.t.Helper()
	taken, uses, counted, left := 0, map[string]int64{}, map[string]int64{}, int64(0)
	for id, row := range s.rows() {
		if getStr(row, "order_id") != "" && getStr(row, "campaign_id") == c.ID {
			taken++
			if person := getStr(row, "limited_person"); person != "" {
				uses[rowID(limitKey(s.space, c.ID, person))]++
			}
			for _, take := range getTakes(row) {
				uses[rowID(slotKey(s.space, c.ID, take.Slot))] += take.Took[coupon.Uses]
			}
		}
		if strings.Contains(id, "#slot#"+c.ID) || strings.Contains(id, "#limit#"+c.ID) {
			counted[id] = getNum(row, "uses")
			left += getNum(row, "uses_left")
		}
	}
	for id := range counted {
		if counted[id] != uses[id] || counted[id] > c.MaxRedemptionsPerCustomer && strings.Contains(id, "#limit#") {
			s.t.Errorf("%s counts %d uses, %d seats name it", id, counted[id], uses[id])
		}
	}
	if c.MaxRedemptions > 0 && left+int64(taken) != c.MaxRedemptions {
		s.t.Errorf("%d seats are taken and %d uses left of %d", taken, left, c.MaxRedemptions)
	}
	if drifts, err := s.Audit(s.t.Context(), s.space, c.ID); err != nil || len(drifts) != 0 {
		s.t.Errorf("the auditor finds %+v %v", drifts, err)
	}
	return taken
}

// rows are all that the side has in the coupons' table, by rowID.
func (s *side) rows() map[string]item {
	s.t.Helper()
	out := map[string]item{}
	pages := dynamodb.NewScanPaginator(newClient(), &dynamodb.ScanInput{
		TableName: &s.tables.Coupons, FilterExpression: aws.String("begins_with(pk, :space)"),
		ExpressionAttributeValues: item{":space": str(space(s.space) + "#")}, ConsistentRead: aws.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(s.t.Context())
		s.must(err)
		for _, row := range page.Items {
			out[rowID(row)] = row
		}
	}
	return out
}
