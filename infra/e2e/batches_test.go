package e2e

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// batch makes one and gives it.
func (n *tenant) batch(campaign string, count int, more object) answer {
	n.t.Helper()
	return n.do("POST", "/v1/batches", with(object{"campaign": campaign, "count": count}, more)).want(201)
}

// codesOf gives the first page of a batch's codes, and the ids of their coupons.
func (n *tenant) codesOf(batch string, limit int) (codes, ids []string) {
	n.t.Helper()
	for _, c := range n.do("GET", fmt.Sprintf("/v1/batches/%s/codes?limit=%d", batch, limit), nil).want(200).Body["data"].([]any) {
		codes, ids = append(codes, c.(object)["code"].(string)), append(ids, c.(object)["coupon"].(string))
	}
	return codes, ids
}

// Ten million codes are made by one request of a few rows, and each can be
// redeemed once, by one request that writes no index.
func TestTenMillionCodes(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	n.do("GET", "/v1/batches?campaign="+camp, nil).want(200) // warms the key
	b, made := n.costOf("CouponsFunction", func() answer { return n.batch(camp, 10_000_000, object{"prefix": "summer"}) })
	if made.requests > 2 || made.write > 12 { // the campaign is read, and the batch written
		t.Errorf("a batch of ten million: %+v", made)
	}
	codes, ids := n.codesOf(b.str("id"), 3)
	if b.str("prefix") != "SUMMER" || b.num("length") != 13 || !strings.HasPrefix(codes[0], "SUMMER-") || len(codes[0]) != 6+4+13 {
		t.Errorf("%s\n%s", b.Raw, codes)
	}
	n.do("POST", "/v1/redemptions", use(codes[2], "warm")).want(201)
	for _, c := range []struct {
		code, order string
		status      int
		write       float64
	}{{codes[0], "o-1", 201, 2}, {codes[0], "o-1", 200, 0}, {codes[0], "o-2", 409, 0}, {codes[1], "o-2", 201, 2}} {
		_, got := n.costOf("RedemptionsFunction", func() answer { return n.do("POST", "/v1/redemptions", use(c.code, c.order)).want(c.status) })
		if got.requests != 1 || got.write > c.write {
			t.Errorf("%s for %s: %+v", c.code, c.order, got)
		}
	}
	for i, used := range []int64{1, 1} {
		if c := n.do("GET", "/v1/coupons/"+ids[i], nil).want(200); c.num("times_redeemed") != used || c.str("batch") != b.str("id") || c.str("code") != codes[i] {
			t.Errorf("%s", c.Raw)
		}
	}
}

// What is not a code of the batch is refused without reading a row, and what is
// one and was never used needs one read.
func TestBatchCodesAreCheckedByArithmetic(t *testing.T) {
	n := newTenant(t)
	b := n.batch(n.campaign(nil), 1000, nil).str("id")
	codes, _ := n.codesOf(b, 2)
	n.do("POST", "/v1/redemptions", use(codes[0], "warm")).want(201)
	n.do("POST", "/v1/validations", use(codes[0], "")).want(200)
	wrong := func() answer {
		return n.do("POST", "/v1/redemptions", use(flipped(codes[1]), "o-1")).want(404, "coupon_unknown")
	}
	wrong() // the first reads the secret
	_, got := n.costOf("RedemptionsFunction", wrong)
	if (got != cost{requests: 1, write: 1}) { // it is counted as a wrong code
		t.Errorf("a code that is none costs %+v", got)
	}
	v, got := n.costOf("ValidationsFunction", func() answer { return n.do("POST", "/v1/validations", use(strings.ToLower(codes[1]), "")).want(200) })
	if v.Body["valid"] != true || got.requests != 1 || got.write != 0 {
		t.Errorf("%s costs %+v", v.Raw, got)
	}
}

