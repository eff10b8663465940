package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// importOf begins one and gives its id.
func (n *tenant) importOf(campaign string, more object) string {
	n.t.Helper()
	return n.do("POST", "/v1/imports", with(object{"kind": "codes", "campaign": campaign}, more)).want(201).str("id")
}

// part sends a part in CSV.
func (n *tenant) part(id string, number int, csv string) answer {
	n.t.Helper()
	return n.do("PUT", fmt.Sprintf("/v1/imports/%s/parts/%d", id, number), csv, "Content-Type", "text/csv")
}

// refusals are the refused lines of a report, as line: code.
func (a answer) refusals() map[int]string {
	a.t.Helper()
	out := map[int]string{}
	for _, r := range a.Body["refusals"].(object)["data"].([]any) {
		out[int(r.(object)["line"].(float64))] = r.(object)["code"].(string)
	}
	return out
}

// A shop's codes become coupons for one use each; what cannot is reported line by line.
func TestImport(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 50})
	random := n.coupon(camp, nil).str("code")
	n.coupon(camp, object{"code": "TAKEN-1"})
	batch, _ := n.codesOf(n.batch(camp, 5, object{"prefix": "BATCH"}).str("id"), 1)
	id := n.importOf(camp, nil)
	got := n.part(id, 1, strings.Join([]string{
		"Code,customer,expires_at", // 1
		"old-0001,,",               // 2
		"OLD-0002,c-7,",            // 3
		"",                         // 4
		"taken 1,,",                // 5
		random + ",,",              // 6
		batch[0] + ",,",            // 7
		"oldooo1,,",                // 8: line 2, as it is read
		"ab,,",                     // 9
		"OLD-0010,anna@example.org,",
		"OLD-0011,,tomorrow",
		"OLD-0012,,2001-01-01T00:00:00Z",
		`OLD-"0013,,`,
		"ÖLD-0014,,",
		"OLD-0015,c-7,2999-01-01T00:00:00Z,more",
		"OLD-0016,,2999-01-01T00:00:00Z",
	}, "\n")).want(200)
	want := map[int]string{
		5: "code_taken", 6: "code_reserved", 7: "code_reserved", 8: "code_repeated_in_part", 9: "code_malformed", 10: "customer_id_invalid",
		11: "value_invalid", 12: "value_invalid", 13: "line_malformed", 14: "code_malformed", 15: "line_malformed",
	}
	if fmt.Sprint(got.refusals()) != fmt.Sprint(want) || got.num("lines") != 14 || got.num("accepted") != 3 || got.num("refused") != 11 {
		t.Errorf("%s", got.Raw)
	}
	n.do("POST", "/v1/redemptions", use("OLD 0001", "o-1")).want(201)
	n.do("POST", "/v1/redemptions", use("old-0001", "o-2")).want(409, "quantity_exceeded")
	n.do("POST", "/v1/redemptions", use("OLD0002", "o-2")).want(422, "needs_customer")
	n.do("POST", "/v1/redemptions", use("OLD0002", "o-2", object{"customer": "c-7"})).want(201)
	if c := n.do("POST", "/v1/coupons/lookup", object{"code": "old0016"}).want(200); c.str("code") != "OLD-0016" || c.Body["shared"] != false || c.str("expires_at") != "2999-01-01T00:00:00Z" {
		t.Errorf("%s", c.Raw)
	}
	if listed := n.do("GET", "/v1/coupons?campaign="+camp, nil).want(200); !strings.Contains(listed.Raw, "OLD-0016") {
		t.Errorf("%s", listed.Raw)
	}
	n.noDrift(camp)
}

