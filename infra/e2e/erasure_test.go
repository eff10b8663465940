package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/shop"
)

// who is one person, by texts that nothing else has in it.
const canaryID = "c-Kanarie-4711"

var canaries = []string{canaryID, "Kanarienvogel", "Zwitscherin", "fink@voliere", "spatz@voliere", "30777888", "Geheimweg", "1977-07-07", "gezwitscher"}

func canary(email string) object {
	return object{
		"given_name": "Zwitscherin", "family_name": "Kanarienvogel", "email": email, "phone": "+4930777888", "birthday": "1977-07-07",
		"address": object{"lines": []string{"Geheimweg 9"}, "postal_code": "10969", "city": "Berlin"}, "metadata": object{"note": "gezwitscher"},
	}
}

// rows gives all rows of all tables that are this shop's, or nobody's, as text.
func (n *tenant) rows() map[string]string {
	n.t.Helper()
	out := map[string]string{}
	for _, table := range suite.Template.Tables {
		pages := dynamodb.NewScanPaginator(n.house.Client, &dynamodb.ScanInput{TableName: aws.String(table.LogicalID), ConsistentRead: aws.Bool(true)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(n.t.Context())
			if err != nil {
				n.t.Fatal(err)
			}
			for _, row := range page.Items {
				text := fmt.Sprint(plain(&types.AttributeValueMemberM{Value: row}))
				if strings.Contains(text, n.shop.ID[len(shop.Prefix):]) {
					out[table.LogicalID+" "+fmt.Sprint(plain(row["pk"]), " ", plain(row["sk"]))] = text
				}
			}
		}
	}
	return out
}

func plain(v types.AttributeValue) any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return string(v.Value)
	case *types.AttributeValueMemberSS:
		return v.Value
	case *types.AttributeValueMemberM:
		out := map[string]any{}
		for k, e := range v.Value {
			out[k] = plain(e)
		}
		return out
	case *types.AttributeValueMemberL:
		var out []any
		for _, e := range v.Value {
			out = append(out, plain(e))
		}
		return out
	}
	return v
}

// seen gives the canaries that stand in any row, with one of the rows.
func (n *tenant) seen() map[string]string {
	n.t.Helper()
	out := map[string]string{}
	for id, text := range n.rows() {
		for _, c := range canaries {
			if strings.Contains(text, c) || strings.Contains(id, c) {
				out[c] = id + ": " + text
			}
		}
	}
	return out
}

// canaryLives lets the person do everything that anybody can.
func (n *tenant) canaryLives() {
	n.t.Helper()
	who := object{"customer": canaryID}
	n.put(canaryID, canary("fink@voliere.example")).want(201)
	n.put(canaryID, canary("spatz@voliere.example")).want(200)
	n.say(canaryID, "granted", object{"double_opt_in": true}).want(201)
	n.say(canaryID, "granted", object{"source": "gezwitscher"}).want(201)
	camp := n.campaign(object{"max_redemptions": 100, "max_redemptions_per_customer": 50})
	mine := func() string {
		return n.coupon(camp, with(who, object{"metadata": object{"for": "Kanarienvogel"}})).str("code")
	}
	n.do("POST", "/v1/coupons", object{"campaign": camp, "customer": canaryID}, "Idempotency-Key", "canary").want(201)
	shared := n.coupon(camp, object{"code": "VOLIERE"}).str("code")
	n.do("POST", "/v1/redemptions", use(mine(), "o-1", who)).want(201)
	n.do("POST", "/v1/redemptions", use(shared, "o-never-told", who)).want(201)
	n.do("POST", "/v1/redemptions", object{"codes": []string{mine(), n.coupon(camp, nil).str("code")}, "order": cart("o-joint"), "customer": canaryID}).want(201)
	back := n.do("POST", "/v1/redemptions", use(shared, "o-2", who)).want(201).str("id")
	n.do("POST", "/v1/redemptions/"+back+"/rollbacks", object{"return": "r-0", "lines": []object{{"id": "2", "quantity": 1}}}).want(201)
	n.do("POST", "/v1/redemptions/"+back+"/rollbacks", nil).want(201)
	n.do("POST", "/v1/holds", use(shared, "o-held", who)).want(201)
	hold := n.do("POST", "/v1/holds", use(mine(), "o-committed", who)).want(201).str("id")
	n.do("POST", "/v1/holds/"+hold+"/commit", nil).want(201)
	n.part(n.importOf(camp, nil), 1, "code,customer\nVOLIERE-OLD,"+canaryID).want(200)
	n.do("POST", "/v1/redemptions", use("VOLIERE-OLD", "o-imported", who)).want(201)
	codes, _ := n.codesOf(n.batch(camp, 2, nil).str("id"), 2)
	n.do("POST", "/v1/redemptions", use(codes[0], "o-batch", who)).want(201)
	n.automatic(object{"max_redemptions_per_customer": 5})
	n.clock.move(6 * time.Second) // until everybody knows it
	n.do("POST", "/v1/redemptions", none("o-automatic", who)).want(201)
	n.do("POST", "/v1/redemptions", use(codes[1], "o-both", who)).want(201)
	for i, by := range []any{canaryID, object{"email": "fink@voliere.example"}, canaryID} {
		n.tell(fmt.Sprint("o-", i+1), n.sold(1, object{"customer": by, "metadata": object{"note": "gezwitscher"}})).want(201)
	}
	n.do("POST", "/v1/orders/o-1/returns", object{"id": "r-1", "lines": []object{{"id": "2", "quantity": 1}}}).want(201)
}