// Concurrent orders for one code that has no row yet: one of them gets it.
func TestBatchCodeIsRedeemedOnce(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 100, "max_redemptions_per_customer": 50})
	codes, _ := n.codesOf(n.batch(camp, 5, nil).str("id"), 5)
	who := object{"customer": "c-1"}
	for i, code := range codes {
		var won, lost atomic.Int64
		var wg sync.WaitGroup
		for rival := range 20 {
			wg.Go(func() {
				switch n.do("POST", "/v1/redemptions", use(code, fmt.Sprintf("o-%d-%d", i, rival), who)).Status {
				case 201:
					won.Add(1)
				case 409:
					lost.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 19 {
			t.Errorf("%d orders redeemed the code, %d were refused", won.Load(), lost.Load())
		}
	}
	n.noDrift(camp)
}

// A batch's code is rolled back and redeemed anew as any single-use code is.
func TestBatchCodeRollback(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 5})
	codes, ids := n.codesOf(n.batch(camp, 5, nil).str("id"), 1)
	first := n.do("POST", "/v1/redemptions", use(codes[0], "o-1")).want(201)
	n.do("POST", "/v1/redemptions/"+first.str("id")+"/rollbacks", nil).want(201)
	n.do("POST", "/v1/redemptions/"+first.str("id")+"/rollbacks", nil).want(200)
	if c := n.do("GET", "/v1/coupons/"+ids[0], nil).want(200); c.num("times_redeemed") != 0 {
		t.Errorf("%s", c.Raw)
	}
	second := n.do("POST", "/v1/redemptions", use(codes[0], "o-2")).want(201)
	if second.str("id") == first.str("id") {
		t.Error("the second attempt has the first one's id")
	}
	if got := n.do("GET", "/v1/redemptions/"+first.str("id"), nil).want(200); got.str("status") != "rolled_back" {
		t.Errorf("%s", got.Raw)
	}
	n.noDrift(camp)
}

// A code that nobody has used is found by its code and by its id, disabled,
// enabled, and stays what it is.
func TestUnusedBatchCodeIsACoupon(t *testing.T) {
	n := newTenant(t)
	b := n.batch(n.campaign(nil), 10, object{"expires_at": time.Now().Add(time.Hour).UTC().Truncate(time.Second)})
	codes, ids := n.codesOf(b.str("id"), 2)
	found := n.do("POST", "/v1/coupons/lookup", object{"code": codes[0]}).want(200)
	if found.str("id") != ids[0] || found.str("expires_at") != b.str("expires_at") || found.Body["active"] != true {
		t.Fatalf("%s", found.Raw)
	}
	if byID := n.do("GET", "/v1/coupons/"+ids[0], nil).want(200); byID.Raw != found.Raw {
		t.Errorf("%s\n%s", byID.Raw, found.Raw)
	}
	n.do("POST", "/v1/coupons/lookup", object{"code": flipped(codes[0])}).want(404, "coupon_unknown")
	n.do("GET", "/v1/coupons/"+flipped(ids[0]), nil).want(404, "not_found")
	n.do("POST", "/v1/coupons/"+flipped(ids[0])+"/disable", nil).want(404, "not_found")
	for range 2 { // twice is once
		off := n.do("POST", "/v1/coupons/"+ids[0]+"/disable", nil).want(200)
		if off.Body["active"] != false || off.str("code") != codes[0] {
			t.Errorf("%s", off.Raw)
		}
		n.do("POST", "/v1/redemptions", use(codes[0], "o-1")).want(409, "coupon_not_active")
	}
	n.do("POST", "/v1/redemptions", use(codes[1], "o-1")).want(201)
	for range 2 {
		if on := n.do("POST", "/v1/coupons/"+ids[0]+"/enable", nil).want(200); on.Raw != found.Raw {
			t.Errorf("%s\n%s", on.Raw, found.Raw)
		}
	}
	n.do("POST", "/v1/redemptions", use(codes[0], "o-2")).want(201)
}

// Revoking ends all codes within five seconds; what was redeemed stays, and its retry is answered.
func TestRevokedBatch(t *testing.T) {
	n := newTenant(t)
	b := n.batch(n.campaign(nil), 10, nil).str("id")
	codes, ids := n.codesOf(b, 3)
	first := n.do("POST", "/v1/redemptions", use(codes[0], "o-1")).want(201)
	gone := n.do("POST", "/v1/batches/"+b+"/revoke", nil).want(200)
	if again := n.do("POST", "/v1/batches/"+b+"/revoke", nil).want(200); again.Raw != gone.Raw || gone.Body["active"] != false || gone.str("revoked_at") == "" {
		t.Errorf("%s\n%s", gone.Raw, again.Raw)
	}
	n.clock.move(definitionDelay)
	n.do("POST", "/v1/redemptions", use(codes[1], "o-2")).want(409, "coupon_not_active")
	n.do("POST", "/v1/coupons/"+ids[2]+"/enable", nil).want(200)
	n.do("POST", "/v1/redemptions", use(codes[2], "o-3")).want(409, "coupon_not_active")
	if again := n.do("POST", "/v1/redemptions", use(codes[0], "o-1")).want(200); again.Raw != first.Raw {
		t.Errorf("%s", again.Raw)
	}
	for _, id := range ids[:2] {
		if c := n.do("GET", "/v1/coupons/"+id, nil).want(200); c.Body["active"] != false {
			t.Errorf("%s", c.Raw)
		}
	}
	if v := n.do("POST", "/v1/validations", use(codes[1], "")).want(200); !strings.Contains(v.Raw, "coupon_not_active") {
		t.Errorf("%s", v.Raw)
	}
	n.do("POST", "/v1/batches/"+flipped(b)+"/revoke", nil).want(404)
}

// Codes come in pages, as JSON and as CSV, all of them and each once.
func TestBatchCodesArePagedOut(t *testing.T) {
	n := newTenant(t)
	b := n.batch(n.campaign(nil), 2345, object{"alphabet": "0123456789", "prefix": "77"}).str("id")
	inJSON := map[string]bool{}
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		page := n.do("GET", "/v1/batches/"+b+"/codes?limit=1000&cursor="+url.QueryEscape(cursor), nil).want(200)
		for _, c := range page.Body["data"].([]any) {
			inJSON[c.(object)["code"].(string)] = true
		}
		if cursor, _ = page.Body["next_cursor"].(string); page.Body["has_more"] != (cursor != "") {
			t.Fatalf("%.200s", page.Raw)
		}
	}
	inCSV := map[string]bool{}
	for path := "/v1/batches/" + b + "/codes?limit=1000"; path != ""; {
		page := n.do("GET", path, nil, "Accept", "text/csv").want(200)
		rows, err := csv.NewReader(strings.NewReader(page.Raw)).ReadAll()
		if err != nil || rows[0][0] != "code" || rows[0][1] != "coupon" || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/csv") {
			t.Fatalf("%v %v %.200s", err, page.Header, page.Raw)
		}
		for _, row := range rows[1:] {
			inCSV[row[0]] = true
		}
		path = ""
		if m := regexp.MustCompile(`^<(.*)>; rel="next"$`).FindStringSubmatch(page.Header.Get("Link")); m != nil {
			path = m[1]
		}
	}
	if len(inJSON) != 2345 || len(inCSV) != 2345 {
		t.Errorf("%d codes in JSON, %d in CSV", len(inJSON), len(inCSV))
	}
	for code := range inCSV {
		if !inJSON[code] || !regexp.MustCompile(`^77\d\d(-\d{3,4})+$`).MatchString(code) {
			t.Fatalf("%s", code)
		}
	}
	n.do("GET", "/v1/batches/"+b+"/codes?format=csv&limit=1001", nil).want(422)
	n.do("GET", "/v1/batches/"+flipped(b)+"/codes", nil).want(404)
	n.do("GET", "/v1/batches/"+b+"/codes?cursor=x", nil).want(422, "cursor_invalid")
}

