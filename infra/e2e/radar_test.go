package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/shop"
)

var publishable = shop.Key{Kind: shop.Publishable}

// attemptRow is a row of the Attempts table, as text.
type attemptRow struct {
	text string
	ttl  int64
}

// attempts are all that the tenant has there; leaks that were raised are in another partition.
func (n *tenant) attempts() []attemptRow {
	n.t.Helper()
	out, err := n.house.Client.Scan(n.t.Context(), &dynamodb.ScanInput{
		TableName: aws.String("AttemptsTable"), FilterExpression: aws.String("begins_with(pk, :space)"), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":space": &types.AttributeValueMemberS{Value: strings.TrimPrefix(n.shop.ID, shop.Prefix) + "#"},
		},
	})
	if err != nil {
		n.t.Fatal(err)
	}
	var rows []attemptRow
	for _, item := range out.Items {
		var r attemptRow
		b, err := json.Marshal(item)
		if err != nil {
			n.t.Fatal(err)
		}
		r.text = string(b)
		if v, ok := item["ttl"].(*types.AttributeValueMemberN); ok {
			_, _ = fmt.Sscan(v.Value, &r.ttl)
		}
		rows = append(rows, r)
	}
	return rows
}

// sweep runs the radar, and gives what it said of the tenant's shop.
func (n *tenant) sweep() []object {
	n.t.Helper()
	from := len(suite.log.String())
	if err := n.house.Scheduled["radar"].Handle(n.t.Context()); err != nil {
		n.t.Fatal(err)
	}
	var lines []object
	for l := range strings.SplitSeq(suite.log.String()[from:], "\n") {
		var o object
		if json.Unmarshal([]byte(l), &o) == nil && o["msg"] == "leak suspected" && o["shop"] == n.shop.ID {
			lines = append(lines, o)
		}
	}
	return lines
}

// leak is what a coupon shows of it.
func (n *tenant) leak(coupon string) object {
	n.t.Helper()
	o, _ := n.do("GET", "/v1/coupons/"+coupon, nil).want(200).Body["leak"].(object)
	return o
}

func customer(i int) object { return object{"customer": fmt.Sprint("c-", i)} }

// A hundred customers try a code that one has used: one leak, told once,
// counted once, and the coupon is disabled once.
func TestRadarFiresOnce(t *testing.T) {
	n := newTenant(t)
	n.onTheHour()
	c := n.coupon(n.campaign(object{"leak_radar": object{"pause": true}}), nil)
	id, code := c.str("id"), c.str("code")
	n.do("POST", "/v1/redemptions", use(code, "o-owner", customer(1000))).want(201)
	counts := together(100, func(i int) int {
		return n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("o-", i), customer(i))).Status
	})
	if counts[409] != 100 {
		t.Fatalf("answers %v", counts)
	}
	if n.leak(id) != nil {
		t.Error("marked before the radar ran")
	}
	lines := append(n.sweep(), n.sweep()...)
	if len(lines) != 1 || lines[0]["LeaksSuspected"] != 1.0 || lines[0]["coupon"] != id || lines[0]["paused"] != true || lines[0]["customers"] != 5.0 {
		t.Errorf("told %v", lines)
	}
	if leak := n.leak(id); leak["customers"] != 5.0 || leak["paused"] != true || leak["suspected_at"] == nil {
		t.Errorf("shown %v", leak)
	}
	if got := n.told(id); len(got) != 1 || got[0] != "coupon.leak_suspected" {
		t.Errorf("events %v", got)
	}
	if n.do("GET", "/v1/coupons/"+id, nil).Body["active"] != false {
		t.Error("it is still active")
	}
	// Enabled again it stays so: the same window raises nothing more, from whichever side.
	n.do("POST", "/v1/coupons/"+id+"/enable", nil).want(200)
	for i := range 20 {
		n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("p-", i), customer(200+i))).want(409)
		n.try(n.pk, fmt.Sprintf("203.0.%d.1:1", i), code).want(200)
	}
	if lines := n.sweep(); len(lines) != 0 || n.do("GET", "/v1/coupons/"+id, nil).Body["active"] != true {
		t.Errorf("told again: %v", lines)
	}
	n.clock.move(time.Hour)
	for i := range 5 {
		n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("q-", i), customer(i))).want(409)
	}
	if lines := n.sweep(); len(lines) != 1 || n.do("GET", "/v1/coupons/"+id, nil).Body["active"] != false {
		t.Errorf("in the next hour: %v", lines)
	}
}

