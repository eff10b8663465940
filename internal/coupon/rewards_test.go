package coupon

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/order"
)

// cartOf reads lines such as "mug 2x1000": two mugs at 10.00. After the price may
// stand what one costs the shop (c700), the least price (m900), a category (/tea)
// and that it is reduced already (r).
func cartOf(t *testing.T, shipping int64, lines ...string) Cart {
	t.Helper()
	o := order.Order{ID: "o-1", Currency: "EUR", ShippingAmount: shipping}
	for i, s := range lines {
		words := strings.Fields(s)
		l := order.Line{ID: fmt.Sprint(i), SKU: words[0]}
		if _, err := fmt.Sscanf(words[1], "%dx%d", &l.Quantity, &l.UnitAmount); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		for _, w := range words[2:] {
			switch w[0] {
			case 'c':
				_, _ = fmt.Sscanf(w, "c%d", &l.UnitCost)
			case 'm':
				_, _ = fmt.Sscanf(w, "m%d", &l.MinimumUnitAmount)
			case 'r':
				l.Reduced = true
			default:
				l.Categories = append(l.Categories, w[1:])
			}
		}
		o.Lines = append(o.Lines, l)
	}
	return Cart{Order: o, Totals: totals(t, o)}
}

// applicant reads terms, and completes them.
func applicant(t *testing.T, id, terms string) Applicant {
	t.Helper()
	a := Applicant{Campaign: id}
	if err := json.Unmarshal([]byte(terms), &a.Terms); err != nil {
		t.Fatalf("%s: %v", terms, err)
	}
	a.Terms.Reason = Reason{"darum", "because"}
	if err := a.Terms.Check(); err != nil {
		t.Fatalf("%s: %v", terms, err)
	}
	return a
}

// told writes a quote in short: what each line gives, then shipping, gifts,
// services, units of stock and caps; or the code of the refusal.
func told(c Cart, q Quote) string {
	if q.Refused != nil {
		f, _ := fault.As(q.Refused)
		return f.Code
	}
	off := map[string]int64{}
	for _, l := range q.Discount.Lines {
		off[l.ID] = l.Discount
	}
	var words []string
	for _, l := range c.Order.Lines {
		words = append(words, fmt.Sprint(off[l.ID]))
	}
	if q.Discount.Shipping > 0 {
		words = append(words, fmt.Sprint("shipping ", q.Discount.Shipping))
	}
	for _, g := range q.Discount.Gifts {
		words = append(words, fmt.Sprintf("%d %s free, add %d", g.Quantity, g.SKU, g.ToAdd))
	}
	for _, s := range q.Discount.Services {
		words = append(words, s.English)
	}
	for _, r := range q.Rewards {
		if r.Units > 0 {
			words = append(words, fmt.Sprint("stock ", r.Units))
		}
		if r.CappedBy != "" {
			words = append(words, r.CappedBy)
		}
	}
	return strings.Join(words, ", ")
}

