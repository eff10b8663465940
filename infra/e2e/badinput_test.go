package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// definitionDelay is how long a warm instance may take to notice a change.
const definitionDelay = 5 * time.Second

func TestBadBodies(t *testing.T) {
	n := newTenant(t)
	good := `{"codes":["ABCD-EFGH-JKMN"],"order":{"id":"o-1","currency":"EUR","lines":[{"id":"1","quantity":1,"unit_amount":100}]}}`
	edit := func(old, now string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the good body has no %s", old)
		}
		return strings.Replace(good, old, now, 1)
	}
	for name, c := range map[string]struct {
		body, code, param string
		status            int
	}{
		"nobody":              {edit(`"order"`, `"customer":null,"order"`), "customer_id_invalid", "customer", 422},
		"no address":          {edit(`"order"`, `"customer":{"email":""},"order"`), "", "", 422},
		"null":                {`null`, "type_wrong", "body", 422},
		"not JSON":            {`{"codes":`, "body_malformed", "", 400},
		"nothing":             {``, "body_missing", "", 400},
		"trailing":            {good + `{}`, "body_malformed", "", 400},
		"invalid UTF-8":       {edit(`"o-1"`, "\"\xff\""), "body_malformed", "", 400},
		"depth bomb":          {strings.Repeat("[", 30000), "body_malformed", "", 400},
		"deep value":          {edit(`"o-1"`, strings.Repeat("[", 500)+strings.Repeat("]", 500)), "type_wrong", "order.id", 422},
		"too large":           {edit(`"o-1"`, `"`+strings.Repeat("x", 65<<10)+`"`), "body_too_large", "", 413},
		"repeated name":       {edit(`"id":"o-1"`, `"id":"o-1","id":"o-2"`), "field_repeated", "order.id", 400},
		"unknown field":       {edit(`"id":"o-1"`, `"id":"o-1","discount":5`), "field_unknown", "order.discount", 422},
		"other letter case":   {edit(`"codes"`, `"Codes"`), "", "", 422},
		"missing field":       {edit(`"currency":"EUR",`, ``), "field_missing", "order.currency", 422},
		"wrong type":          {edit(`"unit_amount":100`, `"unit_amount":"100"`), "type_wrong", "order.lines[0].unit_amount", 422},
		"fraction":            {edit(`"unit_amount":100`, `"unit_amount":1.5`), "type_wrong", "order.lines[0].unit_amount", 422},
		"float without need":  {edit(`"unit_amount":100`, `"unit_amount":100.0`), "value_invalid", "order.lines[0].unit_amount", 422},
		"negative":            {edit(`"unit_amount":100`, `"unit_amount":-1`), "value_too_small", "order.lines[0].unit_amount", 422},
		"beyond 2^53":         {edit(`"unit_amount":100`, `"unit_amount":9007199254740993`), "value_too_large", "order.lines[0].unit_amount", 422},
		"beyond int64":        {edit(`"unit_amount":100`, `"unit_amount":1e400`), "", "", 400},
		"overflowing product": {edit(`"quantity":1,"unit_amount":100`, `"quantity":1000000,"unit_amount":9007199254740991`), "amount_too_large", "order.lines[0]", 422},
		"no quantity":         {edit(`"quantity":1`, `"quantity":0`), "value_too_small", "order.lines[0].quantity", 422},
		"no lines":            {edit(`[{"id":"1","quantity":1,"unit_amount":100}]`, `[]`), "too_few", "order.lines", 422},
		"null lines":          {edit(`[{"id":"1","quantity":1,"unit_amount":100}]`, `null`), "type_wrong", "order.lines", 422},
		"repeated line":       {edit(`{"id":"1","quantity":1,"unit_amount":100}`, `{"id":"1","quantity":1,"unit_amount":100},{"id":"1","quantity":1,"unit_amount":100}`), "line_repeated", "order.lines[1].id", 422},
		"unknown currency":    {edit(`"EUR"`, `"EUX"`), "currency_unknown", "order.currency", 422},
		"currency in small":   {edit(`"EUR"`, `"eur"`), "currency_unknown", "order.currency", 422},
		"address as order":    {edit(`"o-1"`, `"anna@example.org"`), "pattern_mismatch", "order.id", 422},
		"time without zone":   {edit(`"id":"o-1"`, `"id":"o-1","placed_at":"2026-07-01T10:00:00"`), "time_invalid", "order.placed_at", 422},
		"no codes at all":     {edit(`["ABCD-EFGH-JKMN"]`, `null`), "", "codes", 422},
		"a code twice":        {edit(`["ABCD-EFGH-JKMN"]`, `["ABCD-EFGH-JKMN","abcd efgh jkmn"]`), "code_repeated", "codes[1]", 422},
		"too many codes":      {edit(`["ABCD-EFGH-JKMN"]`, `["ABCD-EFGH-JKMN"`+strings.Repeat(`,"SUMMER26"`, 20)+`]`), "too_many", "codes", 422},
		"over-long code":      {edit(`ABCD-EFGH-JKMN`, strings.Repeat("A", 41)), "code_malformed", "codes[0]", 422},
		"short code":          {edit(`ABCD-EFGH-JKMN`, `A-B-C`), "code_malformed", "codes[0]", 422},
		"confusable code":     {edit(`ABCD-EFGH-JKMN`, `SUMMЕR26`), "code_malformed", "codes[0]", 422}, // a Cyrillic Е
		"customer number":     {edit(`"order"`, `"customer":5,"order"`), "customer_id_invalid", "customer", 422},
		"customer address":    {edit(`"order"`, `"customer":"anna@example.org","order"`), "customer_id_invalid", "customer", 422},
		"bad address":         {edit(`"order"`, `"customer":{"email":"anna"},"order"`), "email_invalid", "customer.email", 422},
	} {
		for _, path := range []string{"/v1/redemptions", "/v1/validations"} {
			a := n.do("POST", path, c.body)
			if c.code == "code_malformed" && path == "/v1/validations" {
				if a.Status != 200 || reason(a) != c.code { // a dry run says so with 200
					t.Errorf("%s %s: %d %s", path, name, a.Status, a.Raw)
				}
				continue
			}
			if a.Status != c.status || c.code != "" && a.Body["code"] != c.code || c.param != "" && a.Body["param"] != c.param {
				t.Errorf("%s %s: want %d %s at %q, got %d %.300s", path, name, c.status, c.code, c.param, a.Status, a.Raw)
			}
			checkProblem(t, name, a)
		}
	}
	n.do("POST", "/v1/redemptions", good, "Content-Type", "text/plain").want(415, "media_type_unsupported")
	n.do("POST", "/v1/redemptions", good, "Content-Type", ";+json").want(415)
	n.do("POST", "/v1/redemptions", strings.Replace(good, `"id":"o-1",`, ``, 1)).want(422, "field_missing")
}

