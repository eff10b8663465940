package model

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// call sends a command.
func (m *market) call(ctx context.Context, h http.Handler, c command) answer {
	method, path, body := "POST", "", object(nil)
	switch c.kind {
	case issue:
		for i := range codes {
			if c.set.has(i) {
				body = m.coupon(i)
			}
		}
		path = "/v1/coupons"
	case validate:
		path, body = "/v1/validations", m.body(c)
	case redeem:
		path, body = "/v1/redemptions", m.body(c)
	case hold:
		path, body = "/v1/holds", m.body(c)
		body["expires_in"] = int(c.by.Seconds())
	case commit, release:
		path = "/v1/holds/hold_" + c.id + "/" + string(c.kind)
	case extend:
		path = "/v1/holds/hold_" + c.id + "/extend"
		body = object{"expires_at": time.UnixMilli(c.from).Add(c.by).UTC().Format(time.RFC3339Nano)}
	case rollBack:
		path, body = "/v1/redemptions/rdm_"+c.id+"/rollbacks", object{}
		if c.ret != "" {
			body["return"] = c.ret
		}
		var lines []object
		if c.quantity > 0 {
			lines = append(lines, object{"id": "1", "quantity": c.quantity})
		}
		if c.tea {
			lines = append(lines, object{"id": "2", "quantity": 1})
		}
		body["lines"] = lines
	case setLimit:
		method, path, body = "PATCH", "/v1/campaigns/"+m.campaigns[c.campaign], object{"max_redemptions": c.limit}
	case tick:
		m.clock.move(c.by)
		return answer{}
	case getHold:
		method, path = "GET", "/v1/holds/hold_"+c.id
	case get:
		method, path = "GET", "/v1/redemptions/rdm_"+c.id
	case count:
		method, path = "GET", "/v1/campaigns/"+m.campaigns[c.campaign]
	}
	return read(m.ask(ctx, h, method, path, body))
}

func (m *market) ask(ctx context.Context, h http.Handler, method, path string, body object) (int, object) {
	var sent bytes.Buffer
	if body != nil {
		_ = json.NewEncoder(&sent).Encode(body) // of our own making
	}
	r := httptest.NewRequestWithContext(ctx, method, path, &sent)
	r.Header.Set("Authorization", "Bearer "+m.key)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var doc object
	_ = json.Unmarshal(w.Body.Bytes(), &doc)
	return w.Code, doc
}

// read keeps of an answer what the model speaks of.
func read(status int, doc object) answer {
	text := func(name string) string { s, _ := doc[name].(string); return s }
	number := func(name string) int64 { n, _ := doc[name].(float64); return int64(n) }
	a := answer{status: status, lost: status == http.StatusServiceUnavailable, raw: fmt.Sprint(doc)}
	if status >= 400 {
		a.problem = text("code")
		return a
	}
	_, a.id, _ = strings.Cut(text("id"), "_")
	a.state, a.discount, a.number = text("status"), number("discount"), number("times_redeemed")+number("discount_rolled_back")
	a.spent = number("budget_spent")
	a.yes = doc["valid"] == true || doc["complete"] == true
	if until, err := time.Parse(time.RFC3339Nano, text("expires_at")); err == nil && a.state != "" {
		a.until = until.UnixMilli()
	}
	return a
}
