package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// followUp hands the relay every row that the tenant has in Orders, People and Coupons,
// in no sequence, twice: rows that the first time made are followed the second time.
func (n *tenant) followUp() {
	n.t.Helper()
	for range 2 {
		var batch []stream.Record
		for _, table := range []string{"OrdersTable", "PeopleTable", "CouponsTable"} {
			pages := dynamodb.NewScanPaginator(n.house.Client, &dynamodb.ScanInput{
				TableName: aws.String(table), FilterExpression: aws.String("begins_with(pk, :shop)"), ConsistentRead: aws.Bool(true),
				ExpressionAttributeValues: map[string]types.AttributeValue{":shop": &types.AttributeValueMemberS{Value: n.shop.ID[len(shop.Prefix):] + "#"}},
			})
			for pages.HasMorePages() {
				page, err := pages.NextPage(n.t.Context())
				if err != nil {
					n.t.Fatal(err)
				}
				for _, row := range page.Items {
					batch = append(batch, stream.Record{
						Table: table, PK: row["pk"].(*types.AttributeValueMemberS).Value, SK: row["sk"].(*types.AttributeValueMemberS).Value,
					})
				}
			}
		}
		if again := n.relay(batch...); again != nil {
			n.t.Fatalf("to come again: %v", again)
		}
	}
}

// What follows from an order: its customer's figures, its redemption's place in
// the list, and, when it is cancelled, the rollback, by the campaign's own policy.
func TestWhatFollowsFromAnOrder(t *testing.T) {
	n := newTenant(t)
	who := object{"customer": "c-1"}
	camp, keeps := n.campaign(object{"max_redemptions": 10}), n.campaign(object{"max_redemptions": 10, "on_cancel": "keep"})
	code, kept := n.coupon(camp, nil).str("code"), n.coupon(keeps, nil).str("code")
	made := n.do("POST", "/v1/redemptions", use(code, "o-1", who)).want(201).str("id")
	stays := n.do("POST", "/v1/redemptions", use(kept, "o-2", who)).want(201).str("id")
	shared := n.do("POST", "/v1/redemptions", use(n.coupon(camp, object{"code": "EVERYBODY"}).str("code"), "o-1", who)).want(201).str("id")
	for _, o := range []string{"o-1", "o-2"} {
		n.tell(o, n.sold(1, object{"discount": 490})).want(201)
	}
	n.do("POST", "/v1/orders/o-2/returns", object{"id": "r-1", "lines": []object{{"id": "2", "quantity": 1}}}).want(201)
	n.followUp()
	if _, f := n.figures("c-1"); f["orders_count"] != 2.0 || f["spent"].(object)["EUR"] != 2*4900.0-900 || f["returned"].(object)["EUR"] != 900.0 {
		t.Errorf("%v", f)
	}
	n.do("GET", "/v1/redemptions", nil).want(422, "field_missing")
	list := n.do("GET", "/v1/redemptions?order=o-1", nil).want(200)
	if data := list.Body["data"].([]any); len(data) != 2 || data[0].(object)["id"] == data[1].(object)["id"] {
		t.Errorf("%s", list.Raw)
	}
	if r := n.do("GET", "/v1/redemptions/"+stays, nil).want(200); r.num("discount_rolled_back") != 100 || r.str("status") != "redeemed" {
		t.Errorf("%s", r.Raw)
	}
	n.do("POST", "/v1/redemptions/"+stays+"/rollbacks", object{"return": "r-1", "lines": []object{{"id": "2", "quantity": 1}}}).want(200)

	for _, o := range []string{"o-1", "o-2"} {
		n.tell(o, n.sold(2, object{"status": "cancelled"})).want(200)
	}
	n.followUp()
	for _, id := range []string{made, stays, shared} {
		if r := n.do("GET", "/v1/redemptions/"+id, nil).want(200); r.str("status") != "rolled_back" {
			t.Errorf("%s", r.Raw)
		}
	}
	n.do("POST", "/v1/redemptions/"+made+"/rollbacks", nil).want(200) // an explicit call is the same one
	n.do("POST", "/v1/redemptions", use(code, "o-3")).want(201)
	n.do("POST", "/v1/redemptions", use(kept, "o-3")).want(409, "quantity_exceeded")
	if a, f := n.figures("c-1"); f["orders_count"] != 0.0 || a.str("stage") != "prospect" {
		t.Errorf("%s", a.Raw)
	}
	n.noDrift(camp)
	n.noDrift(keeps)
}

