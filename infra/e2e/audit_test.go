package e2e

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/functions/audit"
	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/shop"
)

func (n *tenant) space() shop.Space { return shop.Space{Shop: n.shop.ID} }

func (n *tenant) drifts(campaign string) []coupon.Drift {
	n.t.Helper()
	got, err := n.house.Operator.Audit(n.t.Context(), n.space(), campaign)
	if err != nil {
		n.t.Fatal(err)
	}
	return got
}

// noDrift holds the counters of campaigns to their rows.
func (n *tenant) noDrift(campaigns ...string) {
	n.t.Helper()
	for _, c := range campaigns {
		if got := n.drifts(c); len(got) != 0 {
			n.t.Errorf("%s drifts: %+v", c, got)
		}
	}
}

// auditor is the function of the house, which does not wait between two looks.
func (n *tenant) auditor() *audit.Auditor {
	a := n.house.Scheduled["audit"].(*audit.Auditor)
	a.Wait = func(context.Context) error { return nil }
	a.Budget.Round, a.Budget.Campaigns = 0, 1
	return a
}

// auditFrom runs the auditor on the first campaign behind that place.
func (n *tenant) auditFrom(p coupon.Place) {
	n.t.Helper()
	n.putCursor(p)
	if err := n.auditor().Handle(n.t.Context()); err != nil {
		n.t.Fatal(err)
	}
}

func (n *tenant) putCursor(p coupon.Place) {
	n.t.Helper()
	c, err := n.house.Operator.AuditCursor(n.t.Context())
	if err == nil {
		c.Place, c.Drifting = p, nil
		_, err = n.house.Operator.MoveAuditCursor(n.t.Context(), c)
	}
	if err != nil {
		n.t.Fatal(err)
	}
}

// corrupt adds to a number of a row in the coupons' table, past all rules.
func (n *tenant) corrupt(pk, sk, attribute, by string) {
	n.t.Helper()
	table, update := "CouponsTable", "ADD "+attribute+" :by"
	_, err := n.house.Client.UpdateItem(n.t.Context(), &dynamodb.UpdateItemInput{
		TableName: &table, UpdateExpression: &update,
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: n.shop.ID[len(shop.Prefix):] + "#test#" + pk}, "sk": &types.AttributeValueMemberS{Value: sk},
		},
		ExpressionAttributeValues: map[string]types.AttributeValue{":by": &types.AttributeValueMemberN{Value: by}},
	})
	if err != nil {
		n.t.Fatal(err)
	}
}

// Redemptions and rollbacks of many customers, at random and at once, leave
// every counter equal to its rows, whatever limits a campaign has.
func TestRandomLifeHasNoDrift(t *testing.T) {
	n := newTenant(t)
	var camps, codes []string
	for i, limits := range []object{nil, {"max_redemptions": 60}, {"max_redemptions_per_customer": 4}, {"max_redemptions": 40, "max_redemptions_per_customer": 3}} {
		camp := n.campaign(limits)
		camps = append(camps, camp)
		codes = append(codes, n.coupon(camp, object{"code": fmt.Sprint("LIFE", i)}).str("code"))
		for range 15 {
			codes = append(codes, n.coupon(camp, nil).str("code"))
		}
	}
	counts := together(600, func(i int) int {
		random := rand.New(rand.NewChaCha8(sha256.Sum256([]byte(fmt.Sprint(i)))))
		code := codes[random.IntN(len(codes))]
		if random.IntN(2) == 0 {
			code = fmt.Sprint("LIFE", random.IntN(len(camps)))
		}
		a := n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("o-", random.IntN(250)), object{"customer": fmt.Sprint("c-", random.IntN(20))}))
		if a.Status == 201 && random.IntN(3) == 0 {
			n.do("POST", "/v1/redemptions/"+a.str("id")+"/rollbacks", nil).want(201)
		}
		return a.Status
	})
	if counts[201] < 100 || counts[409] < 20 {
		t.Errorf("not much of a life: %v", counts)
	}
	n.noDrift(camps...)
}

// Every redemption counts between the two readings of its counters, so that a
// campaign under constant load does not seem to drift.
func TestTrafficIsNoDrift(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 100_000, "max_redemptions_per_customer": 1_000})
	n.coupon(camp, object{"code": "RUSH"})
	var enough atomic.Bool
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for o := 0; !enough.Load(); o++ {
				n.do("POST", "/v1/redemptions", use("RUSH", fmt.Sprint("o-", i, "-", o), object{"customer": fmt.Sprint("c-", i)}))
			}
		})
	}
	for range 5 {
		n.noDrift(camp)
	}
	enough.Store(true)
	wg.Wait()
	if n.do("GET", "/v1/campaigns/"+camp, nil).num("times_redeemed") < 20 {
		t.Error("no traffic")
	}
}

