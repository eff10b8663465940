package e2e

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// merge joins one customer in another.
func (n *tenant) merge(into, from string) answer {
	n.t.Helper()
	return n.do("POST", "/v1/customers/"+into+"/merge", object{"from": from})
}

// wantMerged wants a refusal that names who the customer is by now.
func (a answer) wantMerged(param, into string) {
	a.t.Helper()
	a.want(409, "customer_merged")
	if a.Body["param"] != param || a.Body["values"].(object)["customer"] != into {
		a.t.Errorf("%s", a.Raw)
	}
}

func TestMerge(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", object{"given_name": "Anna", "email": "anna@example.org", "tags": []string{"vip"}, "metadata": object{"crm": "7"}}).want(201)
	n.put("c-2", object{"email": "anna@work.example"}).want(201)
	n.put("c-2", with(anna(), object{"email": "anna@job.example", "given_name": "A.", "tags": []string{"vip", "news"}, "metadata": object{"crm": "8", "shoe": "39"}})).want(200)
	n.clock.move(time.Second)
	joined := n.merge("c-1", "c-2").want(200)
	becomes := object{
		"id": "c-1", "version": 2.0, "given_name": "Anna", "family_name": nil, "email": "anna@example.org", "phone": "030 12345678", "phone_country": "DE",
		"phone_e164": "+493012345678", "birthday": "1990-05-17", "language": "de-AT", "tags": []any{"vip", "news"}, "metadata": object{"crm": "7", "shoe": "39"},
	}
	for name, want := range becomes {
		if fmt.Sprint(joined.Body[name]) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", name, joined.Body[name], want)
		}
	}
	n.clock.move(time.Second)
	for _, read := range []answer{n.merge("c-1", "c-2"), n.do("GET", "/v1/customers/c-1", nil), n.do("GET", "/v1/customers/c-2", nil)} {
		if read.want(200).Raw != joined.Raw {
			t.Errorf("%s\nis not %s", read.Raw, joined.Raw)
		}
	}
	for _, by := range []object{
		{"email": "anna@example.org"}, {"email": "anna@work.example"}, {"email": "anna@job.example"}, {"phone": "+493012345678"}, {"id": "c-1"}, {"id": "c-2"},
	} {
		if got := n.search(by); got != "c-1" {
			t.Errorf("%v finds %q", by, got)
		}
	}
	if all := n.do("GET", "/v1/customers", nil).found(); !slices.Equal(all, []string{"c-1"}) {
		t.Errorf("listed: %v", all)
	}

	n.put("c-3", object{}).want(201)
	n.put("c-2", object{}).wantMerged("id", "c-1")
	n.do("PATCH", "/v1/customers/c-2", object{"given_name": "Anne"}).wantMerged("id", "c-1")
	n.do("DELETE", "/v1/customers/c-2", nil).wantMerged("id", "c-1")
	n.say("c-2", "granted", nil).wantMerged("id", "c-1")
	n.merge("c-2", "c-3").wantMerged("id", "c-1")
	n.merge("c-3", "c-2").wantMerged("from", "c-1")
	n.merge("c-2", "c-1").wantMerged("id", "c-1")
	n.merge("c-1", "c-1").want(422, "customer_merge_itself")
	n.merge("c-1", "c-9").want(404, "not_found")
	n.merge("c-9", "c-1").want(404, "not_found")
	n.merge("c-1", "a b").want(422, "customer_id_invalid")
	for _, email := range []string{"anna@work.example", "anna@job.example"} { // what was the other's is this one's
		n.put("c-3", object{"email": email}).want(409, "identity_taken")
		n.do("PATCH", "/v1/customers/c-1", object{"email": email}).want(200)
	}
	n.followUp()
	if got := n.told("c-2"); !slices.Equal(got, []string{"customer.merged", "customer.updated", "customer.created"}) {
		t.Errorf("%v", got)
	}
	if got := n.told("c-1"); !slices.Contains(got, "customer.updated") {
		t.Errorf("%v", got)
	}
	n.merge("c-3", "c-1").want(200) // and on
	n.merge("c-3", "c-2").want(200)
	n.merge("c-1", "c-2").wantMerged("id", "c-3")
	n.do("DELETE", "/v1/customers/c-2", nil).wantMerged("id", "c-3")
	n.peopleAgree()
	n.followUp()
	n.peopleAgree()
}

