package e2e

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/infra/faults"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// anna is a customer with everything.
func anna() object {
	return object{
		"given_name": "Anna", "family_name": "Müller", "salutation": "frau", "language": "de-AT", "email": "Anna.Mueller@Example.org",
		"phone": "030 12345678", "phone_country": "DE", "birthday": "1990-05-17", "time_zone": "Europe/Berlin",
		"address": object{"lines": []string{"Lindenstraße 7"}, "postal_code": "10969", "city": "Berlin", "country": "DE"},
		"tags":    []string{"vip"}, "metadata": object{"crm": "7"},
	}
}

// put creates or replaces a customer.
func (n *tenant) put(id string, profile object, header ...string) answer {
	n.t.Helper()
	return n.do("PUT", "/v1/customers/"+id, profile, header...)
}

// found gives the ids that a search or list answers.
func (a answer) found() []string {
	a.t.Helper()
	var out []string
	for _, c := range a.want(200).Body["data"].([]any) {
		out = append(out, c.(object)["id"].(string))
	}
	return out
}

func (n *tenant) search(by object) string {
	n.t.Helper()
	return strings.Join(n.do("POST", "/v1/customers/search", by).found(), " ")
}

func TestCustomer(t *testing.T) {
	n := newTenant(t)
	made := n.put("c-1", anna()).want(201)
	for name, want := range anna() {
		if fmt.Sprint(made.Body[name]) != fmt.Sprint(want) {
			t.Errorf("%s: %v, sent as %v", name, made.Body[name], want)
		}
	}
	if made.str("id") != "c-1" || made.str("phone_e164") != "+493012345678" || made.num("version") != 1 || made.Body["livemode"] != false ||
		made.Header.Get("ETag") != `"1"` || made.str("created_at") != made.str("updated_at") {
		t.Errorf("%s %v", made.Raw, made.Header)
	}
	n.clock.move(time.Minute)
	if again := n.put("c-1", anna()).want(200); again.Raw != made.Raw {
		t.Errorf("the same again is a change:\n%s\n%s", made.Raw, again.Raw)
	}
	if got := n.do("GET", "/v1/customers/c-1", nil).want(200); got.Raw != made.Raw || got.Header.Get("ETag") != `"1"` {
		t.Errorf("%s", got.Raw)
	}
	patched := n.do("PATCH", "/v1/customers/c-1", object{"birthday": nil, "address": object{"city": "Potsdam"}}).want(200)
	if address := patched.Body["address"].(object); patched.Body["birthday"] != nil || address["city"] != "Potsdam" || address["postal_code"] != "10969" ||
		patched.num("version") != 2 || patched.str("updated_at") == made.str("updated_at") || patched.str("created_at") != made.str("created_at") {
		t.Errorf("%s", patched.Raw)
	}
	if replaced := n.put("c-1", object{"full_name": "김민준"}).want(200); replaced.str("full_name") != "김민준" || replaced.Body["email"] != nil || replaced.Body["phone_e164"] != nil {
		t.Errorf("%s", replaced.Raw)
	}
	n.do("GET", "/v1/customers/c-2", nil).want(404, "not_found")
	n.do("PATCH", "/v1/customers/c-2", object{"given_name": "Ben"}).want(404, "not_found")
	n.put("anna@example.org", anna()).want(422, "customer_id_invalid")
	n.do("PATCH", "/v1/customers/c-1", object{"given_name": strings.Repeat("x", 101)}).want(422, "too_long")
}

func TestCustomerStates(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", anna(), "If-Match", `"1"`).want(412, "etag_mismatch")
	n.put("c-1", anna(), "If-Match", `*`).want(412, "etag_mismatch")
	n.do("GET", "/v1/customers/c-1", nil).want(404)
	n.put("c-1", anna()).want(201)
	n.put("c-1", object{}, "If-Match", `"2"`).want(412, "etag_mismatch")
	n.put("c-1", object{"given_name": "Anne"}, "If-Match", `W/"1"`).want(200)
	n.do("PATCH", "/v1/customers/c-1", object{"given_name": "Anni"}, "If-Match", `"1"`).want(412, "etag_mismatch")
	n.do("PATCH", "/v1/customers/c-1", object{"given_name": "Anni"}, "If-Match", `*`).want(200)
}

