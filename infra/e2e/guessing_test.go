package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/internal/app/start"
	"github.com/lagniappe/lagniappe/internal/attempt"
)

// wrong is a code that nobody issued.
func wrong(i int) string { return fmt.Sprintf("ZZZZ-%04d-GUES", i) }

// try validates a code from an address.
func (n *tenant) try(key, address, code string, more ...object) answer {
	n.t.Helper()
	return n.from(address, key, "/v1/validations", use(code, "", more...))
}

// from posts as a caller at that address.
func (n *tenant) from(address, key, path string, body any, header ...string) answer {
	n.t.Helper()
	r := httptest.NewRequestWithContext(n.t.Context(), http.MethodPost, path, encode(n.t, body))
	r.RemoteAddr = address
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return n.send(r)
}

const (
	guesser   = "198.51.100.7:4711"
	neighbour = "198.51.100.250:4711" // of the same /24
	stranger  = "198.51.101.7:4711"
)

// onTheWindow moves the clock to just after a window began, so that no test runs over its end.
func (n *tenant) onTheWindow() {
	n.clock.move(attempt.Network.At(n.clock.now()).Ends.Sub(n.clock.now()) + time.Second)
}

// Twenty wrong codes are answered, then no code is looked at any more, a right
// one included; everybody else goes on.
func TestGuesserIsStopped(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	right := n.coupon(n.campaign(nil), nil).str("code")
	for i := range 20 {
		if a := n.try(n.pk, guesser, wrong(i)).want(200); reason(a) != "coupon_not_usable" {
			t.Fatalf("%d: %s", i, a.Raw)
		}
	}
	for _, code := range []string{right, wrong(20)} {
		a, cost := n.costOf("ValidationsFunction", func() answer { return n.try(n.pk, guesser, code) })
		a.want(429, "too_many_wrong_codes")
		wait, err := strconv.Atoi(a.Header.Get("Retry-After"))
		if err != nil || wait < 1 || wait > 600 || a.Header.Get("Access-Control-Allow-Origin") == "" || cost.requests != 0 {
			t.Errorf("%v, after %+v", a.Header, cost)
		}
	}
	n.try(n.pk, neighbour, right).want(429)
	n.from(guesser, n.pk, "/v1/validations", use(right, ""), "X-Forwarded-For", "203.0.113.9", "Forwarded", "for=203.0.113.9").want(429)
	second, _ := n.key(publishable, false)
	for who, a := range map[string]answer{
		"another network":      n.try(n.pk, stranger, right),
		"another key":          n.try(second, guesser, right),
		"the shop's server":    n.try(n.sk, guesser, right),
		"the server's failure": n.try(n.sk, guesser, wrong(21)),
	} {
		if a.want(200); (a.Body["valid"] == true) != (who != "the server's failure") {
			t.Errorf("%s: %s", who, a.Raw)
		}
	}
	n.from(guesser, n.sk, "/v1/redemptions", use(right, "o-1")).want(201)
	n.clock.move(10 * time.Minute)
	n.try(n.pk, guesser, wrong(22)).want(200)
}

// What an honest shopper can mend is no guess, nor is text that can be no code.
func TestHonestFailuresDoNotCount(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	dear := n.coupon(n.campaign(object{"rules": object{"minimum_amount": 100000, "currency": "EUR"}}), nil).str("code")
	mine := n.coupon(n.campaign(nil), object{"customer": "c-1"}).str("code")
	for range 25 {
		for code, want := range map[string]string{dear: "order_rules_violated", mine: "needs_customer", "ab": "code_malformed"} {
			if a := n.try(n.pk, guesser, code).want(200); reason(a) != want {
				t.Fatalf("%s, want %s", a.Raw, want)
			}
		}
	}
}

// Dead codes count as unknown ones do: otherwise the budget would tell them apart.
func TestDeadCodesCount(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	c := n.coupon(n.campaign(nil), nil)
	n.do("POST", "/v1/coupons/"+c.str("id")+"/disable", nil).want(200)
	for range 20 {
		n.try(n.pk, guesser, c.str("code")).want(200)
	}
	n.try(n.pk, guesser, c.str("code")).want(429)
}