// A pair that was merged is no duplicate any more; a third is one of what is left.
func TestMergedDuplicates(t *testing.T) {
	n := newTenant(t)
	for _, id := range []string{"c-1", "c-2", "c-3"} {
		n.put(id, object{"full_name": "Anna Weiß", "birthday": "1990-05-17"}).want(201)
	}
	n.merge("c-1", "c-2").want(200)
	for _, id := range []string{"c-1", "c-2"} {
		d := list(n.do("GET", "/v1/customers/"+id+"/duplicates", nil).want(200).Body["data"])
		if len(d) != 1 || d[0]["customer"].(object)["id"] != "c-3" {
			t.Errorf("%v", d)
		}
	}
}

// What was ordered, issued and said under either id is one customer's.
func TestMergeJoinsDeeds(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", object{"email": "anna@example.org"}).want(201)
	n.put("c-2", object{"email": "anna@work.example"}).want(201)
	camp := n.campaign(nil)
	var ids []string
	for i, by := range []any{"c-1", "c-2", object{"email": "anna@work.example"}, object{"email": "anna@example.org"}, "c-1", "c-2"} {
		n.clock.move(time.Second)
		ids = append(ids, n.coupon(camp, object{"customer": by}).str("id"))
		n.tell(fmt.Sprint("o-", i), n.sold(1, object{"customer": by})).want(201)
		if i == 3 {
			n.followUp()
			n.merge("c-1", "c-2").want(200)
		}
	}
	n.followUp()
	slices.Reverse(ids)
	for _, who := range []string{"c-1", "c-2"} {
		if _, f := n.figures(who); f["orders_count"] != 6.0 {
			t.Errorf("%s: %v", who, f)
		}
		if got := len(list(n.do("GET", "/v1/orders?customer="+who, nil).want(200).Body["data"])); got != 6 {
			t.Errorf("%s has %d orders", who, got)
		}
		var got []string
		for cursor := ""; ; {
			page := n.do("GET", "/v1/coupons?limit=2&customer="+who+"&cursor="+cursor, nil)
			got = append(got, page.found()...)
			if page.Body["has_more"] == false {
				break
			}
			cursor = page.str("next_cursor")
		}
		if !slices.Equal(got, ids) {
			t.Errorf("%s has %v, want %v", who, got, ids)
		}
		if e := n.do("GET", "/v1/customers/"+who+"/export", nil).want(200); len(list(e.Body["orders"])) != 6 || len(list(e.Body["coupons"])) != 6 ||
			len(list(e.Body["about"].(object)["merged"])) != 1 || len(list(e.Body["about"].(object)["identities"])) != 2 {
			t.Errorf("%s", e.Raw)
		}
	}
}

