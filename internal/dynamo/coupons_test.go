package dynamo

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/idem"
)

// A random code that is taken is drawn again, and its holder keeps it.
func TestRandomCodesDoNotMeet(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	i := coupon.Issue{Campaign: camp, Now: s.now()}
	first, err := s.WithRandom(endless(7)).IssueCoupon(t.Context(), s.space, s.caller.Secrets, i, idem.Key{})
	s.must(err)
	s.redeem(first, "o-1", "")
	before := s.row(couponKey(s.space, first.ID))
	second, err := s.drawing(bytes.Repeat([]byte{7}, 8)...).IssueCoupon(t.Context(), s.space, s.caller.Secrets, i, idem.Key{})
	s.must(err)
	_, err = s.WithRandom(endless(7)).IssueCoupon(t.Context(), s.space, s.caller.Secrets, i, idem.Key{})
	s.wants("taken for ever", err, fault.ErrUnavailable)
	if after := s.row(couponKey(s.space, first.ID)); second.ID == first.ID || !reflect.DeepEqual(before, after) {
		t.Errorf("the first coupon became %v", after)
	}
}

// The first four characters of a code are a campaign's or the shop's own,
// whoever comes first; a code is one coupon's.
func TestPrefixesHaveOneMeaning(t *testing.T) {
	s := newSide(t)
	camp, err := s.drawing(1, 2, 3, 4, 7, 7, 7, 7).CreateCampaign(t.Context(), s.space, tenPercent(), idem.Key{})
	s.must(err)
	named := s.issue(camp, "8888-GIFT")
	other, err := s.drawing(1, 2, 3, 5, 8, 8, 8, 8).CreateCampaign(t.Context(), s.space, tenPercent(), idem.Key{})
	s.must(err)
	if other.Prefix == "8888" {
		t.Error("a campaign took the prefix of a named code")
	}
	s.issue(other, "8888-MORE") // named codes may share a prefix
	for code, want := range map[string]error{
		"7777-GIFT": coupon.ErrCodeReserved, "8888 gift": coupon.ErrCodeTaken, other.Prefix + "-A": coupon.ErrCodeReserved,
	} {
		_, err := s.IssueCoupon(t.Context(), s.space, s.caller.Secrets, coupon.Issue{Campaign: camp, Named: code, Now: s.now()}, idem.Key{})
		s.wants(code, err, want)
	}
	if got, err := s.Coupon(t.Context(), s.space, named.ID); err != nil || got.Campaign != camp.ID {
		t.Errorf("%+v %v", got, err)
	}
}

// The first coupon marks its campaign in the same transaction.
func TestFirstIssueIsMarked(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	s.wire.fail = func(any) error { return errors.New("down") }
	_, err := s.IssueCoupon(t.Context(), s.space, s.caller.Secrets, coupon.Issue{Campaign: camp, Now: s.now()}, idem.Key{})
	s.wants("outage", err, fault.ErrUnavailable)
	s.wire.fail = nil
	for n := range 2 {
		got, err := s.Campaign(t.Context(), s.space, camp.ID)
		s.must(err)
		if got.Issued != (n > 0) || got.Revision != 1 {
			t.Errorf("after %d coupons: %+v", n, got)
		}
		s.issue(got, "")
	}
}

// Only a coupon can be disabled, not a seat, a slot or a limit: no row comes into being.
func TestOnlyCouponsAreDisabled(t *testing.T) {
	s := newSide(t)
	r := s.redeem(s.issue(s.campaign(9, 3), "EVERYBODY"), "o-1", "")
	seat, _, _ := coupon.ParseRedemptionID(r.ID)
	before := s.rows()
	for _, id := range []string{coupon.Prefix + seat.Order, coupon.Prefix + "0000000000000000"} {
		_, err := s.SetDisabled(t.Context(), s.space, id, true)
		s.wants(id, err, fault.ErrNotFound)
	}
	if !reflect.DeepEqual(before, s.rows()) {
		t.Error("rows changed")
	}
}

func TestReadCoupon(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	c := s.issue(camp, "", func(i *coupon.Issue) {
		i.Customer, i.Person, i.Metadata = "c-1", "anna", map[string]string{"a": "b"}
		i.StartsAt, i.ExpiresAt = i.Now.Add(-time.Hour), i.Now.Add(time.Hour)
	})
	if got, err := s.Coupon(t.Context(), s.space, c.ID); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("%v\n%+v, issued was\n%+v", err, got, c)
	}
	r := s.redeem(c, "o-1", "")
	if got, err := s.Coupon(t.Context(), s.space, c.ID); err != nil || *got.TimesRedeemed != 1 || got.Redemption != r.ID {
		t.Errorf("redeemed: %+v %v", got, err)
	}
	s.rollBack(r)
	if got, err := s.Coupon(t.Context(), s.space, c.ID); err != nil || *got.TimesRedeemed != 0 || got.Redemption != "" {
		t.Errorf("rolled back: %+v %v", got, err)
	}
	named := s.issue(camp, "EVERYBODY")
	seat, _, _ := coupon.ParseRedemptionID(s.redeem(named, "o-1", "").ID)
	_, err := s.Coupon(t.Context(), s.space, coupon.Prefix+seat.Order)
	s.wants("the seat of a shared code", err, fault.ErrNotFound)
	if got, err := s.Coupon(t.Context(), s.space, named.ID); err != nil || got.TimesRedeemed != nil || !got.Shared {
		t.Errorf("shared: %+v %v", got, err)
	}
}