// A counter that is not what its rows say is found, and nothing else is.
func TestDriftIsFound(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 8, "max_redemptions_per_customer": 5})
	n.coupon(camp, object{"code": "DRIFTER"})
	who := object{"customer": "c-1"}
	n.do("POST", "/v1/redemptions", use("DRIFTER", "o-1", who)).want(201)
	n.do("POST", "/v1/redemptions", use(n.coupon(camp, nil).str("code"), "o-2", who)).want(201)
	n.noDrift(camp)
	caller, err := n.house.Operator.Caller(t.Context(), n.sk)
	if err != nil {
		t.Fatal(err)
	}
	person, stranger := caller.Secrets.People.ID("", "id", "c-1"), caller.Secrets.People.ID("", "id", "c-2")
	slot := "slot#" + camp + "#0"
	limit := func(who string) string { return "limit#" + camp + "#" + who[:1] }
	for _, c := range []struct {
		name          string
		pk, sk, field string
		want          []coupon.Drift
	}{
		{"uses of a customer", limit(person), person, "uses", []coupon.Drift{{Campaign: camp, Counter: "limit " + person, Counted: 3, Rows: 2}}},
		{"uses of nobody", limit(stranger), stranger, "uses", []coupon.Drift{{Campaign: camp, Counter: "limit " + stranger, Counted: 1}}},
		{"uses left", slot, "slot", "uses_left", []coupon.Drift{{Campaign: camp, Counter: "slots in all", Counted: 9, Rows: 8}}},
		{"uses", slot, "slot", "uses", []coupon.Drift{
			{Campaign: camp, Counter: "slot 0", Counted: 3, Rows: 2}, {Campaign: camp, Counter: "slots in all", Counted: 9, Rows: 8},
		}},
	} {
		n.corrupt(c.pk, c.sk, c.field, "1")
		if got := n.drifts(camp); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
		n.corrupt(c.pk, c.sk, c.field, "-1")
	}
	n.noDrift(camp)
}

// drifting is a tenant whose auditor logs apart, with a campaign and a way to make it drift.
func drifting(t *testing.T) (n *tenant, log *lockedBuffer, drift func(by string)) {
	t.Helper()
	n, log = newTenant(t), &lockedBuffer{}
	camp := n.campaign(object{"max_redemptions": 8})
	a := audit.New(n.house.Operator, n.clock.now, slog.New(slog.NewJSONHandler(log, nil)), metric.Sink{Stack: "e2e"})
	n.house.Scheduled["audit"] = a
	return n, log, func(by string) { n.corrupt("slot#"+camp+"#0", "slot", "uses_left", by) }
}