func TestMergedConsents(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", object{"email": "anna@example.org"}).want(201)
	n.put("c-2", object{"email": "anna@work.example"}).want(201)
	at := func(minutes int, more object) object {
		return with(object{"occurred_at": n.clock.now().Add(time.Duration(minutes-60) * time.Minute).Format(time.RFC3339Nano)}, more)
	}
	n.say("c-1", "granted", at(1, nil)).want(201)
	n.say("c-2", "withdrawn", at(2, nil)).want(201)
	n.say("c-1", "granted", at(4, object{"purpose": "surveys"})).want(201)
	n.say("c-2", "withdrawn", at(3, object{"purpose": "surveys"})).want(201)
	n.say("c-1", "granted", at(5, object{"purpose": "tie"})).want(201)
	n.say("c-2", "withdrawn", at(5, object{"purpose": "tie"})).want(201)
	n.say("c-2", "granted", at(6, object{"purpose": "theirs"})).want(201)
	n.say("c-1", "granted", at(6, object{"purpose": "both"})).want(201)
	n.say("c-2", "granted", at(7, object{"purpose": "both"})).want(201)
	leave := n.state("c-2", "theirs", "email")["leave_token"].(string)
	token := n.say("c-2", "granted", object{"double_opt_in": true, "purpose": "asked"}).want(201).str("token")
	n.merge("c-1", "c-2").want(200)
	for _, who := range []string{"c-1", "c-2"} {
		for purpose, want := range map[string]string{
			"marketing": "withdrawn false consent_withdrawn", "surveys": "granted true <nil>", "tie": "withdrawn false consent_withdrawn",
			"theirs": "granted false address_not_confirmed", "both": "granted true <nil>", "asked": "pending false consent_missing",
		} {
			if s := n.state(who, purpose, "email"); fmt.Sprint(s["status"], " ", s["may_contact"], " ", s["reason"]) != want {
				t.Errorf("%s %s: %v, want %s", who, purpose, s, want)
			}
		}
		if h := n.history(who); len(h) != 10 {
			t.Errorf("%d entries", len(h))
		}
	}
	first := n.do("GET", "/v1/customers/c-1/consents/history?limit=4", nil).want(200)
	rest := n.do("GET", "/v1/customers/c-2/consents/history?limit=100&cursor="+first.str("next_cursor"), nil).want(200)
	if len(list(first.Body["data"])) != 4 || len(list(rest.Body["data"])) != 6 || rest.Body["has_more"] != false {
		t.Errorf("%s\n%s", first.Raw, rest.Raw)
	}

	// Messages that went out before still lead to who it is now.
	n.do("PATCH", "/v1/customers/c-1", object{"email": "anna@work.example"}).want(200)
	if s := n.state("c-1", "theirs", "email"); s["may_contact"] != true {
		t.Errorf("%v", s)
	}
	n.choose("withdraw", leave).want(200)
	n.choose("confirm", token).want(200)
	n.choose("confirm", token).want(200)
	if s := n.state("c-1", "theirs", "email"); s["status"] != "withdrawn" {
		t.Errorf("%v", s)
	}
	if s := n.state("c-1", "asked", "email"); s["status"] != "granted" || s["may_contact"] != true {
		t.Errorf("%v", s)
	}
	if s := n.state("c-1", "marketing", "email"); s["status"] != "withdrawn" {
		t.Errorf("%v", s)
	}
	n.choose("withdraw", n.state("c-1", "asked", "email")["leave_token"].(string)).want(200)
	if s := n.state("c-2", "asked", "email"); s["status"] != "withdrawn" || len(n.history("c-1")) != 13 {
		t.Errorf("%v", s)
	}
}

// A customer who was merged is erased with the other: nothing of either is left.
func TestErasureOfMerged(t *testing.T) {
	for _, late := range []bool{false, true} {
		n := newTenant(t)
		n.canaryLives()
		n.put("c-0", object{}).want(201)
		n.merge("c-0", canaryID).want(200)
		n.put("c-main", object{"email": "main@example.org"}).want(201)
		if !late {
			n.followUp()
		}
		n.merge("c-main", "c-0").want(200)
		n.tell("o-4", n.sold(1, object{"customer": canaryID})).want(201)
		if !late {
			n.followUp()
		}
		if seen := n.seen(); seen[canaryID] == "" || seen["Geheimweg"] == "" {
			t.Fatalf("there is nothing to find: %v", seen)
		}
		n.do("DELETE", "/v1/customers/c-main", nil).want(202)
		n.do("GET", "/v1/customers/"+canaryID, nil).want(404)
		n.put(canaryID, anna()).want(409, "erasure_in_progress")
		n.do("DELETE", "/v1/customers/"+canaryID, nil).want(409, "erasure_in_progress")
		n.tick()
		n.followUp()
		n.clock.move(11 * time.Minute)
		n.tick()
		n.followUp()
		for c, row := range n.seen() {
			t.Errorf("%v: %s is left in %s", late, c, row)
		}
		for _, id := range []string{"c-main", "c-0", canaryID} {
			n.do("GET", "/v1/customers/"+id, nil).want(404)
			if _, f := n.figures(id); f["orders_count"] != 0.0 {
				t.Errorf("%s: %v", id, f)
			}
		}
		n.put(canaryID, canary("spatz@voliere.example")).want(201) // the id is free, and so is the address
		n.peopleAgree()
	}
}