// A prefix belongs to one batch, one campaign, or the named codes, whoever comes first.
func TestPrefixesNeverCollide(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	n.batch(camp, 10, object{"prefix": "SUMMER"})
	n.do("POST", "/v1/batches", object{"campaign": camp, "count": 10, "prefix": "summ"}).want(409, "code_reserved")
	n.do("POST", "/v1/coupons", object{"campaign": camp, "code": "SUMMER26"}).want(409, "code_reserved")
	n.coupon(camp, object{"code": "WINTER26"})
	n.do("POST", "/v1/batches", object{"campaign": camp, "count": 10, "prefix": "WINTER"}).want(409, "code_reserved")
	random := n.coupon(camp, nil).str("code")
	n.do("POST", "/v1/batches", object{"campaign": camp, "count": 10, "prefix": random[:4]}).want(409, "code_reserved")
}

// One Idempotency-Key is one batch; a campaign's batches are listed, newest first.
func TestBatchesOnceAndListed(t *testing.T) {
	n := newTenant(t)
	camp, other := n.campaign(nil), n.campaign(nil)
	n.batch(other, 5, nil)
	var ids []string
	for i := range 3 {
		body := object{"campaign": camp, "count": 10 + i, "metadata": object{"print": "spring"}}
		first := n.do("POST", "/v1/batches", body, "Idempotency-Key", fmt.Sprint("k-", i)).want(201)
		again := n.do("POST", "/v1/batches", body, "Idempotency-Key", fmt.Sprint("k-", i)).want(201)
		if first.Raw != again.Raw || n.do("GET", "/v1/batches/"+first.str("id"), nil).want(200).Raw != first.Raw {
			t.Errorf("%s\n%s", first.Raw, again.Raw)
		}
		n.do("POST", "/v1/batches", with(body, object{"count": 99}), "Idempotency-Key", fmt.Sprint("k-", i)).want(422, "idempotency_key_reused")
		ids = append([]string{first.str("id")}, ids...)
		n.clock.move(time.Millisecond)
	}
	var listed []string
	page := n.do("GET", "/v1/batches?limit=2&campaign="+camp, nil).want(200)
	rest := n.do("GET", "/v1/batches?limit=2&campaign="+camp+"&cursor="+page.str("next_cursor"), nil).want(200)
	for _, b := range append(page.Body["data"].([]any), rest.Body["data"].([]any)...) {
		listed = append(listed, b.(object)["id"].(string))
	}
	if fmt.Sprint(listed) != fmt.Sprint(ids) || rest.Body["has_more"] != false {
		t.Errorf("%v, want %v", listed, ids)
	}
	n.do("GET", "/v1/batches", nil).want(422, "field_missing")
	// The first batch freezes what the first coupon would.
	n.do("PATCH", "/v1/campaigns/"+camp, object{"rewards": []object{{"type": "free_shipping"}}}).want(409, "campaign_issued")
}