// The same part again is the same report, and counts once; another under its number is refused.
func TestImportPartsAreIdempotent(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	body := object{"kind": "codes", "campaign": camp, "metadata": object{"from": "old shop"}}
	begun := n.do("POST", "/v1/imports", body, "Idempotency-Key", "k").want(201)
	if again := n.do("POST", "/v1/imports", body, "Idempotency-Key", "k").want(201); again.Raw != begun.Raw {
		t.Errorf("%s\n%s", begun.Raw, again.Raw)
	}
	id := begun.str("id")
	n.do("GET", "/v1/imports/"+id+"/parts/1", nil).want(404)
	const codes = "AAAA-1\nAAAA-2\naaaa 2\n"
	first := n.part(id, 1, codes).want(200)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if again := n.part(id, 1, codes); again.Raw != first.Raw {
				t.Errorf("%s\n%s", first.Raw, again.Raw)
			}
		})
		wg.Go(func() { n.part(id, 2, "BBBB-1\nAAAA-1\n") })
	}
	wg.Wait()
	n.part(id, 1, "AAAA-1\n").want(409, "import_part_differs")
	if read := n.do("GET", "/v1/imports/"+id+"/parts/1", nil).want(200); read.Raw != first.Raw {
		t.Errorf("%s\n%s", first.Raw, read.Raw)
	}
	if second := n.part(id, 2, "BBBB-1\nAAAA-1\n").want(200); second.num("accepted") != 1 || second.refusals()[2] != "code_taken" {
		t.Errorf("%s", second.Raw)
	}
	sums := n.do("GET", "/v1/imports/"+id, nil).want(200)
	if sums.num("parts") != 2 || sums.num("lines") != 5 || sums.num("accepted") != 3 || sums.num("refused") != 2 {
		t.Errorf("%s", sums.Raw)
	}
	if list := n.do("GET", "/v1/imports", nil).want(200); len(list.Body["data"].([]any)) != 1 || !strings.Contains(list.Raw, id) {
		t.Errorf("%s", list.Raw)
	}
}

// A part of a thousand lines is one call; its report comes in pages, in the reader's language.
func TestImportOfALargePart(t *testing.T) {
	n := newTenant(t)
	id := n.importOf(n.campaign(nil), nil)
	n.part(id, 1, "CARD0500\n").want(200)
	var lines strings.Builder
	for i := range 1000 {
		b, err := json.Marshal(object{"code": fmt.Sprintf("CARD%04d", i/2*2), "customer": fmt.Sprint("c-", i)}) // every other one repeats
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(b, '\n'))
	}
	path := "/v1/imports/" + id + "/parts/2"
	send := func() answer {
		return n.do("PUT", path, lines.String(), "Content-Type", "application/x-ndjson", "Accept-Language", "de")
	}
	got := send()
	for tries := 0; got.Status == http.StatusServiceUnavailable && tries < 5; tries++ { // a slow table's; what is made stays made
		got = send()
	}
	if got.want(200); got.num("accepted") != 499 || got.num("refused") != 501 || !strings.Contains(got.Raw, "steht schon in Zeile") {
		t.Fatalf("%.400s", got.Raw)
	}
	var numbers []float64
	for cursor := ""; ; {
		page := n.do("GET", path+"?limit=100&cursor="+url.QueryEscape(cursor), nil).want(200).Body["refusals"].(object)
		for _, r := range page["data"].([]any) {
			numbers = append(numbers, r.(object)["line"].(float64))
		}
		if cursor, _ = page["next_cursor"].(string); cursor == "" {
			break
		}
	}
	for i := range numbers[1:] {
		if numbers[i] >= numbers[i+1] {
			t.Fatalf("%v", numbers)
		}
	}
	if len(numbers) != 501 {
		t.Errorf("%d lines", len(numbers))
	}
	n.do("PUT", "/v1/imports/"+id+"/parts/3", lines.String()+`{"code":"CARD9999"}`, "Content-Type", "application/x-ndjson").want(422, "import_part_too_long")
	n.part(id, 4, strings.Repeat("x", 4<<20)).want(200) // one line, and no code
	n.part(id, 5, strings.Repeat("x", 4<<20+1)).want(413, "body_too_large")
}

// Codes for everybody, where that is asked for.
func TestImportOfSharedCodes(t *testing.T) {
	n := newTenant(t)
	id := n.importOf(n.campaign(nil), object{"shared": true})
	got := n.part(id, 1, "SUMMER\nWINTER,c-1\n").want(200)
	if got.num("accepted") != 1 || got.refusals()[2] != "shared_code_for_customer" {
		t.Errorf("%s", got.Raw)
	}
	for _, order := range []string{"o-1", "o-2"} {
		n.do("POST", "/v1/redemptions", use("summer", order)).want(201)
	}
}

