package dynamo

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// lossy loses the answer of the next write after DynamoDB has made it. The SDK
// sends the write again on its own.
type lossy struct {
	inner interface {
		Do(*http.Request) (*http.Response, error)
	}
	next atomic.Bool
	held atomic.Bool // then the SDK's second try meets a conflict
}

func (l *lossy) Do(r *http.Request) (*http.Response, error) {
	if !l.next.Load() && l.held.CompareAndSwap(true, false) {
		const conflict = `{"__type":"x#TransactionCanceledException","CancellationReasons":[{"Code":"TransactionConflict"}]}`
		return &http.Response{StatusCode: http.StatusBadRequest, Body: io.NopCloser(strings.NewReader(conflict))}, nil
	}
	answer, err := l.inner.Do(r)
	action := r.Header.Get("X-Amz-Target")
	if err == nil && (strings.HasSuffix(action, "Item") || strings.HasSuffix(action, "WriteItems")) &&
		!strings.HasSuffix(action, "GetItem") && l.next.CompareAndSwap(true, false) {
		_ = answer.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return answer, err
}

// losing is an instance that loses the answer of its next write.
func (s *side) losing() *Store { return s.losingThen(false) }

// losingThen may meet a conflict after it: the store then asks anew, under a
// token of its own, and DynamoDB does not know that it is the same request.
func (s *side) losingThen(conflict bool) *Store {
	return New(newClient(func(o *dynamodb.Options) {
		l := &lossy{inner: o.HTTPClient}
		l.next.Store(true)
		l.held.Store(conflict)
		o.HTTPClient, o.Retryer = l, retry.AddWithMaxBackoffDelay(o.Retryer, time.Millisecond)
	}), testTables, s.clock.now)
}

// An answer that was lost is asked for again, and the write has one effect.
func TestLostAnswers(t *testing.T) {
	for _, k := range kinds {
		s := newSide(t)
		camp := s.campaign(k.max, k.each)
		c := s.issue(camp, k.code)
		r, _, err := coupon.Redeem(t.Context(), s.losing(), s.request(c, "o-1", ""))
		s.must(err)
		if s.audit(camp) != 1 {
			t.Errorf("%s: not one seat", k.name)
		}
		back, _, err := s.losing().Rollback(t.Context(), s.space, r.ID, coupon.Undo{})
		s.must(err)
		if s.audit(camp) != 0 || back.Redemption != r.ID {
			t.Errorf("%s: not rolled back: %+v", k.name, back)
		}
	}
}

// One call issues one coupon, with an Idempotency-Key or without.
func TestLostAnswerOfAnIssue(t *testing.T) {
	for _, id := range []string{"", "key"} {
		s := newSide(t)
		camp := s.campaign(0, 0)
		s.issue(camp, "") // the campaign is marked: the next is a single put
		camp.Issued = true
		i := coupon.Issue{Campaign: camp, Now: s.now()}
		_, err := s.losing().IssueCoupon(t.Context(), s.space, s.caller.Secrets, i, idem.Key{ID: id, Body: []byte("1")})
		s.must(err)
		coupons := 0
		for _, row := range s.rows() {
			if getStr(row, "code") != "" {
				coupons++
			}
		}
		if coupons != 2 {
			t.Errorf("key %q: one call issued %d coupons", id, coupons-1)
		}
	}
}

// A change whose answer was lost is no change by somebody else.
func TestLostAnswerOfAChange(t *testing.T) {
	s := newSide(t)
	for n, change := range []func(*coupon.Definition){
		func(d *coupon.Definition) { d.Name = "Renamed" },                                       // one write
		func(d *coupon.Definition) { d.Rewards = []coupon.Reward{{Type: coupon.FreeShipping}} }, // with new terms
		func(d *coupon.Definition) { d.Metadata = map[string]string{"a": "b"} },
	} {
		prev := s.campaign(0, 0)
		d := prev.Definition
		change(&d)
		next, err := prev.Apply(coupon.Change{Definition: d}, s.now())
		s.must(err)
		got, err := s.losing().ChangeCampaign(t.Context(), s.space, prev, next)
		if err != nil || got.Revision != 2 {
			t.Errorf("change %d: %+v %v", n, got, err)
		}
	}
}

// What was made under a token that DynamoDB no longer knows is recognised by its row.
func TestLostAnswerThenConflict(t *testing.T) {
	for _, id := range []string{"", "key"} {
		s := newSide(t)
		once := idem.Key{ID: id, Body: []byte("1")}
		camp, err := s.losingThen(true).CreateCampaign(t.Context(), s.space, tenPercent(), once)
		s.must(err)
		for _, named := range []string{"", "SUMMER26"} {
			i := coupon.Issue{Campaign: camp, Named: named, Now: s.now()} // with the mark of the first: a transaction
			_, err := s.losingThen(true).IssueCoupon(t.Context(), s.space, s.caller.Secrets, i, idem.Key{ID: id + named, Body: []byte("1")})
			s.must(err)
		}
		token, _, err := s.losingThen(true).CreateKey(t.Context(), s.space, shop.Key{Kind: shop.Secret}, once)
		s.must(err)
		if _, err := s.Caller(t.Context(), token); err != nil {
			t.Errorf("nobody ever saw the key: %v", err)
		}
		camps, err := s.Campaigns(t.Context(), s.space, "", 10)
		s.must(err)
		coupons, _, err := s.Coupons(t.Context(), s.space, coupon.Filter{Campaign: camp.ID}, "", 10)
		s.must(err)
		keys, err := s.Keys(t.Context(), s.space)
		s.must(err)
		if len(camps) != 1 || len(coupons) != 2 || len(keys) != 2 {
			t.Errorf("key %q: %d campaigns, %d coupons, %d keys", id, len(camps), len(coupons), len(keys))
		}
		_, err = s.losingThen(true).CreateShop(t.Context(), t.Name())
		s.must(err)
	}
}

// Two calls that name the same code at the same moment are two, whatever stands in their rows.
func TestSameNameAtTheSameMoment(t *testing.T) {
	s := newSide(t)
	i := coupon.Issue{Campaign: s.campaign(0, 0), Named: "SUMMER26", Now: s.now()}
	for _, want := range []error{nil, coupon.ErrCodeTaken} {
		_, err := s.IssueCoupon(t.Context(), s.space, s.caller.Secrets, i, idem.Key{})
		s.wants("issue", err, want)
	}
}

// A disabling that arrives late does not undo what was done since.
func TestLateDisabling(t *testing.T) {
	for _, changes := range [][]bool{{true, false}, {true, false, true}} {
		s := newSide(t)
		c := s.issue(s.campaign(0, 0), "")
		var sent []any
		for _, disabled := range changes {
			_, err := s.SetDisabled(t.Context(), s.space, c.ID, disabled)
			s.must(err)
			sent = append(sent, s.wire.last())
		}
		for _, late := range sent {
			_, err := s.db.UpdateItem(t.Context(), late.(*dynamodb.UpdateItemInput))
			if _, refused := errors.AsType[*types.ConditionalCheckFailedException](err); !refused {
				t.Errorf("a late copy after %d changes: %v", len(changes), err)
			}
		}
		if got, err := s.Coupon(t.Context(), s.space, c.ID); err != nil || got.Active == changes[len(changes)-1] {
			t.Errorf("after %v the coupon is active: %v (%v)", changes, got.Active, err)
		}
	}
}
