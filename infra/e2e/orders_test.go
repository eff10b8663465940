package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/dynamo"
)

// sold is the body that tells an order: cart's, of customer c-1, paid.
func (n *tenant) sold(version int, more object) object {
	o := with(cart(""), object{
		"version": version, "status": "paid", "customer": "c-1", "placed_at": n.clock.now().UTC().Format(time.RFC3339Nano),
	})
	return with(o, more)
}

func (n *tenant) tell(order string, body object) answer {
	n.t.Helper()
	return n.do("PUT", "/v1/orders/"+order, body)
}

// store is one with all tables and this tenant's clock, to settle what the relay would.
func (n *tenant) store() *dynamo.Store { return n.house.Operator }

func (n *tenant) settle(order string) {
	n.t.Helper()
	if err := n.store().SettleOrder(n.t.Context(), n.space(), order); err != nil {
		n.t.Fatal(err)
	}
}

func TestOrdersOverHTTP(t *testing.T) {
	n := newTenant(t)
	first := n.sold(1, object{"discount": 390, "status": "placed"})
	if o := n.tell("o-1", first).want(201); o.num("total") != 5000 || o.num("subtotal") != 4900 || o.str("customer") != "c-1" || o.str("id") != "o-1" {
		t.Errorf("%s", o.Raw)
	}
	again := n.tell("o-1", first).want(200)
	if again.Raw != n.do("GET", "/v1/orders/o-1", nil).want(200).Raw {
		t.Errorf("%s", again.Raw)
	}
	n.tell("o-1", with(first, object{"status": "paid"})).want(409, "order_version_differs")
	n.tell("o-1", with(first, object{"version": 3, "status": "fulfilled"})).want(200)
	late := n.tell("o-1", with(first, object{"version": 2, "status": "paid"})).want(200)
	if late.Body["superseded"] != true || late.str("status") != "fulfilled" || late.num("version") != 3 {
		t.Errorf("%s", late.Raw)
	}
	byTime := with(n.sold(1, object{"version": nil}), object{"updated_at": "2026-07-01T12:00:00.5+02:00"})
	if o := n.tell("o-2", byTime).want(201); o.str("updated_at") != "2026-07-01T10:00:00.5Z" || o.num("version") != 1782900000500 {
		t.Errorf("%s", o.Raw)
	}
	n.tell("o-2", byTime).want(200)
	n.tell("o-2", with(byTime, object{"updated_at": "2026-07-01T10:00:00Z"})).want(200)
	n.do("GET", "/v1/orders/o-3", nil).want(404, "not_found")
}

func TestOrdersRefused(t *testing.T) {
	n := newTenant(t)
	for param, change := range map[string]object{
		"version":           {"version": nil},
		"placed_at":         {"placed_at": nil},
		"discount":          {"discount": 5391},
		"id":                {"id": "o-2"},
		"customer":          {"customer": "anna@example.org"},
		"currency":          {"currency": "XXX"},
		"status":            {"status": "lost"},
		"lines":             {"lines": []object{}},
		"lines[1].id":       {"lines": []object{{"id": "1", "quantity": 1, "unit_amount": 1}, {"id": "1", "quantity": 1, "unit_amount": 1}}},
		"total":             {"total": -1},
		"metadata":          {"metadata": object{"": "x"}},
		"shipping_country":  {"shipping_country": "ZZ"},
		"customer.email":    {"customer": object{"email": "anna"}},
		"lines[0].quantity": {"lines": []object{{"id": "1", "quantity": 0, "unit_amount": 1}}},
	} {
		if a := n.tell("o-1", n.sold(1, change)).want(422); a.Body["param"] != param {
			t.Errorf("%v: %s", change, a.Raw)
		}
	}
	n.tell("o-1", n.sold(1, object{"placed_at": "1999-12-31T23:59:59Z"})).want(422, "time_out_of_range")
	n.tell("anna@example.org", n.sold(1, nil)).want(422)
	n.do("GET", "/v1/orders/o-1", nil).want(404)
	n.do("GET", "/v1/orders?customer=anna@example.org", nil).want(422, "customer_id_invalid")
}

