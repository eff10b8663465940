package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// inPeople is a row of the People table, as the stream tells of it.
func (n *tenant) inPeople(pk, sk string) stream.Record {
	return stream.Record{Table: "PeopleTable", PK: n.shop.ID[len(shop.Prefix):] + "#test#" + pk, SK: sk}
}

// segment makes one, and has everybody judged.
func (n *tenant) segment(name, expression string) string {
	n.t.Helper()
	id := n.do("POST", "/v1/segments", object{"name": name, "expression": expression}).want(201).str("id")
	n.build()
	return id
}

func (n *tenant) build() {
	n.t.Helper()
	if again := n.relay(n.inPeople("segments", "head")); again != nil {
		n.t.Fatal(again)
	}
	n.clock.move(time.Second)
	n.tick()
}

func TestSegments(t *testing.T) {
	n := newTenant(t)
	for i := range 5 {
		n.put(fmt.Sprint("c-", i), object{"tags": []string{"vip", "new"}[i%2:]}).want(201)
	}
	made := n.do("POST", "/v1/segments", object{"name": "VIP", "expression": `"vip" in customer.tags`}).want(201)
	id := made.str("id")
	if made.str("state") != "building" || made.num("count") != 0 || made.Body["as_of"] != nil {
		t.Errorf("%s", made.Raw)
	}
	n.build()
	ready := n.do("GET", "/v1/segments/"+id, nil).want(200)
	if ready.str("state") != "ready" || ready.num("count") != 3 || ready.str("as_of") == "" {
		t.Errorf("%s", ready.Raw)
	}
	n.do("POST", "/v1/segments", object{"name": "VIP", "expression": `"vip" in customer.tags`}).want(200)
	n.do("POST", "/v1/segments", object{"name": "VIP", "expression": "true"}).want(409, "segment_name_taken")
	if all := n.do("GET", "/v1/segments", nil).found(); !slices.Equal(all, []string{id}) {
		t.Errorf("%v", all)
	}
	var members []string
	for cursor := ""; ; {
		a := n.do("GET", "/v1/segments/"+id+"/customers?limit=2&cursor="+cursor, nil)
		members = append(members, a.found()...)
		if a.Body["has_more"] == false {
			break
		}
		cursor = a.str("next_cursor")
	}
	if slices.Sort(members); strings.Join(members, " ") != "c-0 c-2 c-4" {
		t.Errorf("%v", members)
	}
	if in := n.do("GET", "/v1/customers/c-0/segments", nil).found(); !slices.Equal(in, []string{id}) {
		t.Errorf("%v", in)
	}
	changed := n.do("PATCH", "/v1/segments/"+id, object{"expression": "customer.orders_count == 0 and not (\"vip\" in customer.tags)"}).want(200)
	if changed.str("state") != "building" || changed.str("name") != "VIP" {
		t.Errorf("%s", changed.Raw)
	}
	n.build()
	if got := n.do("GET", "/v1/segments/"+id, nil).want(200); got.str("state") != "ready" || got.num("count") != 2 {
		t.Errorf("%s", got.Raw)
	}
	n.do("DELETE", "/v1/segments/"+id, nil).want(204)
	n.do("GET", "/v1/segments/"+id, nil).want(404)
	n.build()
	if in := n.do("GET", "/v1/customers/c-1/segments", nil).found(); len(in) != 0 {
		t.Errorf("%v", in)
	}
}

// What cannot be a segment is refused with the field, and where in it.
func TestBadSegments(t *testing.T) {
	n := newTenant(t)
	for expression, code := range map[string]string{
		"customer.orders_count >":                            "expression_invalid",
		"customer.email == \"a\"":                            "expression_invalid",
		"customer.orders_count":                              "expression_invalid",
		"order.subtotal > 1":                                 "expression_not_permitted",
		"customer.orders_count / 2 > 1":                      "expression_not_permitted",
		strings.Repeat("all(customer.tags, ", 3) + "true)))": "expression_too_costly",
	} {
		a := n.do("POST", "/v1/segments", object{"name": "x", "expression": expression}).want(422, code)
		if a.Body["param"] != "expression" {
			t.Errorf("%s", a.Raw)
		}
		checkProblem(t, expression, a)
		if values, _ := a.Body["values"].(object); strings.HasPrefix(code, "expression_i") && (values["line"] == nil || values["column"] == nil) {
			t.Errorf("%s", a.Raw)
		}
	}
	n.do("POST", "/v1/segments", object{"name": " ", "expression": "true"}).want(422, "text_invalid")
	n.do("PATCH", "/v1/segments/seg_0", object{"name": "x"}).want(404)
	for i := range 50 {
		n.do("POST", "/v1/segments", object{"name": fmt.Sprint("s-", i), "expression": "true"}).want(201)
	}
	n.do("POST", "/v1/segments", object{"name": "one more", "expression": "true"}).want(409, "too_many_segments")
}

