package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// importOfCustomers begins one and gives its id.
func (n *tenant) importOfCustomers(onExisting string) string {
	n.t.Helper()
	return n.do("POST", "/v1/imports", object{"kind": "customers", "on_existing": onExisting}).want(201).str("id")
}

// lines sends a part in JSON Lines.
func (n *tenant) lines(id string, number int, rows string) answer {
	n.t.Helper()
	return n.do("PUT", fmt.Sprintf("/v1/imports/%s/parts/%d", id, number), rows, "Content-Type", "application/x-ndjson")
}

// refusedFor are the refused lines of a report, as line: code at param.
func (a answer) refusedFor() string {
	a.t.Helper()
	var out []string
	for _, r := range a.want(200).Body["refusals"].(object)["data"].([]any) {
		r := r.(object)
		out = append(out, fmt.Sprintf("%v %v %v", r["line"], r["code"], r["param"]))
	}
	return strings.Join(out, "\n")
}

// Rows become customers as PUT makes them; what cannot is reported by line, without what stood there.
func TestImportOfCustomers(t *testing.T) {
	n := newTenant(t)
	n.put("c-0", object{"email": "taken@example.org"}).want(201)
	n.put("c-00", object{"email": "old@example.org"}).want(201)
	n.put("c-00", object{"email": "new@example.org"}).want(200)
	id := n.importOfCustomers("replace")
	got := n.part(id, 1, strings.Join([]string{
		"\ufeffid,given_name,family_name,email,phone,phone_country,birthday,address.lines,address.city,tags,metadata.size,salutation", // 1
		`c-1,Anna,"Müller, geb. ""Weiß""",Anna@Example.org,030 12345678,DE,--05-17,"Lindenstraße 7`,                                   // 2
		`c/o Kim",Berlin,"vip, ""a, b""",38,frau`, // 3
		"",                                               // 4
		"c-2,민준,,,,,,,,,,",                               // 5
		"c-3,,,taken@example.org,,,,,,,,",                // 6: another's
		"c-33,,,old@example.org,,,,,,,,",                 // 7: was another's
		"c-4,,,anna@example.ORG,,,,,,,,",                 // 8: line 2
		"c-1,,,,,,,,,,,",                                 // 9: line 2
		"anna@example.org,,,,,,,,,,,",                    // 10
		"c-5,,,,12,DE,,,,,,",                             // 11
		"c-6,,,,,,1990-02-30,,,,,",                       // 12
		"c-7,,,,,,,,,\"vip,vip\",,",                      // 13
		"c-8," + strings.Repeat("x", 101) + ",,,,,,,,,,", // 14
		"c-9,,",                               // 15
		"c-10,B\"n,,,,,,,,,,",                 // 16
		"c-11,\xff,,,,,,,,,,",                 // 17
		"c-12,,,,,,,,,,,mx",                   // 18
		",Nobody,,,,,,,,,,",                   // 19
		"c-13, =1+1,,ben@example.org,,,,,,,,", // 20
	}, "\n"))
	want := `6 identity_taken email
7 identity_taken email
8 row_repeated email
9 row_repeated id
10 customer_id_invalid id
11 phone_invalid phone
12 birthday_invalid birthday
13 value_invalid tags[1]
14 too_long given_name
15 row_malformed <nil>
16 row_malformed <nil>
17 row_malformed <nil>
18 not_one_of salutation
19 field_missing id`
	if refused := got.refusedFor(); refused != want || got.num("lines") != 17 || got.num("accepted") != 3 || got.num("refused") != 14 {
		t.Errorf("%s\nwant\n%s\n%s", refused, want, got.Raw)
	}
	for _, personal := range []string{"example", "c-3", "c-0", "030"} {
		if strings.Contains(got.Raw, personal) {
			t.Errorf("the report has %q: %s", personal, got.Raw)
		}
	}
	anna := n.do("GET", "/v1/customers/c-1", nil).want(200)
	if anna.str("family_name") != `Müller, geb. "Weiß"` || fmt.Sprint(anna.Body["address"].(object)["lines"]) != "[Lindenstraße 7 c/o Kim]" ||
		fmt.Sprintf("%q", anna.Body["tags"]) != `["vip" "a, b"]` || anna.Body["metadata"].(object)["size"] != "38" || anna.str("phone_e164") != "+493012345678" {
		t.Errorf("%s", anna.Raw)
	}
	if n.search(object{"email": "anna@example.org"}) != "c-1" {
		t.Error("her address does not lead to her")
	}
	if ben := n.do("GET", "/v1/customers/c-13", nil).want(200); ben.str("given_name") != " =1+1" {
		t.Errorf("%s", ben.Raw)
	}
	n.do("GET", "/v1/customers/c-3", nil).want(404)
	n.peopleAgree()
	if sums := n.do("GET", "/v1/imports/"+id, nil).want(200); sums.Body["shared"] != nil || sums.Body["campaign"] != nil || sums.num("accepted") != 3 || sums.str("on_existing") != "replace" {
		t.Errorf("%s", sums.Raw)
	}
}