// What each kind of reward does, by example.
func TestRewards(t *testing.T) {
	for name, c := range map[string]struct {
		rewards  string
		lines    []string
		shipping int64
		want     string
	}{
		"percent, half up once":         {rewards: `{"type":"percent_off","percent_off":"12.5"}`, lines: []string{"mug 2x1950", "tea 1x1000"}, want: "488, 125"},
		"percent of a category":         {rewards: `{"type":"percent_off","percent_off":"20","applies_to":{"categories":["tea"]}}`, lines: []string{"mug 1x1000", "earl 3x500 /tea", "green 1x250 /tea"}, want: "0, 300, 50"},
		"percent, but not on a SKU":     {rewards: `{"type":"percent_off","percent_off":"20","applies_to":{"except_skus":["mug"]}}`, lines: []string{"mug 1x1000", "tea 1x500"}, want: "0, 100"},
		"percent, not on reduced lines": {rewards: `{"type":"percent_off","percent_off":"20","applies_to":{"except_reduced":true}}`, lines: []string{"mug 1x1000 r", "tea 1x500"}, want: "0, 100"},
		"percent with a cap":            {rewards: `{"type":"percent_off","percent_off":"50","max_discount":600,"currency":"EUR"}`, lines: []string{"mug 1x1000", "tea 2x500"}, want: "300, 300, max_discount"},
		"percent, cap not reached":      {rewards: `{"type":"percent_off","percent_off":"50","max_discount":1000,"currency":"EUR"}`, lines: []string{"mug 1x1000", "tea 2x500"}, want: "500, 500"},
		"the cheapest item":             {rewards: `{"type":"percent_off","percent_off":"100","cheapest_items":1}`, lines: []string{"mug 1x1000", "tea 3x500"}, want: "0, 500"},
		"the cheapest two, one of each": {rewards: `{"type":"percent_off","percent_off":"50","cheapest_items":2}`, lines: []string{"mug 3x1000", "tea 1x500"}, want: "500, 250"},
		"cheapest: what costs anything": {rewards: `{"type":"percent_off","percent_off":"100","cheapest_items":1}`, lines: []string{"sample 1x0", "tea 3x500"}, want: "0, 500"},
		"amount, spread by price":       {rewards: `{"type":"amount_off","amount_off":1000,"currency":"EUR"}`, lines: []string{"mug 1x2000", "tea 2x500", "pot 1x1"}, want: "667, 333, 0"},
		"amount, no more than there is": {rewards: `{"type":"amount_off","amount_off":1000,"currency":"EUR"}`, lines: []string{"mug 1x700"}, shipping: 490, want: "700"},
		"amount per item":               {rewards: `{"type":"amount_off","per":"item","amount_off":300,"currency":"EUR"}`, lines: []string{"mug 2x1000", "tea 3x200"}, want: "600, 600"},
		"amount off the cheapest two":   {rewards: `{"type":"amount_off","per":"item","amount_off":300,"currency":"EUR","cheapest_items":2}`, lines: []string{"mug 2x1000", "tea 1x200"}, want: "300, 200"},
		"amount per item, capped":       {rewards: `{"type":"amount_off","per":"item","amount_off":300,"currency":"EUR","max_discount":500}`, lines: []string{"mug 2x1000"}, want: "500, max_discount"},
		"fixed price":                   {rewards: `{"type":"fixed_price","price":800,"currency":"EUR","applies_to":{"skus":["mug","cup"]},"stock":50}`, lines: []string{"mug 2x1000", "cup 1x700", "tea 1x900"}, want: "400, 0, 0, stock 2"},
		"fixed price of nothing":        {rewards: `{"type":"fixed_price","price":0,"currency":"EUR","applies_to":{"skus":["cup"]}}`, lines: []string{"mug 2x1000", "cup 2x700"}, want: "0, 1400"},
		"volume price":                  {rewards: `{"type":"fixed_price","currency":"EUR","tiers_by":"quantity","tiers":[{"from":10,"price":900},{"from":50,"price":800}]}`, lines: []string{"mug 12x1000"}, want: "1200"},
		"tiers by spend":                {rewards: `{"type":"percent_off","currency":"EUR","tiers_by":"amount","tiers":[{"from":5000,"percent_off":"5"},{"from":10000,"percent_off":"10"}]}`, lines: []string{"mug 10x1000"}, want: "1000"},
		"tiers, just below":             {rewards: `{"type":"percent_off","currency":"EUR","tiers_by":"amount","tiers":[{"from":5000,"percent_off":"5"},{"from":10000,"percent_off":"10"}]}`, lines: []string{"mug 1x9999"}, want: "500"},
		"tiers, none reached":           {rewards: `{"type":"amount_off","currency":"EUR","tiers_by":"quantity","tiers":[{"from":3,"amount_off":500}]}`, lines: []string{"mug 2x1000"}, want: "nothing_to_discount"},
		"tiers see what is left":        {rewards: `{"type":"amount_off","per":"item","amount_off":1,"currency":"EUR"},{"type":"amount_off","currency":"EUR","tiers_by":"amount","tiers":[{"from":1000,"amount_off":500}]}`, lines: []string{"mug 1x1000"}, want: "1"},
		"tiers see the list price":      {rewards: `{"type":"amount_off","per":"item","amount_off":1,"currency":"EUR"},{"type":"amount_off","currency":"EUR","tiers_by":"list_amount","tiers":[{"from":1000,"amount_off":500}]}`, lines: []string{"mug 1x1000"}, want: "501"},

		"bundle at a price":               {rewards: `{"type":"bundle","price":1200,"currency":"EUR","items":[{"skus":["mug"]},{"skus":["tea"],"quantity":2}],"stock":9}`, lines: []string{"mug 2x1000", "tea 3x500"}, want: "400, 400, stock 1"},
		"bundles, as many as there are":   {rewards: `{"type":"bundle","percent_off":"50","items":[{"skus":["mug"]},{"skus":["tea"],"quantity":2}]}`, lines: []string{"mug 3x1000", "tea 5x500"}, want: "1000, 1000"},
		"bundles, once":                   {rewards: `{"type":"bundle","percent_off":"50","max_times":1,"items":[{"skus":["mug"]},{"skus":["tea"],"quantity":2}]}`, lines: []string{"mug 3x1000", "tea 5x500"}, want: "500, 500"},
		"bundle of the dearest":           {rewards: `{"type":"bundle","price":1000,"currency":"EUR","items":[{"categories":["tea"],"quantity":3}]}`, lines: []string{"a 2x400 /tea", "b 2x500 /tea"}, want: "114, 286"},
		"bundles that save something":     {rewards: `{"type":"bundle","price":900,"currency":"EUR","items":[{"categories":["tea"],"quantity":2}]}`, lines: []string{"a 4x400 /tea", "b 2x500 /tea"}, want: "0, 100"},
		"bundle incomplete":               {rewards: `{"type":"bundle","price":1,"currency":"EUR","items":[{"skus":["mug"]},{"skus":["tea"],"quantity":2}]}`, lines: []string{"mug 1x1000", "tea 1x500"}, want: "nothing_to_discount"},
		"an item counts for one entry":    {rewards: `{"type":"bundle","price":1,"currency":"EUR","items":[{"skus":["mug"]},{"categories":["all"]}]}`, lines: []string{"mug 2x1000 /all"}, want: "nothing_to_discount"},
		"buy two, get one":                {rewards: `{"type":"buy_x_get_y","buy":{"skus":["tea"],"quantity":2}}`, lines: []string{"tea 7x500"}, want: "1000"},
		"buy two, get two, an odd number": {rewards: `{"type":"buy_x_get_y","buy":{"quantity":2},"get":{"quantity":2}}`, lines: []string{"tea 3x500"}, want: "500"},
		"the cheapest is the one":         {rewards: `{"type":"buy_x_get_y","buy":{"quantity":2}}`, lines: []string{"mug 2x1000", "tea 1x500"}, want: "0, 500"},
		"buy one thing, get another":      {rewards: `{"type":"buy_x_get_y","buy":{"skus":["pot"]},"get":{"skus":["tea"],"quantity":2},"percent_off":"50","stock":9}`, lines: []string{"pot 1x3000", "tea 3x500"}, want: "0, 500, stock 2"},
		"get what was not bought":         {rewards: `{"type":"buy_x_get_y","buy":{"skus":["tea"],"quantity":2},"get":{"except_skus":["x"]}}`, lines: []string{"tea 2x500", "mug 1x2000"}, want: "0, 2000"},
		"buy and get, twice at most":      {rewards: `{"type":"buy_x_get_y","buy":{"quantity":1},"max_times":2}`, lines: []string{"tea 9x500"}, want: "1000"},
		"too few bought":                  {rewards: `{"type":"buy_x_get_y","buy":{"quantity":2}}`, lines: []string{"tea 2x500"}, want: "nothing_to_discount"},

		"a gift to add":                  {rewards: `{"type":"free_item","sku":"mug","stock":9}`, lines: []string{"tea 1x500"}, want: "0, 1 mug free, add 1, stock 1"},
		"a gift in the cart":             {rewards: `{"type":"free_item","sku":"mug"}`, lines: []string{"tea 1x500", "mug 2x1000"}, want: "0, 1000, 1 mug free, add 0"},
		"a gift for every three":         {rewards: `{"type":"free_item","sku":"mug","every":{"quantity":3},"applies_to":{"skus":["tea"]}}`, lines: []string{"tea 7x500", "mug 1x1000"}, want: "0, 1000, 2 mug free, add 1"},
		"gifts for every 20.00 spent":    {rewards: `{"type":"free_item","sku":"mug","quantity":2,"every":{"amount":2000},"max_times":2,"currency":"EUR"}`, lines: []string{"tea 99x500"}, want: "0, 4 mug free, add 4"},
		"a gift that nothing earned":     {rewards: `{"type":"free_item","sku":"mug","applies_to":{"skus":["tea"]}}`, lines: []string{"mug 1x1000"}, want: "nothing_to_discount"},
		"what earns is no gift":          {rewards: `{"type":"free_item","sku":"mug","every":{"quantity":3}}`, lines: []string{"mug 3x1000"}, want: "0, 1 mug free, add 1"},
		"what is left over is one":       {rewards: `{"type":"free_item","sku":"mug","every":{"quantity":3}}`, lines: []string{"mug 4x1000"}, want: "1000, 1 mug free, add 0"},
		"what is spent to earn is none":  {rewards: `{"type":"free_item","sku":"mug","every":{"amount":2500},"currency":"EUR"}`, lines: []string{"mug 3x1000"}, want: "0, 1 mug free, add 1"},
		"the same gift twice":            {rewards: `{"type":"free_item","sku":"mug"},{"type":"free_item","sku":"mug"}`, lines: []string{"mug 1x1000", "tea 1x1"}, want: "1000, 0, 1 mug free, add 0, 1 mug free, add 1"},
		"gifts do not pass all bounds":   {rewards: `{"type":"free_item","sku":"mug","quantity":1000000,"every":{"amount":1},"currency":"EUR"}`, lines: []string{"tea 1000000x9000000000"}, want: "0, 1000000 mug free, add 1000000"},
		"free shipping":                  {rewards: `{"type":"free_shipping"}`, lines: []string{"mug 1x1000"}, shipping: 490, want: "0, shipping 490"},
		"free shipping up to 3.00":       {rewards: `{"type":"free_shipping","max_discount":300,"currency":"EUR"}`, lines: []string{"mug 1x1000"}, shipping: 490, want: "0, shipping 300, max_discount"},
		"free shipping of nothing":       {rewards: `{"type":"free_shipping"}`, lines: []string{"mug 1x1000"}, want: "nothing_to_discount"},
		"a service takes nothing off":    {rewards: `{"type":"service","service":{"de":"in 24 Stunden","en":"in 24 hours"},"stock":5}`, lines: []string{"mug 1x1000"}, want: "0, in 24 hours, stock 1"},
		"a service for mugs":             {rewards: `{"type":"service","service":{"de":"Gravur","en":"engraving"},"applies_to":{"skus":["mug"]}}`, lines: []string{"tea 1x1000"}, want: "nothing_to_discount"},
		"a reward's own condition":       {rewards: `{"type":"free_shipping"},{"type":"percent_off","percent_off":"10","when":{"minimum_quantity":2}}`, lines: []string{"tea 1x1000"}, shipping: 490, want: "0, shipping 490"},
		"several, lines before orders":   {rewards: `{"type":"percent_off","percent_off":"10"},{"type":"fixed_price","price":500,"currency":"EUR","applies_to":{"skus":["mug"]}}`, lines: []string{"mug 1x1000", "tea 1x500"}, want: "550, 50"},
		"a floor moves it to the others": {rewards: `{"type":"amount_off","amount_off":1000,"currency":"EUR"}`, lines: []string{"mug 1x1000 m900", "tea 1x1000", "pot 1x500"}, want: "100, 600, 300"},
		"a floor, percent":               {rewards: `{"type":"percent_off","percent_off":"50"}`, lines: []string{"mug 1x1000 m900", "tea 2x500"}, want: "100, 900"},
		"floors everywhere":              {rewards: `{"type":"percent_off","percent_off":"50"}`, lines: []string{"mug 1x1000 m900", "tea 2x500 m450"}, want: "100, 100"},
		"a floor of one item":            {rewards: `{"type":"percent_off","percent_off":"100","cheapest_items":1}`, lines: []string{"mug 2x1000 m900"}, want: "100"},
		"a floor above the price":        {rewards: `{"type":"percent_off","percent_off":"10"}`, lines: []string{"mug 1x1000 m2000"}, want: "nothing_to_discount"},
		"alike but for the least price":  {rewards: `{"type":"amount_off","amount_off":1500,"currency":"EUR"}`, lines: []string{"mug 1x1000", "mug 1x1000 m900"}, want: "1000, 100"},
		"alike but for that, by item":    {rewards: `{"type":"fixed_price","price":0,"currency":"EUR"}`, lines: []string{"mug 1x1000", "mug 1x1000 m900"}, want: "1000, 100"},
		"alike, one is reduced":          {rewards: `{"type":"percent_off","percent_off":"10","applies_to":{"except_reduced":true}}`, lines: []string{"mug 1x1000", "mug 1x1000 r"}, want: "100, 0"},
		"a gift that earned nothing":     {rewards: `{"type":"free_item","sku":"mug","every":{"quantity":2},"applies_to":{"categories":["x"]}}`, lines: []string{"mug 3x500 /x", "mug 1x1000"}, want: "0, 1000, 1 mug free, add 0"},
		"a floor and a cap":              {rewards: `{"type":"percent_off","percent_off":"50","applies_to":{"except_skus":["x"]},"max_discount":600,"currency":"EUR"},{"type":"fixed_price","price":1,"currency":"EUR","applies_to":{"skus":["x"]}}`, lines: []string{"mug 1x1000 m900", "tea 2x500", "x 1x2"}, want: "100, 500, 1, max_discount"},
		"ties go to the earlier line":    {rewards: `{"type":"amount_off","amount_off":100,"currency":"EUR"}`, lines: []string{"a 1x100", "b 1x100", "c 1x100"}, want: "34, 33, 33"},
		"largest remainder, alike lines": {rewards: `{"type":"amount_off","amount_off":100,"currency":"EUR"}`, lines: []string{"a 1x333", "a 1x333", "b 1x334"}, want: "33, 33, 34"},
	} {
		cart := cartOf(t, c.shipping, c.lines...)
		if got := told(cart, Price(cart, applicant(t, "camp_1", `{"rewards":[`+c.rewards+`]}`))[0]); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