// Time alone moves customers within a day, without anybody asking.
func TestSegmentsMoveByTime(t *testing.T) {
	n := newTenant(t)
	n.put("c-1", object{}).want(201)
	id := n.segment("regulars", "customer.created_days_ago >= 2")
	count := func(want int) {
		t.Helper()
		if got := n.do("GET", "/v1/segments/"+id, nil).want(200); got.num("count") != int64(want) {
			t.Errorf("%s", got.Raw)
		}
	}
	before := n.do("GET", "/v1/segments/"+id, nil).want(200).str("as_of")
	count(0)
	for range 3 {
		n.clock.move(24 * time.Hour)
		n.tick()
	}
	count(1)
	if after := n.do("GET", "/v1/segments/"+id, nil).want(200).str("as_of"); after <= before {
		t.Errorf("as of %s, then %s", before, after)
	}
}

// Rules take segments from what was followed up; what a call says counts more.
func TestSegmentsInRules(t *testing.T) {
	n := newTenant(t)
	n.do("PUT", "/v1/settings", object{"facts_from_orders": true}).want(200)
	camp := n.campaign(object{"rules": object{"segments": []string{"VIP"}}})
	code := n.coupon(camp, object{"code": "FORVIPS"}).str("code")
	n.put("c-1", object{"tags": []string{"vip"}}).want(201)
	n.put("c-2", object{}).want(201)
	n.segment("VIP", `"vip" in customer.tags`)
	fits := func(who string, more object, want bool) {
		t.Helper()
		a := n.do("POST", "/v1/validations", use(code, "", with(object{"customer": who}, more))).want(200)
		if a.Body["valid"] != want {
			t.Errorf("%s %v: %s", who, more, a.Raw)
		}
	}
	fits("c-1", nil, true)
	fits("c-2", nil, false)
	fits("c-1", object{"customer_facts": object{"segments": []string{}}}, false)
	fits("c-2", object{"customer_facts": object{"segments": []string{"VIP"}}}, true)
}

// exerciseSegments is part of exercise: all that the relay, the jobs and the calls do with them.
func exerciseSegments(n *tenant) {
	who := fmt.Sprint("c-", n.clock.now().UnixMilli())
	id := n.segment("all", "customer.created_days_ago >= 0")
	n.put(who, object{}).want(201)
	n.followPeople()
	n.do("GET", "/v1/segments/"+id+"/customers", nil).want(200)
	n.do("PATCH", "/v1/segments/"+id, object{"expression": "false"}).want(200)
	n.put(who, object{"tags": []string{"new"}}).want(200)
	n.followPeople() // takes them out
	n.build()
	n.do("GET", "/v1/segments", nil).want(200)
	n.do("GET", "/v1/customers/"+who+"/segments", nil).want(200)
	gone := n.segment("gone", "true")
	n.do("DELETE", "/v1/segments/"+gone, nil).want(204)
	n.build()
}

// followPeople tells the relay of each row of the side's people.
func (n *tenant) followPeople() {
	n.t.Helper()
	pages := dynamodb.NewScanPaginator(n.house.Client, &dynamodb.ScanInput{
		TableName: aws.String("PeopleTable"), FilterExpression: aws.String("begins_with(pk, :side)"), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: map[string]types.AttributeValue{":side": &types.AttributeValueMemberS{Value: n.inPeople("", "").PK}},
	})
	var batch []stream.Record
	for pages.HasMorePages() {
		page, err := pages.NextPage(n.t.Context())
		if err != nil {
			n.t.Fatal(err)
		}
		for _, row := range page.Items {
			batch = append(batch, stream.Record{
				Table: "PeopleTable", PK: row["pk"].(*types.AttributeValueMemberS).Value, SK: row["sk"].(*types.AttributeValueMemberS).Value,
			})
		}
	}
	if again := n.relay(batch...); again != nil {
		n.t.Fatalf("to come again: %v", again)
	}
}

// An erased customer is in no segment, and no count has them.
func TestErasedCustomersLeaveSegments(t *testing.T) {
	n := newTenant(t)
	id := n.do("POST", "/v1/segments", object{"name": "everybody", "expression": "true"}).want(201).str("id")
	n.do("PUT", "/v1/customers/c-1", object{}).want(201)
	n.do("PUT", "/v1/customers/c-2", object{}).want(201)
	n.followUp()
	n.tick()
	if s := n.do("GET", "/v1/segments/"+id, nil).want(200); s.num("count") != 2 {
		t.Fatalf("%s", s.Raw)
	}
	n.do("DELETE", "/v1/customers/c-1", nil).want(202)
	n.tick()
	n.followUp()
	if s := n.do("GET", "/v1/segments/"+id, nil).want(200); s.num("count") != 1 {
		t.Errorf("%s", s.Raw)
	}
	if members := n.do("GET", "/v1/segments/"+id+"/customers", nil).want(200); strings.Contains(members.Raw, "c-1") || !strings.Contains(members.Raw, "c-2") {
		t.Errorf("%s", members.Raw)
	}
}