// What would be lost, or what nobody can tell apart, refuses the part before any row.
func TestImportPartsOfCustomersRefused(t *testing.T) {
	n := newTenant(t)
	id := n.importOfCustomers("replace")
	for part, code := range map[string]string{
		"id,e-mail\nc-1,anna@example.org":      "import_column_unknown",
		"id;email\nc-1;anna@example.org":       "import_column_missing", // Excel's separator
		"\ufeffid;email\r\nc-1;x@example.org":  "import_column_missing",
		"id,metadata.\nc-1,x":                  "import_column_unknown",
		"id,email,email\nc-1,a@b.de,":          "import_column_repeated",
		"id,metadata,metadata.a\nc-1,,":        "import_column_repeated",
		"email\nanna@example.org":              "import_column_missing",
		"c-1,Anna":                             "import_column_unknown",
		"id,given_name\nc-1,\"Anna\nc-2,Ben\n": "import_quote_open",
		"id\n" + strings.Repeat("c\n", 1001):   "import_part_too_long",
	} {
		n.part(id, 1, part).want(422, code)
	}
	n.part(id, 1, "").want(400, "body_missing")
	n.part(id, 1, "\n").want(422, "import_column_missing")
	n.do("PUT", "/v1/imports/"+id+"/parts/1", object{"id": "c-1"}).want(415, "import_type_unsupported")
	if list := n.do("GET", "/v1/customers", nil).found(); len(list) != 0 {
		t.Errorf("%v", list)
	}
	n.part(id, 1, "id\nc-1").want(200)
	for body, at := range map[string]string{
		`{"kind": "customers"}`: "on_existing",
		`{"kind": "customers", "on_existing": "skip", "campaign": "camp_1"}`: "campaign",
		`{"kind": "codes"}`: "campaign",
		`{"kind": "codes", "campaign": "camp_1", "on_existing": "skip"}`:  "on_existing",
		`{"kind": "customers", "on_existing": "fill"}`:                    "on_existing",
		`{"kind": "customers", "on_existing": "replace", "shared": true}`: "campaign",
	} {
		if got := n.do("POST", "/v1/imports", body).want(422); got.str("param") != at {
			t.Errorf("%s: %s", body, got.Raw)
		}
	}
}