func TestReturnsOverHTTP(t *testing.T) {
	n := newTenant(t)
	one := object{"id": "r-1", "lines": []object{{"id": "1", "quantity": 1}}, "occurred_at": "2026-07-10T12:00:00Z"}
	n.do("POST", "/v1/orders/o-1/returns", one).want(404, "order_unknown")
	n.tell("o-1", n.sold(1, object{"discount": 490})).want(201)
	r := n.do("POST", "/v1/orders/o-1/returns", one).want(201)
	if again := n.do("POST", "/v1/orders/o-1/returns", one).want(200); again.Raw != r.Raw {
		t.Errorf("%s\n%s", r.Raw, again.Raw)
	}
	n.do("POST", "/v1/orders/o-1/returns", with(one, object{"amount": 5})).want(409, "return_differs")
	n.do("POST", "/v1/orders/o-1/returns", with(one, object{"id": "r-2", "lines": []object{{"id": "1", "quantity": 2}}})).want(422, "return_exceeds_order")
	n.do("POST", "/v1/orders/o-1/returns", with(one, object{"id": "r-2", "lines": []object{{"id": "3", "quantity": 1}}})).want(422, "return_line_unknown")
	n.do("POST", "/v1/orders/o-1/returns", with(one, object{"id": "r-2", "amount": 4901})).want(422, "return_amount_exceeds_order")
	n.do("POST", "/v1/orders/o-1/returns", with(one, object{"id": "r-2", "lines": []object{{"id": "2", "quantity": 1}, {"id": "2", "quantity": 1}}})).want(422, "line_repeated")
	// 44.10 of 49.00 were charged for the goods: one mug of 19.50 is 17.55.
	if o := n.do("GET", "/v1/orders/o-1", nil).want(200); o.num("returned_amount") != 1755 || o.Body["returned"].(object)["1"] != 1.0 {
		t.Errorf("%s", o.Raw)
	}
	n.do("POST", "/v1/orders/o-1/returns", object{"id": "r-3", "lines": []object{{"id": "1", "quantity": 1}, {"id": "2", "quantity": 1}}}).want(201)
	if o := n.do("GET", "/v1/orders/o-1", nil).want(200); o.num("returned_amount") != 4410 {
		t.Errorf("all goods are back, and shipping is not: %s", o.Raw)
	}
}

// figures reads what a customer's orders add up to.
func (n *tenant) figures(who string) (a answer, figures object) {
	n.t.Helper()
	a = n.do("GET", "/v1/customers/"+who+"/stage", nil, "Accept-Language", "de").want(200)
	return a, a.Body["figures"].(object)
}

func TestStages(t *testing.T) {
	n := newTenant(t)
	n.clock.stop(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))
	stands := func(stage, relationship, detail string) {
		t.Helper()
		a, _ := n.figures("c-1")
		reasons := a.Body["reasons"].([]any)
		last := reasons[len(reasons)-1].(object)
		if a.str("stage") != stage || a.str("relationship") != relationship || last["detail"] != detail {
			t.Errorf("%s", a.Raw)
		}
	}
	buy := func(order string) {
		t.Helper()
		n.tell(order, n.sold(1, nil)).want(201)
		n.settle(order)
	}
	stands("prospect", "future", "Wer noch nie bestellt hat oder wessen Bestellungen alle storniert wurden, ist ein Interessent.")
	buy("o-1")
	stands("first_time", "current", "Bestellungen: 1. Mit einer ist man Erstkunde, mit mehreren Wiederkäufer.")
	n.clock.move(24 * time.Hour)
	buy("o-2")
	stands("repeat", "current", "Bestellungen: 2. Mit einer ist man Erstkunde, mit mehreren Wiederkäufer.")
	n.do("PUT", "/v1/settings", object{"stages": object{"loyal_orders": 2, "lapsed_after_days": 30}}).want(200)
	n.clock.move(definitionDelay)
	stands("loyal", "current", "Bestellungen in den letzten 365 Tagen: 2. Ein Stammkunde braucht 2.")
	n.do("PUT", "/v1/settings", object{"stages": object{"lapsed_after_days": 30}}).want(200)
	n.clock.move(40 * 24 * time.Hour)
	stands("lapsed", "former", "Tage seit der letzten Bestellung: 40. Nach 30 Tagen gilt ein Kunde als abgewandert.")
	n.do("PUT", "/v1/settings", object{"stages": object{"lapsed_after_days": 30, "loyal_orders": 4}}).want(200)
	n.clock.move(definitionDelay)
	buy("o-3")
	stands("won_back", "current", "Längste Pause zwischen zwei der letzten Bestellungen, die hier zählt: 40 Tage. "+
		"Zurückgewonnen ist, wer nach einer Pause von mehr als 30 Tagen innerhalb der letzten 365 Tage wieder bestellt hat.")
	n.do("PUT", "/v1/settings", object{"stages": object{"loyal_orders": 21}}).want(422)
	for _, order := range []string{"o-1", "o-2", "o-3"} {
		n.tell(order, n.sold(2, object{"status": "cancelled"})).want(200)
		n.settle(order)
	}
	if a, f := n.figures("c-1"); a.str("stage") != "prospect" || f["orders_count"] != 0.0 || len(f["spent"].(object)) != 0 {
		t.Errorf("%s", a.Raw)
	}
}

