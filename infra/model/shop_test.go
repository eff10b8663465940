package model

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// object is a JSON object.
type object = map[string]any

// market is a shop with the campaigns and codes of a test.
type market struct {
	key       string
	clock     *clock
	campaigns [len(campaigns)]string
	codes     [len(codes)]string
}

func newMarket(ctx context.Context, h http.Handler, name string, c *clock) (*market, error) {
	key, err := newShop(ctx, name)
	if err != nil {
		return nil, err
	}
	m := &market{key: key, clock: c}
	for k, def := range campaigns {
		m.campaigns[k] = m.must(ctx, h, &err, "/v1/campaigns", def.body())
	}
	for i, def := range codes {
		m.codes[i] = def.named
		if !def.later {
			m.codes[i] = m.must(ctx, h, &err, "/v1/coupons", m.coupon(i))
		}
	}
	for n := range campaigns[4].before {
		body := m.body(command{order: -1 - int(n), set: 1 << 7, who: int(n)})
		m.must(ctx, h, &err, "/v1/redemptions", body)
	}
	return m, err
}

// must gives the code, or else the id, of what was made.
func (m *market) must(ctx context.Context, h http.Handler, err *error, path string, body object) string {
	status, doc := m.ask(ctx, h, "POST", path, body)
	if status != 201 {
		*err = errors.Join(*err, fmt.Errorf("%s answers %d %v", path, status, doc))
	}
	if code, ok := doc["code"].(string); ok {
		return code
	}
	id, _ := doc["id"].(string)
	return id
}

func (c campaign) body() object {
	o := object{
		"name": "model", "reason": object{"de": "danke", "en": "thank you"},
		"rewards": []object{{"type": "amount_off", "amount_off": c.off, "currency": "EUR", "applies_to": object{"skus": []string{"mug"}}}},
	}
	if c.off == 0 {
		o["rewards"] = []object{{"type": "service", "service": object{"de": "signiert", "en": "signed"}}}
	}
	if c.budget > 0 {
		o["budget"] = object{"amount": c.budget, "currency": "EUR"}
	}
	if c.most > 0 {
		o["max_redemptions"] = c.most
	}
	if c.each > 0 {
		o["max_redemptions_per_customer"] = c.each
	}
	if c.keeps {
		o["on_cancel"] = "keep"
	}
	return o
}

func (m *market) coupon(i int) object {
	o := object{"campaign": m.campaigns[codes[i].campaign]}
	if codes[i].named != "" {
		o["code"] = codes[i].named
	}
	return o
}

// body is what redemptions, holds and validations have in common.
func (m *market) body(c command) object {
	var list []string
	for i := range codes {
		if c.set.has(i) {
			list = append(list, m.codes[i])
		}
	}
	return object{"codes": list, "customer": fmt.Sprint("c-", c.who), "order": object{
		"id": fmt.Sprintf("order.%d.", c.order), "currency": "EUR", "lines": []object{
			{"id": "1", "sku": "mug", "quantity": items(c.variant), "unit_amount": 2000},
			{"id": "2", "sku": "tea", "quantity": 1, "unit_amount": 1000},
		},
	}}
}
