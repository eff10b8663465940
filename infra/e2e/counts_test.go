package e2e

import (
	"fmt"
	"testing"
)

// cost is what an operation asked of DynamoDB.
type cost struct {
	requests    int
	write, read float64
}

// costOf measures one call of a warm function.
func (n *tenant) costOf(function string, call func() answer) (answer, cost) {
	before := suite.calls.len()
	a := call()
	var c cost
	for _, seen := range suite.calls.since(before, function) {
		c.requests++
		c.write += seen.Write
		c.read += seen.Read
	}
	return a, c
}

// The budgets of a warm instance: what one call may cost in requests and write units.
func TestBudgets(t *testing.T) {
	n := newTenant(t)
	plain, limited := n.campaign(nil), n.campaign(object{"max_redemptions": 1000, "max_redemptions_per_customer": 100})
	n.coupon(plain, object{"code": "OPENTOALL"})
	n.coupon(limited, object{"code": "LIMITED"})
	who := object{"customer": "c-1"}
	old := n.coupon(plain, nil).str("code")
	n.do("PATCH", "/v1/campaigns/"+plain, object{"reason": object{"de": "neu", "en": "new"}}).want(200)
	n.clock.move(definitionDelay)
	again := n.coupon(plain, nil).str("code")
	id := n.do("POST", "/v1/redemptions", use(again, "o-again", who)).want(201).str("id")
	n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).want(201)
	warm := n.coupon(plain, nil).str("code")
	for i, code := range []string{warm, n.coupon(limited, nil).str("code"), "OPENTOALL", "LIMITED"} {
		n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("warm-", i), who)).want(201)
		n.do("POST", "/v1/validations", use(code, "", who)).want(200)
	}
	n.do("POST", "/v1/redemptions", use(flipped(warm), "warm")).want(404) // the key of hashes is fetched with the first
	ten := cart("o-10")
	var lines []object
	for i := range 10 {
		lines = append(lines, object{"id": fmt.Sprint(i + 1), "sku": "sku-1", "quantity": 1, "unit_amount": 1995})
	}
	ten["lines"] = lines

	for _, c := range []struct {
		name     string
		body     object
		status   int
		requests int
		write    float64
	}{
		{"unique code", use(n.coupon(plain, nil).str("code"), "o-1", who), 201, 1, 2},
		{"unique code, ten lines", use(n.coupon(plain, nil).str("code"), "", object{"order": ten}), 201, 1, 2},
		{"unique code, campaign and customer limit", use(n.coupon(limited, nil).str("code"), "o-2", who), 201, 1, 8},
		{"unique code of older terms", use(old, "o-old", who), 201, 2, 2},
		{"unique code, second attempt", use(again, "o-again", who), 201, 2, 2},
		{"shared code without limit", use("OPENTOALL", "o-3", who), 201, 1, 2},
		{"shared code with both limits", use("LIMITED", "o-4", who), 201, 1, 8},
		// What a failed condition costs is billed, but not reported.
		{"replay", use(warm, "warm-0", who), 200, 1, 0},
		{"replay of a shared code", use("LIMITED", "o-4", who), 200, 1, 0},
		{"refusal", use(warm, "o-5"), 409, 1, 0},
		{"refusal of somebody, seen by the radar", use(warm, "o-5", who), 409, 2, 1},
		{"the same again", use(warm, "o-5", who), 409, 1, 0},
		{"unknown code", use(flipped(warm), "o-6"), 404, 2, 1},
		{"unknown code of somebody", use(flipped(warm), "o-6", who), 404, 3, 2},
		{"unique code, after failures", use(n.coupon(plain, nil).str("code"), "o-8", who), 201, 1, 2},
	} {
		a, got := n.costOf("RedemptionsFunction", func() answer { return n.do("POST", "/v1/redemptions", c.body) })
		a.want(c.status)
		if got.requests > c.requests || got.write > c.write {
			t.Errorf("%s: %+v, want at most %d requests and %v write units", c.name, got, c.requests, c.write)
		}
		t.Logf("%-45s %d request, %v write units", c.name, got.requests, got.write)
	}
	for _, code := range []string{n.coupon(plain, nil).str("code"), "LIMITED"} {
		_, got := n.costOf("ValidationsFunction", func() answer { return n.do("POST", "/v1/validations", use(code, "o-7", who)).want(200) })
		if got.requests != 1 || got.write != 0 {
			t.Errorf("validate %s: %+v, want one read", code, got)
		}
	}
}