// checkProblem holds an error answer to RFC 9457 and to ours: code, sentence, request id.
func checkProblem(t *testing.T, name string, a answer) {
	t.Helper()
	detail, _ := a.Body["detail"].(string)
	if a.Header.Get("Content-Type") != "application/problem+json" || a.Body["request_id"] != a.Header.Get("Request-Id") ||
		a.Header.Get("Request-Id") == "" || len(detail) < 10 || strings.Contains(detail, "<no value>") || strings.Contains(detail, "|") {
		t.Errorf("%s: not a proper problem: %v %s", name, a.Header, a.Raw)
	}
}

func TestBadCampaigns(t *testing.T) {
	n := newTenant(t)
	percent := func(p any) object {
		return object{"rewards": []object{{"type": "percent_off", "percent_off": p}}}
	}
	for name, c := range map[string]struct {
		change object
		param  string
	}{
		"0 percent":          {percent("0"), "rewards[0].percent_off"},
		"over 100":           {percent("100.01"), "rewards[0].percent_off"},
		"negative":           {percent("-5"), "rewards[0].percent_off"},
		"five decimals":      {percent("1.00001"), "rewards[0].percent_off"},
		"number for text":    {percent(12.5), "rewards[0].percent_off"},
		"comma":              {percent("12,5"), "rewards[0].percent_off"},
		"unknown reward":     {object{"rewards": []object{{"type": "cash"}}}, "rewards[0].type"},
		"no currency":        {object{"rewards": []object{{"type": "amount_off", "amount_off": 5}}}, "rewards[0].currency"},
		"foreign field":      {object{"rewards": []object{{"type": "free_shipping", "amount_off": 5}}}, "rewards[0].amount_off"},
		"two currencies":     {object{"rewards": []object{{"type": "amount_off", "amount_off": 5, "currency": "EUR"}}, "rules": object{"currency": "USD"}}, "rewards[0].currency"},
		"minimum, of what?":  {object{"rules": object{"minimum_amount": 100}}, "rules.currency"},
		"no reason":          {object{"reason": nil}, "reason"},
		"half a reason":      {object{"reason": object{"de": "weil"}}, "reason.en"},
		"dates reversed":     {object{"starts_at": "2027-01-02T00:00:00Z", "expires_at": "2027-01-01T00:00:00Z"}, "expires_at"},
		"no time zone":       {object{"starts_at": "2027-01-02T00:00:00"}, "starts_at"},
		"long metadata":      {object{"metadata": object{"k": strings.Repeat("x", 501)}}, "metadata"},
		"read-only field":    {object{"times_redeemed": 5}, "times_redeemed"},
		"limit of nothing":   {object{"max_redemptions": 0}, "max_redemptions"},
		"year 10000":         {object{"expires_at": "9999-12-31T23:59:59-01:00"}, "expires_at"},
		"blank name":         {object{"name": "  "}, "name"},
		"limit out of bound": {object{"max_redemptions": 1_000_000_001}, "max_redemptions"},
	} {
		a := n.do("POST", "/v1/campaigns", with(tenPercent(), c.change))
		if a.Status != 422 || a.Body["param"] != c.param {
			t.Errorf("%s: want 422 at %s, got %d %s", name, c.param, a.Status, a.Raw)
		}
		checkProblem(t, name, a)
	}
}