// Codes keep the terms that their batch was made under, unless they are moved.
func TestBatchKeepsItsTerms(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	codes, _ := n.codesOf(n.batch(camp, 10, nil).str("id"), 2)
	half := object{"rewards": []object{{"type": "percent_off", "percent_off": "50"}}}
	n.do("PATCH", "/v1/campaigns/"+camp, half).want(200)
	n.clock.move(definitionDelay)
	if r := n.do("POST", "/v1/redemptions", use(codes[0], "o-1")).want(201); r.num("discount") != 490 {
		t.Errorf("%s", r.Raw)
	}
	n.do("PATCH", "/v1/campaigns/"+camp, object{"apply_to_issued": true}).want(200)
	n.clock.move(definitionDelay)
	if r := n.do("POST", "/v1/redemptions", use(codes[1], "o-2")).want(201); r.num("discount") != 2450 {
		t.Errorf("%s", r.Raw)
	}
}

// Batches stay with their shop and side, and bad ones are refused with what to do.
func TestBatchesRefused(t *testing.T) {
	n, other := newTenant(t), newTenant(t)
	camp := n.campaign(nil)
	b := n.batch(camp, 10, nil).str("id")
	codes, ids := n.codesOf(b, 1)
	for _, get := range []string{"/v1/batches/" + b, "/v1/batches/" + b + "/codes", "/v1/coupons/" + ids[0]} {
		other.do("GET", get, nil).want(404)
		n.as(n.live, "GET", get, nil).want(404)
	}
	other.do("POST", "/v1/redemptions", use(codes[0], "o-1")).want(404, "coupon_unknown")
	other.do("POST", "/v1/batches", object{"campaign": camp, "count": 10}).want(404, "campaign_unknown")
	n.as(n.pk, "GET", "/v1/batches/"+b+"/codes", nil).want(403)
	short := n.do("POST", "/v1/batches", object{"campaign": camp, "count": 10_000_000, "length": 8}).want(422, "code_space_too_small")
	if short.Body["values"].(object)["least_length"] != float64(13) || short.str("param") != "length" {
		t.Errorf("%s", short.Raw)
	}
	for code, more := range map[string]object{
		"value_too_small": {"count": 0}, "value_too_large": {"count": 100_000_001}, "alphabet_invalid": {"alphabet": "ABC"},
		"pattern_mismatch": {"prefix": "SÜD"}, "too_long": {"prefix": "ABCDEFGHIJKLM"}, "code_too_long": {"alphabet": "0123456789", "prefix": "ABCDEFGHIJKL", "length": 36},
		"value_invalid": {"expires_at": time.Now().Add(-time.Hour)}, "field_unknown": {"size": 1},
	} {
		n.do("POST", "/v1/batches", with(object{"campaign": camp, "count": 10}, more)).want(422, code)
	}
}