func TestBadCustomers(t *testing.T) {
	n := newTenant(t)
	for param, c := range map[string]struct {
		code  string
		value any
	}{
		"given_name":       {"text_invalid", "Anna\n"},
		"salutation":       {"not_one_of", "mx"},
		"salutation_text":  {"salutation_mismatch", "Liebe"},
		"language":         {"language_unknown", "xx-YYYYYYYYYY"},
		"email":            {"email_invalid", "anna@"},
		"phone":            {"phone_invalid", "12345"},
		"phone_country":    {"country_unknown", "XX"},
		"birthday":         {"birthday_invalid", "2021-02-29"},
		"time_zone":        {"time_zone_unknown", "Berlin"},
		"address.country":  {"country_unknown", "Germany"},
		"address.lines[0]": {"text_invalid", "\t"},
		"tags[1]":          {"value_invalid", "vip"},
		"metadata":         {"value_invalid", strings.Repeat("x", 501)},
		"surname":          {"field_unknown", "Müller"},
	} {
		body := object{param: c.value}
		switch {
		case strings.HasPrefix(param, "address.c"):
			body = object{"address": object{"country": c.value}}
		case strings.HasPrefix(param, "address.l"):
			body = object{"address": object{"lines": []any{c.value}}}
		case strings.HasPrefix(param, "tags"):
			body = object{"tags": []any{"vip", c.value}}
		case param == "metadata":
			body = object{"metadata": object{"k": c.value}}
		}
		a := n.put("c-1", body).want(422, c.code)
		if a.Body["param"] != param {
			t.Errorf("%s: %s", param, a.Raw)
		}
		checkProblem(t, param, a)
		n.do("GET", "/v1/customers/c-1", nil).want(404)
	}
	for _, by := range []object{{}, {"id": "c-1", "email": "anna@example.org"}} {
		n.do("POST", "/v1/customers/search", by).want(422, "search_unclear")
	}
	n.do("POST", "/v1/customers/search", object{"phone": "12345"}).want(422, "phone_invalid")
	n.do("POST", "/v1/customers/search", object{"email": "anna"}).want(422, "email_invalid")
}

// saleor#18563: an address that is given up does not make its owner somebody new, nor anybody else its owner.
func TestIdentities(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", anna()).want(201)
	for field, body := range map[string]object{
		"email": {"email": "ANNA.MUELLER@example.org"}, "phone": {"phone": "+49 30 12345678"},
	} {
		a := n.put("c-2", body).want(409, "identity_taken")
		if a.Body["param"] != field || a.Body["values"].(object)["customer"] != "c-1" {
			t.Errorf("%s", a.Raw)
		}
		n.do("GET", "/v1/customers/c-2", nil).want(404)
	}
	n.put("c-2", object{"email": "ben@example.org"}).want(201)
	n.do("PATCH", "/v1/customers/c-2", object{"given_name": "Ben", "phone": "+493012345678"}).want(409, "identity_taken")
	if c := n.do("GET", "/v1/customers/c-2", nil).want(200); c.Body["given_name"] != nil || c.num("version") != 1 {
		t.Errorf("half a change: %s", c.Raw)
	}

	n.do("PATCH", "/v1/customers/c-1", object{"email": "anna@new.example", "phone": nil}).want(200)
	n.put("c-3", object{"email": "anna.mueller@example.org"}).want(409, "identity_taken")
	n.put("c-3", object{"phone": "+493012345678"}).want(409, "identity_taken")
	for want, by := range map[string][]object{
		"c-1": {{"email": "anna.mueller@example.org"}, {"email": "Anna@NEW.example"}, {"phone": "030/12345678", "phone_country": "DE"}, {"id": "c-1"}},
		"":    {{"email": "carl@example.org"}, {"phone": "+493099999999"}, {"id": "c-9"}},
	} {
		for _, b := range by {
			if got := n.search(b); got != want {
				t.Errorf("%v finds %q, want %q", b, got, want)
			}
		}
	}
	n.do("PATCH", "/v1/customers/c-1", object{"email": "Anna.Mueller@example.org"}).want(200) // back again
	n.put("c-4", object{"email": "anna@new.example"}).want(409, "identity_taken")
}