// What is wrong is said in every run until it is mended, and then no more.
func TestAuditorReportsUntilMended(t *testing.T) {
	n, log, drift := drifting(t)
	run := func(want string, lines int) {
		t.Helper()
		before := len(log.String())
		if err := n.house.Scheduled["audit"].Handle(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := log.String()[before:]
		if !strings.Contains(got, want) || strings.Count(got, `"msg":"drift"`) != lines {
			t.Errorf("want %s and %d drifts, got\n%s", want, lines, got)
		}
	}
	drift("1")
	n.putCursor(coupon.Place{Space: n.space()})
	n.auditor()
	run(`"Drift":1`, 1)
	if !strings.Contains(log.String(), `"shop":"`+n.shop.ID+`","side":"test","campaign":"camp_`) ||
		!strings.Contains(log.String(), `"counter":"slots","counted":9,"rows":8`) {
		t.Errorf("nobody can tell what drifts: %s", log.String())
	}
	n.auditor().Budget.Campaigns = 1 // no more than the one known to drift
	run(`"Drift":1`, 1)
	drift("-1")
	run(`"Drift":0`, 0)
	if c, err := n.house.Operator.AuditCursor(t.Context()); err != nil || len(c.Drifting) != 0 {
		t.Errorf("%+v %v", c, err)
	}
}

// A difference that goes, or turns, between two looks was traffic.
func TestPassingDriftIsNotReported(t *testing.T) {
	for name, changes := range map[string][]string{"gone": {"-1", "0"}, "gone at last": {"1", "-2"}, "turned": {"-2", "1"}, "turned at last": {"1", "-3", "1"}} {
		n, log, drift := drifting(t)
		drift("1")
		n.putCursor(coupon.Place{Space: n.space()})
		waits := 0
		n.auditor().Wait = func(context.Context) error {
			drift(changes[waits])
			waits++
			return nil
		}
		if err := n.house.Scheduled["audit"].Handle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if waits == 0 || !strings.Contains(log.String(), `"Drift":0`) || strings.Contains(log.String(), `"msg":"drift"`) {
			t.Errorf("%s: %d waits\n%s", name, waits, log.String())
		}
		for _, by := range changes[waits:] { // mend it for the tests to come
			drift(by)
		}
	}
}

// visitor notes which campaigns are audited, instead of reading them.
type visitor struct {
	audit.Store
	visited []coupon.Place
	audit   func(n int) error
	last    coupon.Place
}

func (v *visitor) Audit(_ context.Context, sp shop.Space, campaign string) ([]coupon.Drift, error) {
	v.visited = append(v.visited, coupon.Place{Space: sp, Campaign: campaign})
	return nil, v.audit(len(v.visited))
}

func (v *visitor) MoveAuditCursor(ctx context.Context, c coupon.AuditCursor) (coupon.AuditCursor, error) {
	v.last = c.Place
	return v.Store.MoveAuditCursor(ctx, c)
}

// A round visits every campaign of every shop and side once, in runs of
// bounded size, each by an instance that knows nothing but the cursor. What a
// run that dies was at is visited again; what cannot be read holds up nobody.
func TestRoundVisitsEveryCampaign(t *testing.T) {
	want := map[coupon.Place]bool{}
	var n *tenant
	for range 3 {
		n = newTenant(t)
		for i, sp := range []shop.Space{{Shop: n.shop.ID}, {Shop: n.shop.ID}, {Shop: n.shop.ID, Live: true}} {
			key := []string{n.sk, n.sk, n.live}[i]
			want[coupon.Place{Space: sp, Campaign: n.as(key, "POST", "/v1/campaigns", tenPercent()).want(201).str("id")}] = true
		}
	}
	newTenant(t) // without a campaign
	n.putCursor(coupon.Place{})
	v := &visitor{Store: n.house.Operator}
	died, runs := false, 0
	for runs == 0 || v.last != (coupon.Place{}) {
		ctx, die := context.WithCancel(t.Context())
		v.audit = func(visits int) error {
			if visits == 5 && !died {
				died = true
				die()
			}
			if visits == 9 {
				return fmt.Errorf("a campaign that cannot be read")
			}
			return ctx.Err()
		}
		a := audit.New(v, n.clock.now, slog.New(slog.DiscardHandler), metric.Sink{})
		a.Budget.Round, a.Budget.Campaigns = 0, 7
		before := len(v.visited)
		if err := a.Handle(ctx); (err != nil) != (ctx.Err() != nil || before < 9 && len(v.visited) >= 9) {
			t.Errorf("run %d: %v", runs, err)
		}
		if runs++; runs > 1_000 || len(v.visited)-before > 7 {
			t.Fatalf("%d runs, %d visits in the last", runs, len(v.visited)-before)
		}
		die()
	}
	seen := map[coupon.Place]int{}
	for _, p := range v.visited {
		seen[p]++
	}
	for p := range want {
		if times := seen[p]; times != 1 && (times != 2 || p != v.visited[4]) {
			t.Errorf("%v was visited %d times", p, times)
		}
	}
	if !died || v.visited[4] != v.visited[5] || len(seen) != len(v.visited)-1 {
		t.Errorf("the visit that died was not repeated, or others were: %d places, %d visits", len(seen), len(v.visited))
	}
	if runs < len(v.visited)/7 {
		t.Errorf("%d runs", runs)
	}
}

// The next round begins a day after the last one began, so that a small shop is not read all day.
func TestRoundsAreADayApart(t *testing.T) {
	n := newTenant(t)
	v := &visitor{Store: n.house.Operator, audit: func(int) error { return nil }}
	a := audit.New(v, n.clock.now, slog.New(slog.DiscardHandler), metric.Sink{})
	rounds := func(after time.Duration, want bool) {
		t.Helper()
		n.clock.move(after)
		v.visited = nil
		if err := a.Handle(t.Context()); err != nil {
			t.Fatal(err)
		}
		for v.last != (coupon.Place{}) { // the rest of the round
			if err := a.Handle(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(v.visited) > 0; got != want {
			t.Errorf("after %v: %d campaigns visited", after, len(v.visited))
		}
	}
	n.campaign(nil)
	n.putCursor(coupon.Place{})
	rounds(10*24*time.Hour, true)
	rounds(23*time.Hour, false)
	rounds(time.Hour, true)
}