// JSON Lines are what PUT takes, as strictly.
func TestImportOfCustomersInJSONLines(t *testing.T) {
	n := newTenant(t)
	got := n.lines(n.importOfCustomers("replace"), 1, strings.Join([]string{
		`{"id": "c-1", "given_name": "Anna", "address": {"lines": ["Lindenstraße 7"]}, "metadata": {"crm": "7\r\n8", "": ""}}`,
		`{"id": "c-2", "given_name": "Ben", "metadata": {"crm": "7\r\n8", "empty": ""}, "tags": ["=1+1"]}`,
		`{"id": "c-3", "name": "Anna"}`,
		`{"id": "c-4", "given_name": "Anna", "given_name": "Anne"}`,
		`{"id": "c-5", "Given_Name": "Anna"}`,
		`{"id": "c-6", "given_name": 7}`,
		`{"id": "c-7", "given_name": null}`, // as PUT: none
		`["c-8"]`,
		`{"id": "c-9"} {}`,
		`{"id": "c-10", "address": {"street": "x"}}`,
		`{"id": "c-11", "metadata": {"a@example.org": 7}}`,
		`{"id": "c-12"}`,
		`{"id": "c-13", "language": "klingonisch"}`,
	}, "\n"))
	want := `1 value_invalid metadata
3 row_field_unknown <nil>
4 field_repeated given_name
5 row_field_unknown <nil>
6 type_wrong given_name
8 row_malformed <nil>
9 row_malformed <nil>
10 row_field_unknown <nil>
11 type_wrong metadata
13 language_unknown language`
	if refused := got.refusedFor(); refused != want || strings.Contains(got.Raw, "klingon") {
		t.Errorf("%s\nwant\n%s\n%s", refused, want, got.Raw)
	}
	if ben := n.do("GET", "/v1/customers/c-2", nil).want(200); ben.Body["metadata"].(object)["crm"] != "7\r\n8" || ben.Body["metadata"].(object)["empty"] != "" {
		t.Errorf("%s", ben.Raw)
	}
}

// Who is there already is replaced or skipped, as the import says, and the same part again changes nothing.
func TestImportOfCustomersWhoExist(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", anna()).want(201)
	const rows = "id,given_name\nc-1,Anni\nc-2,Ben\n"
	skip := n.importOfCustomers("skip")
	got := n.part(skip, 1, rows).want(200)
	if got.num("accepted") != 1 || got.num("skipped") != 1 || n.do("GET", "/v1/customers/c-1", nil).str("given_name") != "Anna" {
		t.Errorf("%s", got.Raw)
	}
	if sums := n.do("GET", "/v1/imports/"+skip, nil).want(200); sums.num("accepted") != 1 || sums.num("skipped") != 1 || sums.num("lines") != 2 {
		t.Errorf("%s", sums.Raw)
	}
	replace := n.importOfCustomers("replace")
	if got := n.part(replace, 1, rows).want(200); got.num("accepted") != 2 || got.Body["skipped"] != nil {
		t.Errorf("%s", got.Raw)
	}
	if c := n.do("GET", "/v1/customers/c-1", nil).want(200); c.str("given_name") != "Anni" || c.Body["email"] != nil || c.num("version") != 2 {
		t.Errorf("%s", c.Raw)
	}
	if c := n.do("GET", "/v1/customers/c-2", nil).want(200); c.num("version") != 1 {
		t.Errorf("the same again is a change: %s", c.Raw)
	}
	n.do("PATCH", "/v1/customers/c-1", object{"given_name": "Anne"}).want(200)
	first := n.part(replace, 1, rows).want(200)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if again := n.part(replace, 1, rows); again.Raw != first.Raw {
				t.Errorf("%s\n%s", first.Raw, again.Raw)
			}
		})
	}
	wg.Wait()
	n.part(replace, 1, rows+"c-3,\n").want(409, "import_part_differs")
	if c := n.do("GET", "/v1/customers/c-1", nil).want(200); c.str("given_name") != "Anne" {
		t.Errorf("a part that is done changes what came after it: %s", c.Raw)
	}
}

// Who is being erased is reported, and who was erased comes back by a new import only.
func TestImportOfErasedCustomers(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", anna()).want(201)
	n.do("DELETE", "/v1/customers/c-1", nil).want(202)
	n.clock.stop(n.clock.now())
	id := n.importOfCustomers("replace")
	if got := n.part(id, 1, "id\nc-1\nc-2\n").refusedFor(); got != "2 erasure_in_progress id" {
		t.Error(got)
	}
	n.do("DELETE", "/v1/customers/c-2", nil).want(202)
	n.tick()
	n.followUp()
	if got := n.part(id, 2, "id\nc-2\n").refusedFor(); got != "2 customer_erased_since id" { // told in the moment of the erasure: it goes
		t.Error(got)
	}
	n.clock.move(time.Millisecond)
	if got := n.part(id, 3, "id\nc-2\n").refusedFor(); got != "" {
		t.Error(got)
	}
	n.do("GET", "/v1/customers/c-2", nil).want(200)
}