// A customer who tries too much is stopped alone, in validations and
// redemptions, and what is redeemed already is still answered.
func TestCustomersBudget(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	camp := n.campaign(nil)
	used, right := n.coupon(camp, nil).str("code"), n.coupon(camp, nil).str("code")
	anna, ben := object{"customer": object{"email": "anna@example.org"}}, object{"customer": "ben"}
	first := n.do("POST", "/v1/redemptions", use(used, "o-1", anna)).want(201)
	for i := range 15 {
		n.do("POST", "/v1/validations", use(wrong(i), "", anna)).want(200)
	}
	for i := range 15 {
		n.do("POST", "/v1/redemptions", use(wrong(i), "o-2", anna)).want(404, "coupon_unknown")
	}
	// Each function has instances of its own: with one failure more it learns what the other counted.
	n.do("POST", "/v1/validations", use(wrong(30), "", anna)).want(429, "too_many_wrong_codes")
	n.do("POST", "/v1/redemptions", use(wrong(31), "o-2", anna)).want(429, "too_many_wrong_codes")
	before := n.do("GET", "/v1/campaigns/"+camp, nil)
	for _, code := range []string{right, used, wrong(32)} {
		a, cost := n.costOf("RedemptionsFunction", func() answer { return n.do("POST", "/v1/redemptions", use(code, "o-2", anna)) })
		if a.want(429, "too_many_wrong_codes").Header.Get("Retry-After") == "" || cost.requests > 1 || cost.write > 0 {
			t.Errorf("%v, after %+v", a.Header, cost)
		}
	}
	n.do("POST", "/v1/validations", use(right, "", anna)).want(429, "too_many_wrong_codes")
	if again := n.do("POST", "/v1/redemptions", use(used, "o-1", anna)).want(200); again.Raw != first.Raw {
		t.Errorf("the first answer was\n%s\nthe second\n%s", first.Raw, again.Raw)
	}
	other := with(cart("o-1"), object{"shipping_amount": 0})
	n.do("POST", "/v1/redemptions", use(used, "", anna, object{"order": other})).want(409, "redemption_differs")
	n.do("POST", "/v1/redemptions", use(right, "o-3", ben)).want(201)
	if before.Raw != n.do("GET", "/v1/campaigns/"+camp, nil).Raw {
		t.Error("the campaign changed")
	}
}

// No address, code or customer stands in the table, and what counts ends with its window.
func TestAttemptsTellNothing(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	c := n.coupon(n.campaign(nil), object{"customer": "canary-owner"})
	n.try(n.pk, guesser, wrong(1)).want(200)
	n.try(n.pk, "[2001:db8:77::1]:4711", c.str("code")).want(200)
	n.try(n.sk, guesser, c.str("code"), object{"customer": "canary-thief"}).want(200)
	rows := n.attempts()
	if len(rows) < 4 {
		t.Fatalf("%d rows: %v", len(rows), rows)
	}
	until := n.clock.now().Add(3 * time.Hour).Unix()
	for _, row := range rows {
		for _, canary := range []string{"198.51", "2001:db8", "canary", "ZZZZ", c.str("code")} {
			if strings.Contains(row.text, canary) {
				t.Errorf("%q stands in %s", canary, row.text)
			}
		}
		if row.ttl <= n.clock.now().Unix() || row.ttl > until {
			t.Errorf("ttl %d: %s", row.ttl, row.text)
		}
	}
	for _, canary := range []string{"198.51.100", "2001:db8:77"} {
		if strings.Contains(suite.log.String(), canary) {
			t.Errorf("%q is in the log", canary)
		}
	}
}

