package e2e

import (
	"fmt"
	"slices"
	"testing"
)

// stores tells an order and does what the relay would.
func (n *tenant) stores(id string, body object) {
	n.t.Helper()
	if a := n.tell(id, body); a.Status/100 != 2 {
		n.t.Fatalf("%d %s", a.Status, a.Raw)
	}
	n.settle(id)
}

// listed gives the ids of all pages of a list.
func (n *tenant) listed(path string) (ids []string) {
	n.t.Helper()
	for cursor := ""; ; {
		a := n.do("GET", path+cursor, nil).want(200)
		for _, o := range a.Body["data"].([]any) {
			ids = append(ids, o.(object)["id"].(string))
		}
		if a.Body["has_more"] == false {
			return ids
		}
		cursor = "&cursor=" + a.str("next_cursor")
	}
}

// A shop's orders are listed by when they were placed: guests', nobody's and cancelled ones, too.
func TestOrdersOfAShop(t *testing.T) {
	n := newTenant(t)
	for i, who := range []any{"c-1", "c-2", object{"email": "anna@example.org"}, nil, "c-1"} {
		n.stores(fmt.Sprint("o-", i), n.sold(1, object{
			"customer": who, "placed_at": fmt.Sprintf("2026-07-0%dT12:00:00Z", i+1), "status": []string{"paid", "cancelled"}[i%2],
		}))
	}
	for path, want := range map[string][]string{
		"/v1/orders?limit=2": {"o-4", "o-3", "o-2", "o-1", "o-0"},
		"/v1/orders?limit=1&placed_from=2026-07-02T12:00:00Z&placed_until=2026-07-04T12:00:00Z":              {"o-2", "o-1"},
		"/v1/orders?limit=3&placed_from=2026-07-02T14:00:00%2B02:00":                                         {"o-4", "o-3", "o-2", "o-1"},
		"/v1/orders?limit=3&placed_until=2026-07-02T12:00:00Z":                                               {"o-0"},
		"/v1/orders?limit=1&customer=c-1":                                                                    {"o-4", "o-0"},
		"/v1/orders?limit=1&customer=c-1&placed_from=2026-07-01T12:00:00.001Z":                               {"o-4"},
		"/v1/orders?limit=1&customer=c-1&placed_from=2026-07-01T00:00:00Z&placed_until=2026-07-05T12:00:00Z": {"o-0"},
		"/v1/orders?limit=1&customer=c-9":                                                                    nil,
	} {
		if got := n.listed(path); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	n.stores("o-1", n.sold(2, object{"customer": "c-2", "placed_at": "2026-07-09T12:00:00Z"}))
	if got := n.listed("/v1/orders?limit=3"); !slices.Equal(got, []string{"o-1", "o-4", "o-3", "o-2", "o-0"}) {
		t.Errorf("moved: %v", got)
	}
	july := "&placed_from=2026-07-01T00:00:00Z"
	cursor := n.do("GET", "/v1/orders?limit=1"+july, nil).want(200).str("next_cursor")
	for _, other := range []string{"", july + "&customer=c-1", "&placed_from=2026-07-01T00:00:00.001Z", july + "&placed_until=2026-08-01T00:00:00Z"} {
		n.do("GET", "/v1/orders?limit=1&cursor="+cursor+other, nil).want(422, "cursor_invalid")
	}
}

func TestOrdersOfAShopRefused(t *testing.T) {
	n := newTenant(t)
	for query, want := range map[string][2]string{
		"customer=":                         {"value_invalid", "customer"},
		"placed_from=&placed_until=":        {"value_invalid", "placed_until"},
		"placed_from=yesterday":             {"time_invalid", "placed_from"},
		"placed_until=2026-07-01T12:00:00":  {"time_invalid", "placed_until"},
		"placed_from=1999-12-31T23:59:59Z":  {"time_out_of_range", "placed_from"},
		"placed_until=1999-12-31T23:59:59Z": {"time_out_of_range", "placed_until"},
		"customer=anna@example.org":         {"customer_id_invalid", "customer"},
		"placed_from=2026-07-01T12:00:00Z&placed_until=2026-07-01T12:00:00Z": {"dates_reversed", "placed_until"},
	} {
		if a := n.do("GET", "/v1/orders?"+query, nil).want(422, want[0]); a.Body["param"] != want[1] {
			t.Errorf("%s: %s", query, a.Raw)
		}
	}
}
