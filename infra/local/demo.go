package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/lagniappe/lagniappe/infra/demo"
	"github.com/lagniappe/lagniappe/infra/house"
)

// job does the main job over HTTP and prints it.
type job struct {
	ctx  context.Context
	base string
	out  io.Writer
}

// demonstrate issues a coupon, validates it, redeems it, redeems it again (the
// same answer), and for another order (refused).
func demonstrate(ctx context.Context, base string, h *house.House, data string, out io.Writer) error {
	if err := demo.Seed(ctx, h.Operator); err != nil {
		return fmt.Errorf("%w (the tables are in %s)", err, data)
	}
	d := job{ctx, base, out}
	d.sayf("A demo shop (%s), its keys for the test side:\n\nexport SK=%s\nexport PK=%s\n", demo.ShopID, demo.SecretKey, demo.PublishableKey)
	campaign, err := d.do("A campaign: 10 % off, and the reason that the customer is told.", "/v1/campaigns", http.StatusCreated,
		`{"name": "Thank you", "rewards": [{"type": "percent_off", "percent_off": "10"}], "reason": {"de": "weil du uns Anna empfohlen hast", "en": "because you recommended us to Anna"}}`)
	if err != nil {
		return err
	}
	coupon, err := d.do("A coupon of it, for one customer.", "/v1/coupons", http.StatusCreated,
		fmt.Sprintf(`{"campaign": %q, "customer": "c-1001"}`, campaign["id"]))
	if err != nil {
		return err
	}
	return d.redeem(fmt.Sprint(coupon["code"]))
}

func (d job) redeem(code string) error {
	order := fmt.Sprintf("order-%d", time.Now().UnixMilli())
	steps := []struct {
		say, path, order string
		status           int
	}{
		{"Would it apply, and what would it take off? Nothing is used up by asking.", "/v1/validations", order, http.StatusOK},
		{"The customer orders: redeem it.", "/v1/redemptions", order, http.StatusCreated},
		{"The same once more (a retry, say): the same answer, and no second use.", "/v1/redemptions", order, http.StatusOK},
		{"Another order with the same code: refused, and why.", "/v1/redemptions", order + "-b", http.StatusConflict},
	}
	for _, s := range steps {
		body := fmt.Sprintf(`{"codes": [%q], "customer": "c-1001", "order": {"id": %q, "currency": "EUR", "shipping_amount": 490, `+
			`"lines": [{"id": "1", "sku": "mug", "quantity": 2, "unit_amount": 1950}, {"id": "2", "sku": "tea", "quantity": 1, "unit_amount": 1000}]}}`,
			code, s.order)
		if _, err := d.do(s.say, s.path, s.status, body); err != nil {
			return err
		}
	}
	d.sayf("\nIssued, redeemed once, refused after: as it should be. Thank you.\n")
	return nil
}

func (d job) sayf(format string, args ...any) { _, _ = fmt.Fprintf(d.out, format, args...) }

// do sends a POST and prints it with its answer, as a curl that can be repeated.
func (d job) do(say, path string, want int, body string) (map[string]any, error) {
	d.sayf("\n# %s\ncurl -s %s%s -H \"Authorization: Bearer $SK\" -H 'Content-Type: application/json' -d '%s'\n", say, d.base, path, body)
	r, err := http.NewRequestWithContext(d.ctx, http.MethodPost, d.base+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+demo.SecretKey)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("%s answered %d with no JSON: %s", path, res.StatusCode, raw)
	}
	d.sayf("→ %s\n%s\n", res.Status, pretty.String())
	if res.StatusCode != want {
		return nil, fmt.Errorf("%s answered %d, not %d", path, res.StatusCode, want)
	}
	var answer map[string]any
	return answer, json.Unmarshal(raw, &answer)
}