func TestCustomerList(t *testing.T) {
	n := newTenant(t)
	n.clock.stop(n.clock.now())
	var want []string
	for i := range 25 {
		id := fmt.Sprint("c-", i)
		n.put(id, object{}).want(201)
		want = append([]string{id}, want...)
		n.clock.move(time.Millisecond)
	}
	n.put("c-0", object{"given_name": "Anna"}).want(200) // keeps its place
	var got []string
	for cursor := ""; ; {
		a := n.do("GET", "/v1/customers?limit=10&cursor="+cursor, nil)
		got = append(got, a.found()...)
		if a.Body["has_more"] == false {
			break
		}
		cursor = a.str("next_cursor")
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%v\nwant %v", got, want)
	}
}

func TestDuplicates(t *testing.T) {
	n := newTenant(t)
	home := object{"lines": []string{"Lindenstraße 7"}, "postal_code": "10969", "city": "Berlin"}
	n.put("c-1", object{"given_name": "Anna", "family_name": "Weiß", "birthday": "1990-05-17", "address": home}).want(201)
	n.put("c-2", object{"full_name": "ANNA WEISS", "birthday": "1990-05-17", "address": home}).want(201)
	n.put("c-3", object{"full_name": "anna weiss", "address": home}).want(201)
	n.put("c-4", object{"full_name": "Anna Weiß", "birthday": "--05-17"}).want(201)
	reasons := func(id string) map[string]string {
		out := map[string]string{}
		for _, d := range n.do("GET", "/v1/customers/"+id+"/duplicates", nil).want(200).Body["data"].([]any) {
			out[d.(object)["customer"].(object)["id"].(string)] = fmt.Sprint(d.(object)["reasons"])
		}
		return out
	}
	if got := fmt.Sprint(reasons("c-1")); got != "map[c-2:[name_and_birthday name_and_address] c-3:[name_and_address]]" {
		t.Errorf("%s", got)
	}
	n.do("PATCH", "/v1/customers/c-2", object{"birthday": "1991-05-17"}).want(200)
	n.do("PATCH", "/v1/customers/c-3", object{"address": nil}).want(200)
	if got := fmt.Sprint(reasons("c-1")); got != "map[c-2:[name_and_address]]" {
		t.Errorf("%s", got)
	}
	if len(reasons("c-3"))+len(reasons("c-4")) != 0 {
		t.Error(reasons("c-3"), reasons("c-4"))
	}
	n.do("GET", "/v1/customers/c-9/duplicates", nil).want(404)
}

// exerciseCustomers is part of exercise.
func exerciseCustomers(n *tenant) {
	n.put("c-1", anna()).want(201)
	n.put("c-1", object{"email": "anna@new.example"}).want(200) // takes signals back
	n.put("c-2", anna()).want(409)
	n.search(object{"email": "anna@new.example"})
	n.do("GET", "/v1/customers", nil).want(200)
	n.say("c-1", "granted", nil).want(201)
	n.choose("confirm", n.say("c-1", "granted", object{"double_opt_in": true}).want(201).str("token")).want(200)
	n.choose("withdraw", n.state("c-1", "marketing", "email")["leave_token"].(string)).want(200)
	n.coupon(n.campaign(nil), object{"customer": "c-1"})
	n.tell("o-exported", n.sold(1, object{"customer": "c-1"})).want(201)
	n.settle("o-exported")
	n.do("GET", "/v1/customers/c-1/export", nil).want(200)
	n.coupon(n.campaign(object{"max_redemptions_per_customer": 5}), object{"code": "GUESTS"})
	guest := object{"customer": object{"email": "guest@example.org"}}
	n.do("POST", "/v1/redemptions", use("GUESTS", "o-guest", guest)).want(201)
	n.put("c-guest", object{"email": "guest@example.org"}).want(201)
	n.do("POST", "/v1/redemptions", use("GUESTS", "o-registered", guest)).want(201)
	n.put("c-3", object{"email": "old@example.org"}).want(201)
	n.put("c-3", object{"email": "ben@example.org"}).want(200)
	n.put("c-4", object{}).want(201)
	n.merge("c-4", "c-3").want(200)
	n.merge("c-1", "c-4").want(200) // by two steps: a former address is made to lead straight there
	n.do("GET", "/v1/customers/c-3", nil).want(200)
}