// onTheHour moves the clock to just after one began.
func (n *tenant) onTheHour() {
	n.clock.move(n.clock.now().Truncate(time.Hour).Add(time.Hour + time.Second).Sub(n.clock.now()))
}

// Who is counted, for which code, and from how many on.
func TestWhatTheRadarSees(t *testing.T) {
	n := newTenant(t)
	n.onTheHour()
	plain, radar := n.campaign(nil), n.campaign(object{"leak_radar": object{"customers": 3, "minutes": 30}, "max_redemptions": 1})
	page := func(code string, i int) { n.try(n.pk, fmt.Sprintf("203.0.%d.1:1", i), code).want(200) }
	server := func(code string, i int) { n.try(n.sk, guesser, code, customer(i)).want(200) }
	for name, c := range map[string]struct {
		coupon answer
		try    func(code string, i int)
		want   bool
		tries  int
	}{
		"another's code":                   {n.coupon(plain, object{"customer": "owner"}), server, true, 5},
		"another's code, too few":          {n.coupon(plain, object{"customer": "owner"}), server, false, 4},
		"another's code, from the page":    {n.coupon(plain, object{"customer": "owner"}), page, true, 5},
		"one thief, often":                 {n.coupon(plain, object{"customer": "owner"}), func(code string, _ int) { server(code, 1) }, false, 9},
		"one network, often":               {n.coupon(plain, object{"customer": "owner"}), func(code string, i int) { n.try(n.pk, fmt.Sprintf("203.0.113.%d:1", i), code) }, false, 9},
		"page and till, half each":         {n.coupon(plain, object{"customer": "owner"}), func(code string, i int) { page(code, i); server(code, i) }, false, 4},
		"nobody is named":                  {n.coupon(plain, object{"customer": "owner"}), func(code string, _ int) { n.try(n.sk, guesser, code) }, false, 9},
		"the owner":                        {n.coupon(plain, object{"customer": "owner"}), func(code string, _ int) { n.try(n.sk, guesser, code, object{"customer": "owner"}) }, false, 9},
		"nobody's code that is free still": {n.coupon(plain, nil), server, false, 9},
		"a code for all":                   {n.coupon(plain, object{"code": "FORALL"}), server, false, 9},
		"a code for few": {n.coupon(radar, object{"code": "FORFEW"}), func(code string, i int) {
			n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("few-", i), customer(i)))
		}, true, 4},
	} {
		for i := range c.tries {
			c.try(c.coupon.str("code"), i)
		}
		lines := n.sweep()
		if (len(lines) == 1) != c.want || len(lines) > 1 || (n.leak(c.coupon.str("id")) != nil) != c.want {
			t.Errorf("%s: told %v", name, lines)
		}
		if c.coupon.Body["active"] != n.do("GET", "/v1/coupons/"+c.coupon.str("id"), nil).Body["active"] {
			t.Errorf("%s: nobody asked for it to be disabled", name)
		}
	}
}

// The radar's terms belong to the campaign, with bounds.
func TestRadarTerms(t *testing.T) {
	n := newTenant(t)
	for _, bad := range []object{{"customers": 1}, {"customers": 51}, {"minutes": 1441}, {"minutes": -1}, {"pause": "yes"}, {"people": 3}} {
		n.do("POST", "/v1/campaigns", with(tenPercent(), object{"leak_radar": bad})).want(422)
	}
	id := n.campaign(object{"leak_radar": object{"customers": 2}})
	a := n.do("PATCH", "/v1/campaigns/"+id, object{"leak_radar": object{"pause": true}}).want(200)
	if radar, _ := a.Body["leak_radar"].(object); radar["customers"] != 2.0 || radar["pause"] != true || a.num("version") != 1 {
		t.Errorf("%s", a.Raw)
	}
	if a := n.do("PATCH", "/v1/campaigns/"+id, object{"leak_radar": nil}).want(200); a.Body["leak_radar"] != nil {
		t.Errorf("%s", a.Raw)
	}
}