// An imported code is one seat: of concurrent orders one gets it; disabling it
// is noticed at once; a validation sees what is true now.
func TestImportedCodeIsRedeemedOnce(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(object{"max_redemptions": 100})
	n.part(n.importOf(camp, nil), 1, "GIFT-1\nGIFT-2\nGIFT-3\nGIFT-4\nGIFT-5\n").want(200)
	var first string
	for i := range 4 {
		var won, lost atomic.Int64
		var wg sync.WaitGroup
		for rival := range 20 {
			wg.Go(func() {
				a := n.do("POST", "/v1/redemptions", use(fmt.Sprint("GIFT-", i+1), fmt.Sprintf("o-%d-%d", i, rival)))
				switch a.Status {
				case 201:
					won.Add(1)
					if i == 0 {
						first = a.str("id")
					}
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
	n.do("POST", "/v1/validations", use("GIFT-5", "")).want(200)
	five := n.do("POST", "/v1/coupons/lookup", object{"code": "GIFT-5"}).want(200).str("id")
	n.do("POST", "/v1/coupons/"+five+"/disable", nil).want(200)
	if v := n.do("POST", "/v1/validations", use("GIFT-5", "")).want(200); !strings.Contains(v.Raw, "coupon_not_active") {
		t.Errorf("%s", v.Raw)
	}
	n.do("POST", "/v1/redemptions", use("GIFT-5", "o-5")).want(409, "coupon_not_active")
	n.do("POST", "/v1/redemptions/"+first+"/rollbacks", nil).want(201)
	n.do("POST", "/v1/redemptions", use("GIFT-1", "o-again")).want(201)
	_, again := n.costOf("RedemptionsFunction", func() answer { return n.do("POST", "/v1/redemptions", use("GIFT-1", "o-6")).want(409) })
	if again.requests != 1 {
		t.Errorf("a refusal costs %+v", again)
	}
	n.noDrift(camp)
}

// Imported codes keep the terms that their import was begun under.
func TestImportKeepsItsTerms(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	id := n.importOf(camp, nil)
	n.do("PATCH", "/v1/campaigns/"+camp, object{"rewards": []object{{"type": "percent_off", "percent_off": "50"}}}).want(200)
	n.clock.move(definitionDelay)
	n.part(id, 1, "LATE-1\n").want(200)
	r, cost := n.costOf("RedemptionsFunction", func() answer { return n.do("POST", "/v1/redemptions", use("LATE-1", "o-1")).want(201) })
	if r.num("discount") != 490 {
		t.Errorf("%s %+v", r.Raw, cost)
	}
	n.do("PATCH", "/v1/campaigns/"+camp, object{"rewards": []object{{"type": "free_shipping"}}}).want(409, "campaign_issued")
}

func TestImportsRefused(t *testing.T) {
	n, other := newTenant(t), newTenant(t)
	camp := n.campaign(nil)
	id := n.importOf(camp, nil)
	n.do("POST", "/v1/imports", object{"kind": "people", "campaign": camp}).want(422, "not_one_of")
	other.do("POST", "/v1/imports", object{"kind": "codes", "campaign": camp}).want(404, "campaign_unknown")
	n.do("PUT", "/v1/imports/"+id+"/parts/1", object{"code": "JSON"}).want(415, "import_type_unsupported")
	n.do("PUT", "/v1/imports/"+id+"/parts/1", "CODE-1", "Content-Type", "nonsense;;").want(415, "import_type_unsupported")
	n.do("PUT", "/v1/imports/"+id+"/parts/1", nil, "Content-Type", "text/csv").want(400)
	n.part(id, 0, "CODE-1").want(422, "value_too_small")
	n.part(flipped(id), 1, "CODE-1").want(404)
	other.part(id, 1, "CODE-1").want(404)
	if got := n.part(id, 1, "\n\n").want(200); got.num("lines") != 0 {
		t.Errorf("%s", got.Raw)
	}
	got := n.do("PUT", "/v1/imports/"+id+"/parts/2", "{\"code\":\"LINE-1\",\"x\":1}\n[]\n\n{\"code\":\"LINE-4\"} {}\nLINE-5\n\"LINE-6\"\n{\"code\":\"LINE-7\"}", "Content-Type", "application/x-ndjson; charset=utf-8").want(200)
	if got.num("accepted") != 1 || len(got.refusals()) != 5 || got.refusals()[4] != "line_malformed" {
		t.Errorf("%s", got.Raw)
	}
	n.clock.move(48 * time.Hour)
	if again := n.part(id, 1, "\n\n").want(200); again.num("lines") != 0 {
		t.Errorf("%s", again.Raw)
	}
}

// exerciseImports calls every operation of imports in each of its ways once.
func exerciseImports(n *tenant, camp string) {
	n.t.Helper()
	id := n.do("POST", "/v1/imports", object{"kind": "codes", "campaign": camp}, "Idempotency-Key", "i").want(201).str("id")
	n.part(id, 1, "ROLE-1\nROLE-2\n"+strings.Repeat("x\n", 200)).want(200)
	n.do("GET", "/v1/imports", nil).want(200)
	n.do("GET", "/v1/imports/"+id, nil).want(200)
	n.do("GET", "/v1/imports/"+id+"/parts/1", nil).want(200)
}