// A page's failure costs one write beside the answer, its success none.
func TestWhatAFailureCosts(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	right := n.coupon(n.campaign(nil), nil).str("code")
	n.try(n.pk, guesser, flipped(right)).want(200)
	for _, c := range []struct {
		code  string
		write float64
		want  int
	}{{right, 0, 1}, {flipped(right), 1, 2}, {right, 0, 1}} {
		a, got := n.costOf("ValidationsFunction", func() answer { return n.try(n.pk, guesser, c.code) })
		if a.want(200); got.requests != c.want || got.write != c.write {
			t.Errorf("%s: %+v, want %d requests and %v write units", c.code, got, c.want, c.write)
		}
	}
}

// Looking codes up is guessing, too, if only by a server.
func TestLookUpCounts(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	c := n.coupon(n.campaign(nil), nil)
	n.do("POST", "/v1/coupons/lookup", object{"code": wrong(1)}).want(404)
	for code, write := range map[string]float64{wrong(2): 1, c.str("code"): 0} {
		if _, got := n.costOf("CouponsFunction", func() answer { return n.do("POST", "/v1/coupons/lookup", object{"code": code}) }); got.write != write {
			t.Errorf("%s: %+v", code, got)
		}
	}
}

// Behind the gateway the address is the gateway's word, whatever the caller's headers say.
func TestAddressBehindTheGateway(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	call := func(ip, code string) int {
		var e events.APIGatewayV2HTTPRequest
		raw, err := os.ReadFile(filepath.Join("..", "..", "events", "validations.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		e.Headers["authorization"] = "Bearer " + n.pk
		e.Headers["x-forwarded-for"] = fmt.Sprintf("203.0.113.%d", len(code))
		e.Body = `{"codes": ["` + code + `"], "order": {"currency": "EUR", "lines": [{"id": "1", "quantity": 1, "unit_amount": 100}]}}`
		e.RequestContext.HTTP.SourceIP = ip
		a, err := start.Gateway(n.house)(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		return a.StatusCode
	}
	for i := range 20 {
		if status := call(fmt.Sprintf("2001:db8:1:%d::7", i), wrong(i)); status != 200 {
			t.Fatalf("%d: %d", i, status)
		}
	}
	for ip, want := range map[string]int{"2001:db8:1:ffff::1": 429, "2001:db8:2::1": 200, "192.0.2.1": 200, "": 200} {
		if got := call(ip, wrong(99)); got != want {
			t.Errorf("%q: %d, want %d", ip, got, want)
		}
	}
}

// many is the body of a call that names several codes.
func many(order string, who object, codes ...string) object {
	return with(use("", order, who), object{"codes": codes})
}

// Many codes in one call are as many tries, counted in one write; a call that
// goes beyond the budget tells nothing, of its right codes either.
func TestManyCodesAreManyTries(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	right := n.coupon(n.campaign(nil), nil).str("code")
	codes := []string{right}
	for i := range 15 {
		codes = append(codes, wrong(i))
	}
	n.try(n.pk, stranger, wrong(99)).want(200)
	a, cost := n.costOf("ValidationsFunction", func() answer { return n.from(guesser, n.pk, "/v1/validations", many("", nil, codes...)) })
	if a.want(200); cost.write != 1 {
		t.Errorf("%+v", cost)
	}
	if a := n.from(guesser, n.pk, "/v1/validations", many("", nil, codes[:8]...)).want(429, "too_many_wrong_codes"); strings.Contains(a.Raw, right) {
		t.Errorf("%s", a.Raw)
	}
	n.try(n.pk, guesser, right).want(429)
}

// Of an order's codes each wrong one counts, also where the others are redeemed or held.
func TestWrongCodesAmongRightOnes(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	camp, anna := n.campaign(nil), object{"customer": "anna"}
	fresh := func() string { return n.coupon(camp, nil).str("code") }
	partial := with(anna, object{"mode": "partial"})
	joint, held, spare := []string{fresh(), fresh()}, fresh(), fresh()
	first := n.do("POST", "/v1/redemptions", many("o-joint", anna, joint...)).want(201)
	hold := n.do("POST", "/v1/holds", many("o-hold", anna, held)).want(201)
	late := many("o-late", anna, fresh(), fresh())
	undone := n.do("POST", "/v1/redemptions", late, "Idempotency-Key", "late").want(201).str("id")
	n.do("POST", "/v1/redemptions/"+undone+"/rollbacks", nil).want(201)
	wrongs := func(from, to int) (codes []string) {
		for i := from; i < to; i++ {
			codes = append(codes, wrong(i))
		}
		return codes
	}
	n.do("POST", "/v1/redemptions", many("o-all", anna, append(wrongs(0, 9), spare)...)).want(422, "codes_refused")
	body := many("o-partial", partial, append(wrongs(9, 18), fresh())...)
	n.do("POST", "/v1/redemptions", body).want(201)
	for range 3 { // the same again is no new try
		n.do("POST", "/v1/redemptions", body).want(200)
	}
	n.do("POST", "/v1/holds", many("o-part", partial, append(wrongs(18, 27), fresh())...)).want(201)
	last := many("o-last", partial, append(wrongs(27, 36), fresh())...)
	n.do("POST", "/v1/redemptions", last).want(201) // it is made, and that is the answer
	for path, order := range map[string]string{"/v1/redemptions": "o-new", "/v1/holds": "o-new-hold"} {
		n.do("POST", path, many(order, anna, spare)).want(429, "too_many_wrong_codes")
		n.do("POST", path, many(order, anna, joint...)).want(429, "too_many_wrong_codes")
		n.do("POST", path, many(order, partial, spare, wrong(1))).want(429, "too_many_wrong_codes")
	}
	if a := n.do("POST", "/v1/redemptions", many("o-joint", anna, joint[1], joint[0])).want(200); a.Raw != first.Raw {
		t.Errorf("%s", a.Raw)
	}
	if a := n.do("POST", "/v1/redemptions", late, "Idempotency-Key", "late").want(200); a.str("id") != undone {
		t.Errorf("%s", a.Raw)
	}
	n.do("POST", "/v1/redemptions", last).want(200)
	if a := n.do("POST", "/v1/holds", many("o-hold", anna, held)).want(200); a.str("id") != hold.str("id") {
		t.Errorf("%s", a.Raw)
	}
	n.do("POST", "/v1/redemptions", many("o-hold", anna, held)).want(201) // what was held for the order is the order's
	n.do("POST", "/v1/redemptions", many("o-ben", object{"customer": "ben"}, spare)).want(201)
}

// Where counting is impossible codes are answered all the same; the log says so,
// and each instance bounds what it answers itself.
func TestGuessingWhileTheTableIsOut(t *testing.T) {
	n := newTenant(t)
	n.onTheWindow()
	right := n.coupon(n.campaign(nil), nil).str("code")
	log := &lockedBuffer{}
	h, err := house.New(house.Options{
		Template: suite.Template, Endpoint: suite.Endpoint, Now: n.clock.now, Secret: suite.secret,
		Log: slog.New(slog.NewJSONHandler(log, nil)), Client: func(o *dynamodb.Options) { patient(o); o.APIOptions = append(o.APIOptions, attemptsOut) },
	})
	if err != nil {
		t.Fatal(err)
	}
	n.house = h
	for i := range 20 {
		n.try(n.pk, guesser, right).want(200)
		n.try(n.pk, guesser, wrong(i)).want(200)
	}
	n.try(n.pk, guesser, right).want(429)
	if got := strings.Count(log.String(), "attempt not counted"); got != 20 || strings.Contains(log.String(), "ZZZZ") {
		t.Errorf("%d lines: %s", got, log.String())
	}
}

// attemptsOut fails every write to the table.
func attemptsOut(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("out",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if w, ok := in.Parameters.(*dynamodb.UpdateItemInput); ok && *w.TableName == "AttemptsTable" {
				return middleware.InitializeOutput{}, middleware.Metadata{}, errors.New("out")
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
}