// The key needs the scope of what is imported, and knows of no other import.
func TestImportScopes(t *testing.T) {
	n := newTenant(t)
	camp := n.campaign(nil)
	key := func(scopes ...string) string {
		return n.do("POST", "/v1/keys", object{"kind": "secret", "scopes": scopes}).want(201).str("key")
	}
	codes, people := n.importOf(camp, nil), n.importOfCustomers("skip")
	n.part(codes, 1, "CARD-1").want(200)
	n.part(people, 1, "id\nc-1").want(200)
	begin := map[string]object{codes: {"kind": "codes", "campaign": camp}, people: {"kind": "customers", "on_existing": "skip"}}
	for scopes, mine := range map[string]string{"coupons": codes, "customers": people} {
		writer, reader := key(scopes+":write"), key(scopes+":read")
		for _, id := range []string{codes, people} {
			status := map[bool]int{true: 200, false: 403}[id == mine]
			n.as(writer, "PUT", "/v1/imports/"+id+"/parts/2", "id\n", "Content-Type", "text/csv").want(status)
			n.as(reader, "GET", "/v1/imports/"+id, nil).want(status)
			n.as(reader, "GET", "/v1/imports/"+id+"/parts/1", nil).want(status)
			n.as(writer, "POST", "/v1/imports", begin[id]).want(map[int]int{200: 201, 403: 403}[status])
			n.as(reader, "PUT", "/v1/imports/"+id+"/parts/2", "id\n", "Content-Type", "text/csv").want(403, "key_not_permitted")
		}
		if list := n.as(reader, "GET", "/v1/imports", nil).want(200).Raw; !strings.Contains(list, mine) || strings.Count(list, `"object":"import"`) != 2 {
			t.Errorf("%s", list)
		}
	}
}

// Imports at once of the same customers: each is whole, whoever came last, and of an address there is one.
func TestRivalImportsOfCustomers(t *testing.T) {
	n := newTenant(t)
	rows := func(name string, from int) string {
		var b strings.Builder
		b.WriteString("id,given_name,family_name,email\n")
		for i := range 40 {
			fmt.Fprintf(&b, "c-%d,%s,%s,a%d@example.org\n", i, name, name, (i+from)%40)
		}
		return b.String()
	}
	ids := []string{n.importOfCustomers("replace"), n.importOfCustomers("replace"), n.importOfCustomers("skip")}
	answers := n.crowd(9, func(i int) answer { return n.part(ids[i%3], 1, rows(fmt.Sprint("N", i%3), i%3)) })
	for i, a := range answers {
		if a.want(200); a.Raw != answers[i%3].Raw {
			t.Errorf("%s\n%s", a.Raw, answers[i%3].Raw)
		}
	}
	for i, id := range ids {
		sums := n.do("GET", "/v1/imports/"+id, nil).want(200)
		skipped, _ := sums.Body["skipped"].(float64)
		if sums.num("parts") != 1 || sums.num("accepted")+sums.num("refused")+int64(skipped) != 40 {
			t.Errorf("%d: %s", i, sums.Raw)
		}
	}
	for _, id := range n.do("GET", "/v1/customers?limit=100", nil).found() {
		if c := n.do("GET", "/v1/customers/"+id, nil).want(200); c.str("given_name") != c.str("family_name") || n.search(object{"email": c.str("email")}) != id {
			t.Errorf("%s", c.Raw)
		}
	}
	n.peopleAgree()
}

// exerciseCustomerImports is part of exercise.
func exerciseCustomerImports(t *testing.T) {
	t.Helper()
	n := newTenant(t)
	n.clock.stop(n.clock.now())
	id := n.importOfCustomers("replace")
	const rows = "id,full_name,birthday,email\nc-1,Anna,1990-05-17,%s\n"
	n.part(id, 1, fmt.Sprintf(rows, "anna@example.org")).want(200)
	n.part(id, 2, "id\nc-1\n").want(200) // takes signals back
	n.do("DELETE", "/v1/customers/c-1", nil).want(202)
	n.tick()
	n.part(id, 3, fmt.Sprintf(rows, "anna@example.org")).want(200) // looked at twice
	n.do("GET", "/v1/imports/"+id+"/parts/3", nil).want(200)
}
