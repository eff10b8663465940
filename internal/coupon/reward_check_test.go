package coupon

import (
	"encoding/json"
	"testing"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// A definition that contradicts itself is refused, and the field is named.
func TestRewardChecks(t *testing.T) {
	for name, c := range map[string]struct{ terms, code, param string }{
		"no type":                    {`{"rewards":[{"type":"cash"}]}`, "value_invalid", "rewards[0].type"},
		"foreign field":              {`{"rewards":[{"type":"free_shipping","stock":5}]}`, "field_not_allowed", "rewards[0].stock"},
		"no percentage":              {`{"rewards":[{"type":"percent_off"}]}`, "percent_invalid", "rewards[0].percent_off"},
		"amount without currency":    {`{"rewards":[{"type":"amount_off","amount_off":5}]}`, "field_missing", "rewards[0].currency"},
		"no amount":                  {`{"rewards":[{"type":"amount_off","currency":"EUR"}]}`, "field_missing", "rewards[0].amount_off"},
		"too large an amount":        {`{"rewards":[{"type":"amount_off","amount_off":9007199254740992,"currency":"EUR"}]}`, "value_invalid", "rewards[0].amount_off"},
		"currency of nothing":        {`{"rewards":[{"type":"percent_off","percent_off":"5","currency":"EUR"}]}`, "field_not_allowed", "rewards[0].currency"},
		"no such currency":           {`{"rewards":[{"type":"amount_off","amount_off":5,"currency":"EUX"}]}`, "value_invalid", "rewards[0].currency"},
		"cheapest of an order":       {`{"rewards":[{"type":"amount_off","amount_off":5,"currency":"EUR","cheapest_items":1}]}`, "field_not_allowed", "rewards[0].cheapest_items"},
		"cap of an amount":           {`{"rewards":[{"type":"amount_off","amount_off":5,"currency":"EUR","max_discount":1}]}`, "field_not_allowed", "rewards[0].max_discount"},
		"per what":                   {`{"rewards":[{"type":"amount_off","amount_off":5,"currency":"EUR","per":"line"}]}`, "value_invalid", "rewards[0].per"},
		"negative":                   {`{"rewards":[{"type":"percent_off","percent_off":"5","cheapest_items":-1}]}`, "value_invalid", "rewards[0].cheapest_items"},
		"no price":                   {`{"rewards":[{"type":"fixed_price"}]}`, "field_missing", "rewards[0].price"},
		"negative price":             {`{"rewards":[{"type":"fixed_price","price":-1,"currency":"EUR"}]}`, "value_invalid", "rewards[0].price"},
		"price and tiers":            {`{"rewards":[{"type":"fixed_price","price":1,"tiers_by":"quantity","tiers":[{"from":1,"price":1}],"currency":"EUR"}]}`, "fields_exclusive", "rewards[0].price"},
		"tiers of what":              {`{"rewards":[{"type":"percent_off","tiers":[{"from":1,"percent_off":"5"}]}]}`, "field_missing", "rewards[0].tiers_by"},
		"tiers by weight":            {`{"rewards":[{"type":"percent_off","tiers_by":"weight","tiers":[{"from":1,"percent_off":"5"}],"currency":"EUR"}]}`, "value_invalid", "rewards[0].tiers_by"},
		"measure without tiers":      {`{"rewards":[{"type":"percent_off","percent_off":"5","tiers_by":"quantity"}]}`, "field_missing", "rewards[0].tiers"},
		"tiers that fall":            {`{"rewards":[{"type":"percent_off","tiers_by":"quantity","tiers":[{"from":2,"percent_off":"5"},{"from":2,"percent_off":"9"}]}]}`, "tiers_not_rising", "rewards[0].tiers[1].from"},
		"a tier of nothing":          {`{"rewards":[{"type":"amount_off","tiers_by":"quantity","tiers":[{"from":2}],"currency":"EUR"}]}`, "field_missing", "rewards[0].tiers[0].amount_off"},
		"a tier of another kind":     {`{"rewards":[{"type":"percent_off","tiers_by":"quantity","tiers":[{"from":2,"percent_off":"5","price":1}]}]}`, "field_not_allowed", "rewards[0].tiers[0].price"},
		"a tier of 200 %":            {`{"rewards":[{"type":"percent_off","tiers_by":"quantity","tiers":[{"from":2,"percent_off":"200"}]}]}`, "percent_invalid", "rewards[0].tiers[0].percent_off"},
		"tiers by spend, in what":    {`{"rewards":[{"type":"percent_off","tiers_by":"amount","tiers":[{"from":2,"percent_off":"5"}]}]}`, "field_missing", "rewards[0].currency"},
		"an empty bundle":            {`{"rewards":[{"type":"bundle","percent_off":"5"}]}`, "field_missing", "rewards[0].items"},
		"bundle for what":            {`{"rewards":[{"type":"bundle","items":[{"skus":["a"]}]}]}`, "percent_invalid", "rewards[0].percent_off"},
		"bundle for both":            {`{"rewards":[{"type":"bundle","items":[{"skus":["a"]}],"price":1,"percent_off":"5","currency":"EUR"}]}`, "fields_exclusive", "rewards[0].price"},
		"bundle of less than none":   {`{"rewards":[{"type":"bundle","items":[{"quantity":-1}],"percent_off":"5"}]}`, "value_invalid", "rewards[0].items[0].quantity"},
		"buy what":                   {`{"rewards":[{"type":"buy_x_get_y","get":{"quantity":1}}]}`, "field_missing", "rewards[0].buy"},
		"buy less than none":         {`{"rewards":[{"type":"buy_x_get_y","buy":{"quantity":-1}}]}`, "value_invalid", "rewards[0].buy.quantity"},
		"get at 0 %":                 {`{"rewards":[{"type":"buy_x_get_y","buy":{"quantity":1},"percent_off":"0"}]}`, "percent_invalid", "rewards[0].percent_off"},
		"a gift of what":             {`{"rewards":[{"type":"free_item"}]}`, "field_missing", "rewards[0].sku"},
		"every two things":           {`{"rewards":[{"type":"free_item","sku":"a","every":{"quantity":1,"amount":1},"currency":"EUR"}]}`, "fields_exclusive", "rewards[0].every.amount"},
		"several times without what": {`{"rewards":[{"type":"free_item","sku":"a","max_times":2}]}`, "field_missing", "rewards[0].every"},
		"spent, in what":             {`{"rewards":[{"type":"free_item","sku":"a","every":{"amount":1}}]}`, "field_missing", "rewards[0].currency"},
		"a SKU without a name":       {`{"rewards":[{"type":"percent_off","percent_off":"5","applies_to":{"skus":["a",""]}}]}`, "value_invalid", "rewards[0].applies_to.skus[1]"},
		"a category without a name":  {`{"rewards":[{"type":"bundle","percent_off":"5","items":[{"except_categories":[""]}]}]}`, "value_invalid", "rewards[0].items[0].except_categories[0]"},
		"got without a name":         {`{"rewards":[{"type":"buy_x_get_y","buy":{"quantity":1},"get":{"categories":[""]}}]}`, "value_invalid", "rewards[0].get.categories[0]"},
		"bought without a name":      {`{"rewards":[{"type":"buy_x_get_y","buy":{"except_skus":[""]}}]}`, "value_invalid", "rewards[0].buy.except_skus[0]"},
		"more than a line holds":     {`{"rewards":[{"type":"free_item","sku":"a","quantity":1000001}]}`, "value_invalid", "rewards[0].quantity"},
		"which service":              {`{"rewards":[{"type":"service"}]}`, "field_missing", "rewards[0].service"},
		"in one language":            {`{"rewards":[{"type":"service","service":{"de":"a"}}]}`, "field_missing", "rewards[0].service"},
		"the second reward":          {`{"rewards":[{"type":"free_shipping"},{"type":"service"}]}`, "field_missing", "rewards[1].service"},
		"two currencies":             {`{"rewards":[{"type":"amount_off","amount_off":5,"currency":"EUR"},{"type":"amount_off","amount_off":5,"currency":"USD"}]}`, "currency_mixed", "rewards[1].currency"},
		"a condition in another":     {`{"rewards":[{"type":"amount_off","amount_off":5,"currency":"EUR","when":{"minimum_amount":1,"currency":"USD"}}]}`, "currency_mixed", "rewards[0].when.currency"},
		"a condition in one alone":   {`{"rewards":[{"type":"free_shipping","when":{"minimum_amount":1,"currency":"USD"}}]}`, "currency_mixed", "rewards[0].when.currency"},
		"a condition in what":        {`{"rewards":[{"type":"free_shipping","when":{"minimum_amount":1}}]}`, "field_missing", "rewards[0].when.currency"},
		"a floor in another":         {`{"rewards":[{"type":"amount_off","amount_off":5,"currency":"EUR"}],"margin_floor":{"mode":"cap","minimum_amount":1,"currency":"USD"}}`, "currency_mixed", "margin_floor.currency"},
		"a floor without a mode":     {`{"rewards":[{"type":"free_shipping"}],"margin_floor":{"minimum_percent":"5"}}`, "value_invalid", "margin_floor.mode"},
		"a floor of 100 %":           {`{"rewards":[{"type":"free_shipping"}],"margin_floor":{"mode":"cap","minimum_percent":"100"}}`, "percent_invalid", "margin_floor.minimum_percent"},
		"a floor of both":            {`{"rewards":[{"type":"free_shipping"}],"margin_floor":{"mode":"cap","minimum_percent":"5","minimum_amount":5}}`, "fields_exclusive", "margin_floor.minimum_amount"},
		"a floor in what":            {`{"rewards":[{"type":"free_shipping"}],"margin_floor":{"mode":"cap","minimum_amount":5}}`, "field_missing", "margin_floor.currency"},
		"a floor of what":            {`{"rewards":[{"type":"free_shipping"}],"margin_floor":{"mode":"cap","currency":"EUR"}}`, "field_missing", "margin_floor.minimum_amount"},
		"a negative floor":           {`{"rewards":[{"type":"free_shipping"}],"margin_floor":{"mode":"cap","minimum_amount":-5}}`, "value_invalid", "margin_floor.minimum_amount"},
		"a floor in no currency":     {`{"rewards":[{"type":"free_shipping"}],"margin_floor":{"mode":"cap","minimum_amount":5,"currency":"EUX"}}`, "value_invalid", "margin_floor.currency"},
		"all is well":                {`{"rewards":[{"type":"free_shipping"}],"margin_floor":{"mode":"cap"}}`, "", ""},
	} {
		var terms Terms
		if err := json.Unmarshal([]byte(c.terms), &terms); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		terms.Reason = Reason{"darum", "because"}
		f, _ := fault.As(terms.Check())
		if f == nil {
			f = &fault.Error{}
		}
		if f.Code != c.code || f.Param != c.param {
			t.Errorf("%s: %q at %q, want %q at %q", name, f.Code, f.Param, c.code, c.param)
		}
	}
}

// Whatever a definition says: if it passes its check, it can be priced, and the
// discount stays within the order.
func FuzzTerms(f *testing.F) {
	f.Add(`{"rewards":[{"type":"bundle","price":1200,"currency":"EUR","items":[{"skus":["mug"]},{"skus":["tea"],"quantity":2}]}]}`)
	f.Add(`{"rewards":[{"type":"buy_x_get_y","buy":{"quantity":2},"get":{"skus":["tea"]},"max_times":1000000}],"margin_floor":{"mode":"cap"}}`)
	f.Add(`{"rewards":[{"type":"free_item","sku":"mug","quantity":1000000,"every":{"amount":1},"currency":"EUR"}]}`)
	f.Add(`{"rewards":[{"type":"fixed_price","tiers_by":"list_amount","tiers":[{"from":1,"price":0}],"currency":"EUR"}],"priority":5,"exclusive":true}`)
	f.Fuzz(func(t *testing.T, s string) {
		var terms Terms
		if json.Unmarshal([]byte(s), &terms) != nil || terms.Check() != nil || len(terms.Rewards) > 5 {
			return
		}
		cart := cartOf(t, 490, "mug 1000000x9000000000 c800000000", "tea 999999x1", "pot 3x0")
		q := Price(cart, Applicant{Campaign: "camp_1", Terms: terms})[0]
		if q.Discount.Total < 0 || q.Discount.Total > cart.Totals.Total {
			t.Errorf("%d off %d", q.Discount.Total, cart.Totals.Total)
		}
	})
}