// A customer's orders are listed newest first, in pages, cancelled ones too.
func TestOrdersOfACustomer(t *testing.T) {
	n, other := newTenant(t), newTenant(t)
	for i := range 5 {
		id := fmt.Sprint("o-", i)
		n.tell(id, n.sold(1, object{"placed_at": fmt.Sprintf("2026-07-0%dT12:00:00Z", 9-i), "status": []string{"paid", "cancelled"}[i%2]})).want(201)
		n.settle(id)
	}
	var got []string
	for cursor, pages := "", 0; ; pages++ {
		a := n.do("GET", "/v1/orders?customer=c-1&limit=2&cursor="+cursor, nil).want(200)
		for _, o := range a.Body["data"].([]any) {
			got = append(got, o.(object)["id"].(string))
		}
		if a.Body["has_more"] == false {
			break
		}
		cursor = a.str("next_cursor")
		other.do("GET", "/v1/orders?customer=c-1&cursor="+cursor, nil).want(422, "cursor_invalid")
	}
	if fmt.Sprint(got) != "[o-0 o-1 o-2 o-3 o-4]" {
		t.Errorf("%v", got)
	}
	if a := other.do("GET", "/v1/orders?customer=c-1", nil).want(200); len(a.Body["data"].([]any)) != 0 {
		t.Errorf("%s", a.Raw)
	}
	if _, f := n.figures("c-1"); f["orders_count"] != 3.0 || f["spent"].(object)["EUR"] != 3*5390.0 {
		t.Errorf("%v", f)
	}
}

// What a guest's order shows and keeps has no address.
func TestGuestsOrder(t *testing.T) {
	n := newTenant(t)
	o := n.tell("o-1", n.sold(1, object{"customer": object{"email": "canary@example.org"}})).want(201)
	if o.Body["customer"] != nil {
		t.Errorf("%s", o.Raw)
	}
}

// Taking an order in is one write; a return is a look and a transaction.
func TestOrdersCost(t *testing.T) {
	n := newTenant(t)
	n.tell("warm", n.sold(1, nil)).want(201)
	body := n.sold(1, nil)
	for _, c := range []struct {
		name     string
		call     func() answer
		requests int
		write    float64
	}{
		{"new", func() answer { return n.tell("o-1", body) }, 1, 1},
		{"again", func() answer { return n.tell("o-1", body) }, 1, 0},
		{"changed", func() answer { return n.tell("o-1", n.sold(2, nil)) }, 1, 1},
		{"return", func() answer {
			return n.do("POST", "/v1/orders/o-1/returns", object{"id": "r-1", "lines": []object{{"id": "1", "quantity": 1}}})
		}, 2, 4},
		{"stage", func() answer { return n.do("GET", "/v1/customers/c-1/stage", nil) }, 3, 0},
	} {
		if a, got := n.costOf("OrdersFunction", c.call); a.Status >= 300 || got.requests > c.requests || got.write > c.write {
			t.Errorf("%s: %+v %s", c.name, got, a.Raw)
		}
	}
}

// exerciseOrders calls each operation of the function orders, for the roles.
func exerciseOrders(n *tenant) {
	n.t.Helper()
	n.tell("o-1", n.sold(1, nil)).want(201)
	n.tell("o-guest", n.sold(1, object{"customer": object{"email": "anna@example.org"}})).want(201)
	n.do("POST", "/v1/orders/o-1/returns", object{"id": "r-1", "lines": []object{{"id": "1", "quantity": 1}}}).want(201)
	n.followUp()
	n.tell("o-1", n.sold(2, object{"customer": "c-2"})).want(200) // and so it moves
	n.do("GET", "/v1/orders/o-1", nil).want(200)
	n.do("GET", "/v1/orders?customer=c-1", nil).want(200)
	n.do("GET", "/v1/customers/c-1/stage", nil).want(200)
	n.do("GET", "/v1/redemptions?order=o-1", nil).want(200)
}