// erase erases the person, and does the work to the end.
func (n *tenant) erase() answer {
	n.t.Helper()
	a := n.do("DELETE", "/v1/customers/"+canaryID, nil).want(202)
	n.tick()
	n.followUp()
	n.clock.move(11 * time.Minute)
	n.tick()
	n.followUp()
	return a
}

// Nothing of a person who was erased is left in any table, or in the log.
func TestErasure(t *testing.T) {
	n := newTenant(t)
	n.canaryLives()
	n.followUp()
	if seen := n.seen(); seen[canaryID] == "" || seen["Kanarienvogel"] == "" || seen["spatz@voliere"] == "" || seen["Geheimweg"] == "" || seen["1977-07-07"] == "" || seen["gezwitscher"] == "" {
		t.Fatalf("there is nothing to find: %v", seen)
	}
	if e := n.do("GET", "/v1/customers/"+canaryID+"/export", nil).want(200); len(list(e.Body["orders"])) != 3 || len(list(e.Body["coupons"])) != 5 {
		t.Errorf("%s", e.Raw)
	}
	if len(n.told(canaryID)) == 0 {
		t.Error("no event to be removed")
	}
	n.do("DELETE", "/v1/customers/"+canaryID, nil).want(202)
	n.do("GET", "/v1/customers/"+canaryID, nil).want(404)
	n.say(canaryID, "granted", nil).want(404)
	n.put(canaryID, anna()).want(409, "erasure_in_progress")
	if got := n.do("GET", "/v1/customers", nil).found(); got != nil {
		t.Errorf("listed: %v", got)
	}
	erased := n.erase()
	for c, row := range n.seen() {
		t.Errorf("%s is left in %s", c, row)
	}
	for _, c := range canaries {
		if strings.Contains(suite.log.String(), c) {
			t.Errorf("%s is in the log", c)
		}
	}
	if got := n.told(erased.str("id")); !slices.Equal(got, []string{"customer.erased"}) {
		t.Errorf("%v", got)
	}
	n.do("DELETE", "/v1/customers/"+canaryID, nil).want(404)
	n.do("GET", "/v1/customers/"+canaryID+"/export", nil).want(404)
	n.do("GET", "/v1/orders/o-1", nil).want(404)
	if _, f := n.figures(canaryID); f["orders_count"] != 0.0 {
		t.Errorf("%v", f)
	}
	if r := n.do("GET", "/v1/redemptions?order=o-never-told", nil).want(200); len(list(r.Body["data"])) != 1 {
		t.Errorf("campaigns have lost a redemption: %s", r.Raw)
	}
	n.put("c-new", canary("spatz@voliere.example")).want(201) // the address is free
}

// A replay of the call that issued a coupon gives it without the name.
func TestErasureOfAnswers(t *testing.T) {
	n := newTenant(t)
	n.canaryLives()
	n.followUp()
	before := n.rows()
	n.erase()
	again := 0
	for id, text := range n.rows() {
		if strings.Contains(id, "#once#") && strings.Contains(before[id], canaryID) && strings.Contains(text, "cpn_") {
			again++
		}
	}
	if again != 1 {
		t.Errorf("%d answers are kept", again)
	}
}