func TestBadCoupons(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	n.coupon(camp, object{"code": "SUMMER-26"})
	n.do("POST", "/v1/coupons", object{"campaign": camp, "expires_at": "9999-12-31T23:59:59-01:00"}).want(422, "time_out_of_range")
	n.do("POST", "/v1/coupons", `{"campaign":"`+camp+`","customer":null}`).want(422)
	n.do("POST", "/v1/coupons", object{"campaign": camp, "customer": object{"email": ""}}).want(422)
	n.do("POST", "/v1/keys", object{"kind": "secret", "expires_at": "9999-12-31T23:59:59-01:00"}).want(422, "time_out_of_range")
	n.do("POST", "/v1/coupons", object{"campaign": camp, "code": "summer 26"}).want(409, "code_taken")
	n.do("POST", "/v1/coupons", object{"campaign": camp, "code": "SUMMЕR27"}).want(422, "code_malformed")
	n.do("POST", "/v1/coupons", object{"campaign": camp, "code": "HELLO", "customer": "c-1"}).want(422, "shared_code_for_customer")
	n.do("POST", "/v1/coupons", object{"campaign": "camp_0000000000000000"}).want(404, "campaign_unknown")
	n.do("POST", "/v1/coupons", object{"campaign": camp, "expires_at": "2020-01-01T00:00:00Z"}).want(422)
	random := n.coupon(camp, nil).str("code")
	n.do("POST", "/v1/coupons", object{"campaign": camp, "code": random[:4] + "GIFT"}).want(409, "code_reserved")
	n.do("POST", "/v1/coupons/lookup", object{"code": "sUmMeR 26"}).want(200)
	n.do("POST", "/v1/coupons/lookup", object{"code": "SUMMER27"}).want(404, "coupon_unknown")
	n.do("GET", "/v1/coupons", nil).want(422, "filter_missing")
	n.do("GET", "/v1/coupons?campaign="+camp+"&limit=0", nil).want(422)
	n.do("GET", "/v1/coupons?campaign="+camp+"&limit=ten", nil).want(422)
	n.do("GET", "/v1/coupons?customer=anna@example.org", nil).want(422)
	n.do("GET", "/v1/coupons?campaign="+camp+"&colour=red", nil).want(422, "field_unknown")
	for _, id := range []string{"x", "cpn_", "cpn_%00", "cpn_0000000000000000", strings.Repeat("a", 64)} {
		n.do("GET", "/v1/coupons/"+id, nil).want(404, "not_found")
		n.do("GET", "/v1/campaigns/"+id, nil).want(404, "not_found")
		n.do("GET", "/v1/redemptions/"+id, nil).want(404, "not_found")
		n.do("POST", "/v1/redemptions/"+id+"/rollbacks", nil).want(404, "not_found")
		n.do("POST", "/v1/keys/"+id+"/revoke", nil).want(404, "not_found")
	}
}

func TestUnknownRoutes(t *testing.T) {
	n := newTenant(t)
	for _, c := range [][2]string{{"GET", "/v2/nothing"}, {"DELETE", "/v1/campaigns"}, {"PUT", "/"}, {"GET", "/v1/redemptions/a/b/c"}} {
		a := n.do(c[0], c[1], nil).want(404, "not_found")
		checkProblem(t, fmt.Sprint(c), a)
	}
}

// A small body can be wrong in thousands of places; the answer stays small.
func TestErrorsAreBounded(t *testing.T) {
	n := newTenant(t)
	a := n.as(n.pk, "POST", "/v1/validations", `{"codes":["ABCDEF"],"order":{"currency":"EUR","lines":[`+strings.Repeat("{},", 20000)+`{}]}}`)
	if a.Status != 422 || len(a.Raw) > 10_000 {
		t.Errorf("%d, %d bytes", a.Status, len(a.Raw))
	}
}