// crowd calls side by side; who is told to come back does.
func (n *tenant) crowd(size int, call func(i int) answer) []answer {
	n.t.Helper()
	out := make([]answer, size)
	var wg sync.WaitGroup
	for i := range size {
		wg.Go(func() {
			for tries := 0; tries == 0 || out[i].Status == 503 && tries < 50; tries++ {
				time.Sleep(time.Duration(tries*(10+i)) * time.Millisecond)
				out[i] = call(i)
			}
		})
	}
	wg.Wait()
	return out
}

// Of many customers who come with one address at once, one has it, and of the others nothing is there.
func TestManyClaimOneAddress(t *testing.T) {
	n := newTenant(t)
	id := func(i int) string { return fmt.Sprint("c-", i) }
	var won atomic.Int32
	for i, a := range n.crowd(40, func(i int) answer {
		return n.put(id(i), with(anna(), object{"phone": fmt.Sprintf("+4930123456%02d", i)}))
	}) {
		switch got := n.do("GET", "/v1/customers/"+id(i), nil); {
		case a.Status == 201 && got.Status == 200:
			won.Add(1)
			if who := n.search(object{"email": "anna.mueller@example.org"}); who != id(i) {
				t.Errorf("the address leads to %s, not to %s", who, id(i))
			}
		case a.Status != 409 || a.Body["code"] != "identity_taken" || got.Status != 404:
			t.Errorf("%d %s, then %d", a.Status, a.Raw, got.Status)
		default:
			if who := n.search(object{"phone": fmt.Sprintf("+4930123456%02d", i)}); who != "" {
				t.Errorf("the number of nobody leads to %s", who)
			}
		}
	}
	n.peopleAgree()
	if all := n.do("GET", "/v1/customers?limit=100", nil).found(); won.Load() != 1 || len(all) != 1 {
		t.Errorf("%d have it, and %d are there", won.Load(), len(all))
	}
}

// Patches at once lose nothing; a PUT among them replaces the whole, before or after each.
func TestPatchesLoseNothing(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", object{"email": "anna@example.org"}).want(201)
	for _, a := range n.crowd(20, func(i int) answer {
		return n.do("PATCH", "/v1/customers/c-1", object{"metadata": object{fmt.Sprint("k", i): "v"}})
	}) {
		a.want(200)
	}
	c := n.do("GET", "/v1/customers/c-1", nil).want(200)
	if len(c.Body["metadata"].(object)) != 20 || c.num("version") != 21 {
		t.Errorf("%s", c.Raw)
	}
	// Addresses go from hand to hand: in the end each leads where the profile says.
	for _, a := range n.crowd(12, func(i int) answer {
		if i%2 == 0 {
			return n.do("PATCH", "/v1/customers/c-1", object{"email": fmt.Sprintf("anna%d@example.org", i)})
		}
		return n.put("c-1", object{"phone": fmt.Sprintf("+493012345%03d", i)})
	}) {
		a.want(200)
	}
	c = n.do("GET", "/v1/customers/c-1", nil).want(200)
	if c.num("version") != 33 {
		t.Errorf("%s", c.Raw)
	}
	for i := 0; i < 12; i += 2 {
		if who := n.search(object{"email": fmt.Sprintf("anna%d@example.org", i)}); who != "c-1" {
			t.Errorf("anna%d leads to %q", i, who)
		}
	}
	n.peopleAgree()
}

// peopleAgree holds profiles, and the rows that lead to them, to each other.
func (n *tenant) peopleAgree() {
	n.t.Helper()
	drifts, err := faults.Audit(n.t.Context(), n.house.Client)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, d := range drifts {
		if strings.HasPrefix(d.Key, strings.TrimPrefix(n.shop.ID, shop.Prefix)+"#") {
			n.t.Error(d)
		}
	}
}
