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
)

// lossy loses the answer of the next write after DynamoDB has made it. The SDK
// sends the write again on its own.
type lossy struct {
	inner interface {
		Do(*http.Request) (*http.Response, error)
	}
	next atomic.Bool
}

func (l *lossy) Do(r *http.Request) (*http.Response, error) {
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
func (s *side) losing() *Store {
	return New(newClient(func(o *dynamodb.Options) {
		l := &lossy{inner: o.HTTPClient}
		l.next.Store(true)
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
		back, _, err := s.losing().Rollback(t.Context(), s.space, r.ID, "", "")
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
