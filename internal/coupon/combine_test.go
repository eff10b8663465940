package coupon

import (
	"errors"
	"fmt"
	"testing"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// What several campaigns do on one order.
func TestCombinations(t *testing.T) {
	percent := func(p, more string) string {
		return fmt.Sprintf(`{"rewards":[{"type":"percent_off","percent_off":"%s"}]%s}`, p, more)
	}
	for name, c := range map[string]struct {
		terms []string
		lines []string
		floor MarginFloor
		want  []string
	}{
		"each of what is left":             {terms: []string{percent("10", ""), percent("10", "")}, want: []string{"200", "180"}},
		"priority, not order":              {terms: []string{percent("10", ""), percent("50", `,"priority":1`)}, want: []string{"100", "1000"}},
		"lines before orders":              {terms: []string{percent("10", `,"priority":9`), `{"rewards":[{"type":"fixed_price","price":800,"currency":"EUR"}]}`}, want: []string{"160", "400"}},
		"exclusive, alone":                 {terms: []string{percent("10", ""), percent("20", `,"exclusive":true`)}, want: []string{"not_combinable", "400"}},
		"exclusive, but below":             {terms: []string{percent("10", `,"priority":1`), percent("20", `,"exclusive":true`)}, want: []string{"200", "not_combinable"}},
		"exclusive, but not applicable":    {terms: []string{percent("10", ""), percent("20", `,"exclusive":true,"rules":{"minimum_quantity":9}`)}, want: []string{"200", "order_rules_violated"}},
		"exclusive, but of no use":         {terms: []string{percent("10", ""), `{"exclusive":true,"rewards":[{"type":"free_shipping"}]}`}, want: []string{"200", "nothing_to_discount"}},
		"one of a category":                {terms: []string{percent("10", `,"category":"x"`), percent("20", `,"category":"x","priority":1`), percent("30", `,"category":"y"`)}, want: []string{"not_combinable", "400", "480"}},
		"a rule of the list price":         {terms: []string{percent("10", ""), percent("10", `,"rules":{"minimum_amount":2000,"currency":"EUR"}`)}, want: []string{"200", "180"}},
		"nothing is left":                  {terms: []string{percent("100", ""), percent("10", "")}, want: []string{"2000", "nothing_to_discount"}},
		"shop's floor refuses":             {lines: []string{"mug 2x1000 c700"}, floor: MarginFloor{Mode: RefuseBelow, MinimumPercent: "12.5"}, terms: []string{percent("20", ""), percent("20", "")}, want: []string{"400", "margin_floor_reached"}},
		"shop's floor caps":                {lines: []string{"mug 2x1000 c700"}, floor: MarginFloor{Mode: CapBelow}, terms: []string{percent("20", ""), percent("20", "")}, want: []string{"400", "200, margin_floor"}},
		"shop's floor leaves nothing":      {lines: []string{"mug 2x1000 c700"}, floor: MarginFloor{Mode: CapBelow, MinimumAmount: 200, Currency: "EUR"}, terms: []string{percent("20", ""), percent("20", "")}, want: []string{"400", "margin_floor_reached"}},
		"a campaign's floor":               {lines: []string{"mug 2x1000 c700"}, terms: []string{percent("20", `,"margin_floor":{"mode":"cap","minimum_amount":500,"currency":"EUR"}`), percent("20", "")}, want: []string{"100, margin_floor", "margin_floor_reached"}},
		"the stricter floor":               {lines: []string{"mug 2x1000 c700"}, floor: MarginFloor{Mode: CapBelow, MinimumPercent: "20"}, terms: []string{percent("50", `,"margin_floor":{"mode":"cap"}`)}, want: []string{"250, margin_floor"}},
		"capped, so not refused":           {lines: []string{"mug 2x1000 c700"}, floor: MarginFloor{Mode: CapBelow, MinimumPercent: "20"}, terms: []string{percent("50", `,"margin_floor":{"mode":"refuse"}`)}, want: []string{"250, margin_floor"}},
		"only lines with a cost":           {lines: []string{"mug 2x1000 c900", "tea 1x2000"}, floor: MarginFloor{Mode: CapBelow}, terms: []string{percent("50", "")}, want: []string{"200, 1000, margin_floor"}},
		"no cost, no floor":                {floor: MarginFloor{Mode: RefuseBelow, MinimumPercent: "99"}, terms: []string{percent("50", "")}, want: []string{"1000"}},
		"stays away from a stack below":    {lines: []string{"mug 2x1000 c700"}, terms: []string{percent("25", ""), `{"margin_floor":{"mode":"refuse","minimum_percent":"10"},"rewards":[{"type":"service","service":{"de":"a","en":"a"}}]}`}, want: []string{"500", "margin_floor_reached"}},
		"joins where prices alone are":     {lines: []string{"mug 2x1000 c1700"}, terms: []string{`{"margin_floor":{"mode":"refuse","minimum_percent":"10"},"rewards":[{"type":"service","service":{"de":"a","en":"a"}}]}`}, want: []string{"0, a"}},
		"what is refused bounds nobody":    {lines: []string{"mug 2x1000 c700"}, terms: []string{`{"priority":1,"margin_floor":{"mode":"refuse","minimum_percent":"30"},"rewards":[{"type":"percent_off","percent_off":"20"}]}`, percent("25", "")}, want: []string{"margin_floor_reached", "500"}},
		"refused late, back to the start":  {lines: []string{"mug 2x1000 c700"}, terms: []string{`{"priority":1,"margin_floor":{"mode":"refuse","minimum_percent":"10"},"rewards":[{"type":"fixed_price","price":900,"currency":"EUR"},{"type":"percent_off","percent_off":"30"}]}`, percent("10", "")}, want: []string{"margin_floor_reached", "200"}},
		"two coupons of one campaign":      {terms: []string{percent("10", ""), percent("10", `,"category":"x"`), percent("10", `,"category":"x"`)}, want: []string{"200", "180", "not_combinable"}},
		"free item, then what is left":     {terms: []string{`{"rewards":[{"type":"percent_off","percent_off":"100","cheapest_items":1}]}`, `{"rewards":[{"type":"percent_off","percent_off":"50","cheapest_items":1}]}`}, want: []string{"1000", "500"}},
		"free items are not bought":        {terms: []string{`{"rewards":[{"type":"percent_off","percent_off":"100","cheapest_items":1}]}`, `{"rewards":[{"type":"buy_x_get_y","buy":{"quantity":1}}]}`}, want: []string{"1000", "nothing_to_discount"}},
		"alike, one has a cost":            {lines: []string{"mug 1x1000 c900", "mug 1x1000"}, floor: MarginFloor{Mode: CapBelow}, terms: []string{percent("50", "")}, want: []string{"100, 500, margin_floor"}},
		"rounded together, then the last":  {lines: []string{"a 1x333", "a 1x333", "b 1x334"}, terms: []string{`{"rewards":[{"type":"amount_off","amount_off":100,"currency":"EUR"}]}`, `{"rewards":[{"type":"amount_off","amount_off":100,"currency":"EUR"}]}`}, want: []string{"34, 33, 33", "33, 33, 34"}},
		"rounded together, then an item":   {lines: []string{"a 1x333", "a 1x333", "b 1x334"}, terms: []string{`{"rewards":[{"type":"amount_off","amount_off":100,"currency":"EUR","applies_to":{"except_skus":["z"]}}]}`, `{"rewards":[{"type":"percent_off","percent_off":"100","cheapest_items":1}]}`}, want: []string{"34, 33, 33", "299, 0, 0"}},
		"gift of one, percent of the rest": {lines: []string{"mug 1x1000", "tea 1x500"}, terms: []string{percent("10", `,"priority":9`), `{"rewards":[{"type":"free_item","sku":"mug"}]}`}, want: []string{"0, 50", "1000, 0, 1 mug free, add 0"}},
	} {
		if c.lines == nil {
			c.lines = []string{"mug 2x1000"}
		}
		cart := cartOf(t, 0, c.lines...)
		cart.MarginFloor = c.floor
		var applicants []Applicant
		for i, terms := range c.terms {
			applicants = append(applicants, applicant(t, fmt.Sprint("camp_", i), terms))
		}
		for i, q := range Price(cart, applicants...) {
			if got := told(cart, q); got != c.want[i] {
				t.Errorf("%s: campaign %d: %s, want %s", name, i, got, c.want[i])
			}
		}
	}
}

// Two coupons of one campaign, under two versions of its terms: their ids decide, not their places.
func TestCouponsOfOneCampaign(t *testing.T) {
	cart := cartOf(t, 0, "mug 2x1000")
	a := applicant(t, "camp_1", `{"rewards":[{"type":"percent_off","percent_off":"10"}],"category":"x"}`)
	b := applicant(t, "camp_1", `{"rewards":[{"type":"percent_off","percent_off":"20"}],"category":"x"}`)
	a.Coupon, b.Coupon = "cpn_a", "cpn_b"
	for _, both := range [][]Applicant{{a, b}, {b, a}} {
		for i, q := range Price(cart, both...) {
			if want := map[string]string{"cpn_a": "200", "cpn_b": "not_combinable"}[both[i].Coupon]; told(cart, q) != want {
				t.Errorf("%s: %s", both[i].Coupon, told(cart, q))
			}
		}
	}
}

// The least that goods sell for reaches the margin; it never nearly does.
func TestLeastOfAMarginFloor(t *testing.T) {
	for _, c := range []struct {
		floor MarginFloor
		cost  int64
		want  int64
	}{
		{MarginFloor{}, 800, 800},
		{MarginFloor{MinimumPercent: "10"}, 800, 889}, // 800 of 888 would be 9.9 %
		{MarginFloor{MinimumPercent: "20"}, 800, 1000},
		{MarginFloor{MinimumAmount: 50, Currency: "EUR"}, 800, 850},
		{MarginFloor{MinimumAmount: 50, Currency: "USD"}, 800, 800},
		{MarginFloor{MinimumPercent: "99.9999"}, 1, 1_000_000},
		{MarginFloor{MinimumPercent: "99.9999"}, money.Max, money.Max + 1},
		{MarginFloor{MinimumPercent: "50"}, money.Max, money.Max + 1},
	} {
		if got := c.floor.least(c.cost, "EUR"); got != c.want {
			t.Errorf("%+v of %d: %d, want %d", c.floor, c.cost, got, c.want)
		}
	}
	cart := cartOf(t, 0, "mug 1000000x1 c9000000000000000", "tea 1x1 c1")
	if got := cart.cost(); got != money.Max {
		t.Errorf("%d", got)
	}
}

// What the answer lists by reward is what the discount alone does not say.
func TestTell(t *testing.T) {
	plain := RewardGiven{Type: PercentOff, Discount: 5}
	stock, capped := plain, plain
	stock.Units, capped.CappedBy = 1, CappedByReward
	for want, rewards := range map[int][][]RewardGiven{0: {{plain}}, 1: {{stock}, {capped}}, 2: {{plain, plain}}} {
		for _, r := range rewards {
			if got := tell(r); len(got) != want {
				t.Errorf("%+v: %+v", r, got)
			}
		}
	}
}

// A shopper can leave a code out that excludes another; margins are not their business.
func TestBrowsersLearnWhatExcludes(t *testing.T) {
	if f := ForBrowser(ErrNotCombinable.At("codes")); f.Code != ErrNotCombinable.Code {
		t.Error(f)
	}
	if f := ForBrowser(ErrMarginFloor); f.Code != ErrNotUsable.Code {
		t.Error(f)
	}
}

// Refusals say who keeps a campaign out, and by how much a floor is missed.
func TestCombinationRefusals(t *testing.T) {
	cart := cartOf(t, 0, "mug 2x1000 c700")
	q := Price(cart,
		applicant(t, "camp_b", `{"rewards":[{"type":"percent_off","percent_off":"10"}],"category":"x"}`),
		applicant(t, "camp_a", `{"rewards":[{"type":"percent_off","percent_off":"20"}],"category":"x","margin_floor":{"mode":"refuse"}}`),
		applicant(t, "camp_c", `{"rewards":[{"type":"percent_off","percent_off":"50"}]}`))
	f, _ := fault.As(q[0].Refused)
	if !errors.Is(f, ErrNotCombinable) || f.Args["campaign"] != "camp_a" {
		t.Errorf("%v %v", f, f.Args)
	}
	if f, _ = fault.As(q[2].Refused); !errors.Is(f, ErrMarginFloor) || f.Args["campaign"] != "camp_a" || fmt.Sprint(f.Args["missing"]) != "{600 EUR}" {
		t.Errorf("%v %v", f, f.Args)
	}
}

// The example in the README.
func TestReadmeExample(t *testing.T) {
	cart := cartOf(t, 490, "tea 3x500", "mug 1x1000")
	quotes := Price(cart,
		applicant(t, "camp_1", `{"rewards":[{"type":"percent_off","percent_off":"10"},{"type":"free_shipping"}]}`),
		applicant(t, "camp_2", `{"rewards":[{"type":"buy_x_get_y","buy":{"skus":["tea"],"quantity":2}}]}`))
	if a, b := told(cart, quotes[0]), told(cart, quotes[1]); a != "100, 100, shipping 490" || b != "500, 0" {
		t.Errorf("%s; %s", a, b)
	}
}