// A page holds the newest of all buckets, and the next begins right below it.
func TestCouponPages(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	var want []string
	for n := range 11 {
		if n%3 == 0 { // some of one moment
			s.clock.move(time.Millisecond)
		}
		want = append(want, issuedKey(s.now(), s.issue(camp, "").ID))
	}
	var got []string
	for below := ""; ; {
		page, next, err := s.Coupons(t.Context(), s.space, coupon.Filter{Campaign: camp.ID}, below, 4)
		s.must(err)
		for _, c := range page {
			got = append(got, issuedKey(c.CreatedAt, c.ID))
		}
		if below = next; next == "" {
			break
		}
	}
	for i := range got {
		if i > 0 && got[i-1] <= got[i] || len(got) != len(want) {
			t.Fatalf("listed %q, issued %q", got, want)
		}
	}
}

func TestMerge(t *testing.T) {
	list := func(keys ...string) (rows []item) {
		for _, k := range keys {
			rows = append(rows, item{"k": str(k)})
		}
		return rows
	}
	for _, c := range []struct {
		pages [][]item
		limit int
		want  []item
	}{
		{nil, 3, nil},
		{[][]item{nil, list("b", "a"), nil}, 3, list("b", "a")},
		{[][]item{list("e", "b"), list("d", "c", "a")}, 4, list("e", "d", "c", "b")},
		{[][]item{list("a"), list("c"), list("b")}, 2, list("c", "b")},
	} {
		if got := merge(c.pages, query{sortAttr: "k", limit: c.limit}); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
	if got := merge([][]item{list("b", "e"), list("a", "c", "d")}, query{sortAttr: "k", limit: 4, oldest: true}); !reflect.DeepEqual(got, list("a", "b", "c", "d")) {
		t.Errorf("oldest first: %v", got)
	}
}

// An Idempotency-Key holds its answer for a day, to the second, and commits
// with the effect or not at all.
func TestOnce(t *testing.T) {
	s := newSide(t)
	camp := s.campaign(0, 0)
	key := func(id, body string) idem.Key { return idem.Key{ID: id, Body: []byte(body)} }
	issue := func(named string, k idem.Key) (coupon.Coupon, error) {
		return s.IssueCoupon(t.Context(), s.space, s.caller.Secrets, coupon.Issue{Campaign: camp, Named: named, Now: s.now()}, k)
	}
	answered := func(k idem.Key) bool {
		_, ok, err := s.AnsweredCoupon(t.Context(), s.space, k)
		s.must(err)
		return ok
	}
	first, err := issue("", key("a", "1"))
	s.must(err)
	_, err = issue("", key("a", "2"))
	s.wants("another body", err, fault.ErrIdempotencyKeyReused)
	s.issue(camp, "EVERYBODY")
	_, err = issue("EVERYBODY", key("b", "1"))
	s.wants("taken", err, coupon.ErrCodeTaken)
	if answered(key("b", "1")) {
		t.Error("a refusal is remembered")
	}
	s.clock.move(idem.Keep - time.Second)
	if again, err := issue("", key("a", "1")); err != nil || again.ID != first.ID || !answered(key("a", "1")) {
		t.Errorf("the last second: %v %v", again, err)
	}
	s.clock.move(time.Second)
	if answered(key("a", "1")) {
		t.Error("answered after a day")
	}
	if next, err := issue("", key("a", "1")); err != nil || next.ID == first.ID {
		t.Errorf("after a day: %v %v", next, err)
	}
	if _, ok := s.wire.last().(*dynamodb.TransactWriteItemsInput); !ok {
		t.Errorf("row and effect were written by a %T", s.wire.last())
	}
}

// The first coupon freezes the shape that its campaign has then, not one that
// it had when it was read.
func TestFirstIssueHasTheFrozenShape(t *testing.T) {
	for _, named := range []string{"", "EVERYBODY"} {
		s := newSide(t)
		read := s.campaign(0, 0)
		d := read.Definition
		d.Rewards = []coupon.Reward{{Type: coupon.FreeShipping}}
		next, err := read.Apply(coupon.Change{Definition: d}, s.now())
		s.must(err)
		_, err = s.ChangeCampaign(t.Context(), s.space, read, next)
		s.must(err)
		_, err = s.IssueCoupon(t.Context(), s.space, s.caller.Secrets, coupon.Issue{Campaign: read, Named: named, Now: s.now()}, idem.Key{})
		s.wants("issued as it was", err, fault.ErrStale)
		c := s.issue(next, named)
		now, err := s.Campaign(t.Context(), s.space, read.ID)
		if err != nil || !now.Issued || c.CampaignVersion != now.Version {
			t.Errorf("issued under version %d, frozen is %d (%v)", c.CampaignVersion, now.Version, err)
		}
	}
}