// Codes without a row are held, redeemed together with others, and given back, as any codes are.
func TestBatchCodesHeldAndJoined(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 20})
	codes, ids := n.codesOf(n.batch(camp, 5, nil).str("id"), 4)
	n.part(n.importOf(camp, nil), 1, "IMPORTED-1\n").want(200)

	hold := n.do("POST", "/v1/holds", use(codes[0], "o-1")).want(201)
	n.do("POST", "/v1/redemptions", use(codes[0], "o-2")).want(409)
	n.do("POST", "/v1/holds/"+hold.str("id")+"/release", nil).want(200)
	n.do("POST", "/v1/redemptions", use(codes[0], "o-2")).want(201)
	hold = n.do("POST", "/v1/holds", use(codes[1], "o-1")).want(201)
	n.do("POST", "/v1/holds/"+hold.str("id")+"/commit", nil)
	if c := n.do("GET", "/v1/coupons/"+ids[1], nil).want(200); c.num("times_redeemed") != 1 {
		t.Errorf("%s", c.Raw)
	}

	together := use(codes[2], "o-3", object{"codes": []string{codes[2], "imported-1", codes[3]}})
	first := n.do("POST", "/v1/redemptions", together).want(201)
	if again := n.do("POST", "/v1/redemptions", together).want(200); again.Raw != first.Raw {
		t.Errorf("%s\n%s", first.Raw, again.Raw)
	}
	n.do("POST", "/v1/redemptions", use(codes[3], "o-4")).want(409, "quantity_exceeded")
	if c := n.do("GET", "/v1/coupons/"+ids[3], nil).want(200); c.str("redemption") != first.str("id") {
		t.Errorf("%s", c.Raw)
	}
	n.noDrift(camp)
	n.do("POST", "/v1/redemptions/"+first.str("id")+"/rollbacks", nil).want(201)
	n.do("POST", "/v1/redemptions", use(codes[3], "o-4")).want(201)
	n.do("POST", "/v1/redemptions", use("IMPORTED1", "o-5")).want(201)
	n.noDrift(camp)
}

// Of two orders that want overlapping sets of unused codes at once, one gets its set whole.
func TestBatchCodesInRivalSets(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 50})
	codes, _ := n.codesOf(n.batch(camp, 3, nil).str("id"), 3)
	var won atomic.Int64
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			order := fmt.Sprint("o-", i)
			set := []string{codes[i%3], codes[(i+1)%3]}
			if n.do("POST", "/v1/redemptions", use("", order, object{"codes": set})).Status == 201 {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 { // any two sets share a code
		t.Errorf("%d orders won", won.Load())
	}
	n.noDrift(camp)
}

// exerciseBatches calls every operation of batches in each of its ways once.
func exerciseBatches(n *tenant, camp string) {
	n.t.Helper()
	b := n.batch(camp, 10, nil).str("id")
	codes, ids := n.codesOf(b, 2)
	n.do("GET", "/v1/batches?campaign="+camp, nil).want(200)
	n.do("POST", "/v1/validations", use(codes[0], "", object{"customer": "c-1"})).want(200)
	n.do("POST", "/v1/redemptions", use(codes[0], "o-batch", object{"customer": "c-1"})).want(201)
	n.do("POST", "/v1/coupons/"+ids[1]+"/disable", nil).want(200)
	n.do("POST", "/v1/batches/"+b+"/revoke", nil).want(200)
}