// What automatic campaigns add: nothing for a shop that has none; else each that
// applies takes a seat, and what its limits cost.
func TestBudgetsWithAutomaticCampaigns(t *testing.T) {
	n := newTenant(t)
	n.clock.stop(n.clock.now())
	plain := n.campaign(nil)
	code := func() string { return n.coupon(plain, nil).str("code") }
	who := object{"customer": "c-1"}
	check := func(name, function, path string, body object, status, requests int, write float64) {
		t.Helper()
		a, got := n.costOf(function, func() answer { return n.do("POST", path, body) })
		a.want(status)
		if got.requests > requests || got.write > write {
			t.Errorf("%s: %+v, want at most %d requests and %v write units", name, got, requests, write)
		}
		t.Logf("%-40s %d requests, %v write units, %v read units", name, got.requests, got.write, got.read)
	}
	n.do("POST", "/v1/redemptions", use(code(), "warm-1")).want(201)
	n.do("POST", "/v1/validations", none("")).want(200)
	check("none there: no codes", "RedemptionsFunction", "/v1/redemptions", none("o-1"), 422, 1, 0)
	check("none there: unique code", "RedemptionsFunction", "/v1/redemptions", use(code(), "o-2"), 201, 1, 1)
	n.automatic(nil)
	n.automatic(object{"max_redemptions": 10_000, "max_redemptions_per_customer": 100})
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use(code(), "warm-2", who)).want(201).automatics()
	n.do("POST", "/v1/validations", use(code(), "", who)).want(200)
	check("one: no codes", "RedemptionsFunction", "/v1/redemptions", none("o-3"), 201, 1, 4)
	check("one: unique code", "RedemptionsFunction", "/v1/redemptions", use(code(), "o-4"), 201, 1, 6) // the coupon's row is above 1 KB then
	check("two, one with both limits: unique code", "RedemptionsFunction", "/v1/redemptions", use(code(), "o-5", who), 201, 1, 14)
	check("replay", "RedemptionsFunction", "/v1/redemptions", none("o-3"), 200, 1, 0)
	check("validation", "ValidationsFunction", "/v1/validations", use(code(), "o-6", who), 200, 1, 0)
	n.automatic(object{"max_redemptions": 1, "priority": 1})
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use(code(), "o-7")).want(201)
	check("one is used up: noticed", "RedemptionsFunction", "/v1/redemptions", use(code(), "o-8"), 201, 4, 6)
	check("one is used up: known", "RedemptionsFunction", "/v1/redemptions", use(code(), "o-9"), 201, 1, 6)
}

// flipped changes the last character of a key.
func flipped(key string) string {
	last := "0"
	if key[len(key)-1:] == last {
		last = "1"
	}
	return key[:len(key)-1] + last
}

// Junk keys fail their checksum: no request reaches the table.
func TestJunkKeysCostNothing(t *testing.T) {
	n := newTenant(t)
	junk := []string{"", "sk_test_", "sk_test_abc", n.sk + "0", flipped(n.sk), "pk" + n.sk[2:], "sk_live" + n.sk[7:], "x"}
	before := suite.calls.len()
	for _, key := range junk {
		n.as(key, "POST", "/v1/redemptions", use("ABCDEFGHJKMN", "o-1")).want(401, "key_invalid")
	}
	if got := suite.calls.since(before, "RedemptionsFunction"); len(got) != 0 {
		t.Errorf("%d requests for junk", len(got))
	}
}