// Merges in all directions at once, among everything else that befalls customers.
func TestMergeRaces(t *testing.T) {
	for range 3 {
		n := newTenant(t)
		n.put("c-a", object{"email": "a@example.org"}).want(201)
		n.put("c-b", object{"email": "b@example.org", "phone": "+493012345678"}).want(201)
		n.put("c-c", object{"email": "c@example.org"}).want(201)
		ids := []string{"c-a", "c-b", "c-c"}
		code := n.coupon(n.campaign(nil), object{"code": "RACING"}).str("code")
		var wg sync.WaitGroup
		for i, id := range ids {
			wg.Go(func() {
				for k := range 4 {
					n.tell(fmt.Sprint("o-", id, k), n.sold(1, object{"customer": id})).want(201)
				}
			})
			wg.Go(func() {
				for k := range 4 {
					n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("p-", id, k), object{"customer": id})).want(201)
				}
			})
			wg.Go(func() {
				n.do("PATCH", "/v1/customers/"+id, object{"email": fmt.Sprintf("new%d@example.org", i)})
				n.say(id, "granted", nil)
			})
			wg.Go(func() { n.merge(id, ids[(i+1)%3]) })
			wg.Go(func() { n.merge(ids[(i+1)%3], id) })
			wg.Go(func() { n.followUp() })
		}
		wg.Wait()
		n.followUp()
		living := n.do("GET", "/v1/customers", nil).found()
		if len(living) == 0 || len(living) > 2 {
			t.Fatalf("%v", living)
		}
		orders := 0.0
		for _, id := range living {
			_, f := n.figures(id)
			orders += f["orders_count"].(float64)
		}
		for _, id := range ids {
			if is := n.do("GET", "/v1/customers/"+id, nil).want(200).str("id"); !slices.Contains(living, is) {
				t.Errorf("%s is %s", id, is)
			}
		}
		if orders != 12 {
			t.Errorf("%v orders count for %v", orders, living)
		}
		n.peopleAgree()
	}
}

// What was issued to either is offered to, and redeemed by, who they are now; what
// either used up is used up, before the relay has seen the merge and after.
func TestMergedCouponsAndLimits(t *testing.T) {
	for _, late := range []bool{true, false} {
		n := newTenant(t)
		n.put("c-1", object{"email": "anna@example.org"}).want(201)
		n.put("c-2", object{"email": "anna@work.example"}).want(201)
		theirs := n.coupon(n.campaign(worth(300, nil)), object{"customer": "c-2"}).str("code")
		guests := n.coupon(n.campaign(worth(200, nil)), object{"customer": object{"email": "anna@work.example"}}).str("code")
		own := n.coupon(n.campaign(worth(100, nil)), object{"customer": "c-1"}).str("code")
		n.coupon(n.campaign(object{"max_redemptions_per_customer": 2}), object{"code": "TWICE"})
		n.do("POST", "/v1/redemptions", use("TWICE", "o-1", object{"customer": "c-2"})).want(201)
		n.do("POST", "/v1/redemptions", use("TWICE", "o-2", object{"customer": "c-1"})).want(201)
		n.offers().offered(own + " 100")
		n.do("POST", "/v1/redemptions", use(theirs, "o-3", object{"customer": "c-1"})).want(422, "customer_not_permitted")
		n.merge("c-1", "c-2").want(200)
		if !late {
			n.followUp()
		}
		for _, by := range []any{"c-1", "c-2", object{"email": "anna@example.org"}, object{"email": "anna@work.example"}} {
			n.offers(object{"customer": by}).offered(own+" 100", guests+" 200", theirs+" 300")
			n.do("POST", "/v1/redemptions", use("TWICE", "o-4", object{"customer": by})).want(409, "customer_limit_exceeded")
		}
		n.do("POST", "/v1/redemptions", use(theirs, "o-5", object{"customer": "c-1"})).want(201)
		n.do("POST", "/v1/redemptions", use(own, "o-6", object{"customer": "c-2"})).want(201)
		n.peopleAgree()
	}
}