// An order that turns out to be another customer's counts for that one alone.
func TestOrderOfAnotherCustomer(t *testing.T) {
	n := newTenant(t)
	n.tell("o-1", n.sold(1, nil)).want(201)
	n.followUp()
	n.tell("o-1", n.sold(2, object{"customer": "c-2"})).want(200)
	n.followUp()
	for who, orders := range map[string]float64{"c-1": 0, "c-2": 1} {
		if a, f := n.figures(who); f["orders_count"] != orders {
			t.Errorf("%s: %s", who, a.Raw)
		}
		if a := n.do("GET", "/v1/orders?customer="+who, nil).want(200); float64(len(a.Body["data"].([]any))) != orders {
			t.Errorf("%s: %s", who, a.Raw)
		}
	}
}

// Each state of an order is told once, whichever version came first; so are returns and redemptions.
func TestOrdersAndRedemptionsAreTold(t *testing.T) {
	n := newTenant(t)
	code := n.coupon(n.campaign(nil), nil).str("code")
	rdm := n.do("POST", "/v1/redemptions", use(code, "o-1")).want(201).str("id")
	n.tell("o-1", n.sold(3, object{"status": "fulfilled"})).want(201)
	n.tell("o-1", n.sold(2, object{"status": "paid"})).want(200) // late
	n.tell("o-1", n.sold(2, object{"status": "paid"})).want(200)
	n.do("POST", "/v1/orders/o-1/returns", object{"id": "r-1", "lines": []object{{"id": "2", "quantity": 1}}}).want(201)
	n.followUp()
	n.tell("o-1", n.sold(4, object{"status": "cancelled"})).want(200)
	n.followUp()
	for subject, want := range map[string][]string{
		"o-1": {"order.cancelled", "order.fulfilled", "order.paid"}, "o-1/r-1": {"order.returned"},
		rdm: {"redemption.created", "redemption.rolled_back"},
	} {
		got := n.told(subject)
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s: %v", subject, got)
		}
	}
}

// A customer's stage is told when it becomes another: by an order, and by time alone.
func TestStagesAreTold(t *testing.T) {
	n := newTenant(t)
	n.do("PUT", "/v1/customers/c-1", object{"email": "anna@example.org"}).want(201)
	said := n.do("POST", "/v1/customers/c-1/consents", object{
		"purpose": "marketing", "channel": "email", "status": "granted", "source": "checkout", "text_version": "1",
	}).want(201).str("id")
	n.followUp()
	n.do("PATCH", "/v1/customers/c-1", object{"tags": []string{"vip"}}).want(200)
	n.followUp()
	if got := n.told(said); !slices.Equal(got, []string{"consent.granted"}) {
		t.Errorf("%v", got)
	}
	n.tell("o-1", n.sold(1, object{"customer": object{"email": "anna@example.org"}})).want(201)
	n.followUp()
	n.followUp()
	got := n.told("c-1")
	if slices.Sort(got); !slices.Equal(got, []string{"customer.created", "customer.stage_changed", "customer.stage_changed", "customer.updated"}) {
		t.Errorf("%v", got)
	}
	n.clock.move(364 * 24 * time.Hour)
	n.tick()
	if got := n.told("c-1"); len(got) != 0 { // the first ones are older than 30 days
		t.Errorf("%v", got)
	}
	n.clock.move(2 * 24 * time.Hour)
	n.tick()
	n.tick()
	n.followUp()
	if got := n.told("c-1"); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if stage := n.do("GET", "/v1/customers/c-1/stage", nil).want(200).str("stage"); stage != "lapsed" {
		t.Errorf("%s", stage)
	}
}