// Who is erased gets no second welcome under any of their names, and no row leads
// from one of these to another.
func TestErasureIsNoSecondWelcome(t *testing.T) {
	n := newTenant(t)
	n.coupon(n.campaign(object{"max_redemptions_per_customer": 2}), object{"code": "WELCOME"})
	guest := object{"email": "fink@voliere.example"}
	redeem := func(order string, who any) answer {
		return n.do("POST", "/v1/redemptions", use("WELCOME", order, object{"customer": who}))
	}
	redeem("o-1", guest).want(201)
	n.put(canaryID, canary("fink@voliere.example")).want(201)
	n.put(canaryID, canary("spatz@voliere.example")).want(200)
	n.followUp()
	redeem("o-2", canaryID).want(201)
	redeem("o-3", guest).want(409, "customer_limit_exceeded")
	n.erase()
	for i, who := range []any{guest, object{"email": "spatz@voliere.example"}, canaryID} {
		redeem(fmt.Sprint("o-again-", i), who).want(409, "customer_limit_exceeded")
	}
	for id, text := range n.rows() {
		if strings.HasPrefix(id, "CouponsTable") && (strings.Contains(text, "folded") || strings.Contains(text, "same_as")) {
			t.Errorf("%s leads on: %s", id, text)
		}
	}
}

// An erasure that dies anywhere ends the same when it is done again; what was told
// before it and is followed up late goes, too.
func TestErasureOfWhatComesLate(t *testing.T) {
	n := newTenant(t)
	n.canaryLives() // the relay has seen nothing of it yet
	n.do("DELETE", "/v1/customers/"+canaryID, nil).want(202)
	n.tick()
	n.followUp()
	n.clock.move(11 * time.Minute)
	n.tick()
	n.followUp()
	for c, row := range n.seen() {
		t.Errorf("%s is left in %s", c, row)
	}
}

// Orders, redemptions, consents and changes race with an erasure: each is refused,
// or gone, or somebody's who came after.
func TestErasureRaces(t *testing.T) {
	for round := range 3 {
		n := newTenant(t)
		n.put(canaryID, canary("spatz@voliere.example")).want(201)
		code := n.coupon(n.campaign(nil), object{"code": "RACING"}).str("code")
		var wg sync.WaitGroup
		race := func(call func(i int)) {
			wg.Go(func() {
				for i := range 6 {
					call(i)
				}
			})
		}
		race(func(i int) {
			if a := n.tell(fmt.Sprint("o-", i), n.sold(1, object{"customer": canaryID})); a.Status > 201 {
				t.Errorf("%s", a.Raw)
			}
		})
		race(func(i int) {
			n.do("POST", "/v1/redemptions", use(code, fmt.Sprint("p-", i), object{"customer": canaryID}))
		})
		race(func(int) { n.say(canaryID, "granted", object{"source": "gezwitscher"}) })
		race(func(i int) {
			n.do("PATCH", "/v1/customers/"+canaryID, object{"metadata": object{"note": fmt.Sprint("gezwitscher ", i)}})
		})
		race(func(int) { n.do("POST", "/v1/customers/search", object{"id": canaryID}) })
		wg.Go(func() {
			time.Sleep(time.Duration(round) * 15 * time.Millisecond)
			n.do("DELETE", "/v1/customers/"+canaryID, nil).want(202)
			n.tick()
		})
		wg.Wait()
		n.tick()
		n.followUp()
		n.clock.move(11 * time.Minute)
		n.tick()
		n.followUp()
		n.survivors(canaryID)
	}
}

// survivors checks that what has the name came after the erasure: it hangs on the
// person's figures, and there is neither profile nor consent.
func (n *tenant) survivors(id string) {
	n.t.Helper()
	orders := 0
	for row, text := range n.rows() {
		if strings.HasPrefix(row, "PeopleTable") && strings.Contains(row, "#customer") {
			n.t.Errorf("%s: %s", row, text)
		}
		if strings.HasPrefix(row, "OrdersTable") && strings.HasSuffix(row, " order") {
			orders++
		}
		if strings.Contains(text, "gezwitscher") {
			n.t.Errorf("%s: %s", row, text)
		}
	}
	if _, f := n.figures(id); f["orders_count"] != float64(orders) {
		n.t.Errorf("%d orders are left, and figures of %v", orders, f["orders_count"])
	}
}
