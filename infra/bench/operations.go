package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/lagniappe/lagniappe/internal/coupon"
)

// call is a request and what its answer must be, so that a refused call is
// never counted as a fast one.
type call struct {
	path, body string // the path with its method before it, unless that is POST; or a row that is followed
	status     int
	has        string // a part of the answer's body
}

// do sends the call with the tenant's key and gives the answer's body.
func (t *tenant) do(ctx context.Context, c call) ([]byte, error) {
	if row, ok := strings.CutPrefix(c.path, follow); ok {
		return nil, t.follow(ctx, row)
	}
	method, path, ok := strings.Cut(c.path, " ")
	if !ok {
		method, path = http.MethodPost, c.path
	}
	r, err := http.NewRequestWithContext(ctx, method, path, strings.NewReader(c.body)) // that of httptest is written and parsed again
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+t.key)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	t.house.ServeHTTP(w, r)
	if w.Code != c.status || !strings.Contains(w.Body.String(), c.has) {
		return nil, fmt.Errorf("bench: %s %s: %d instead of %d %s: %s", c.path, c.body, w.Code, c.status, c.has, w.Body)
	}
	return w.Body.Bytes(), nil
}

// operation makes calls of one kind, each of which can be sent once.
type operation struct {
	name  string
	calls func(ctx context.Context, n int) ([]call, error)
}

// slotted are the numbers of slots that a shared code's limit is measured with.
var slotted = []int{1, 8, 64}

// goods are what the tenant's calls are made of.
type goods struct {
	*tenant
	plain  coupon.Campaign
	shared map[int]string // a code by the number of slots of its limit; 0: no limit
	batch  *coupon.Coder
	orders atomic.Int64

	segmentID string // that everybody is in
}

func (t *tenant) goods(ctx context.Context) (*goods, error) {
	g := &goods{tenant: t, shared: map[int]string{}}
	var err error
	if g.plain, err = t.campaign(ctx, 0); err != nil {
		return nil, err
	}
	if _, err = t.coupon(ctx, g.plain, ""); err != nil { // the first issue marks the campaign
		return nil, err
	}
	g.plain.Issued = true
	if g.batch, err = t.batch(ctx, g.plain); err != nil {
		return nil, err
	}
	for _, k := range append([]int{0}, slotted...) {
		c, err := t.campaign(ctx, k)
		if err != nil {
			return nil, err
		}
		g.shared[k] = "FAMOUS" + rand.Text()[:6] // the shop may have others from another part of the run
		if _, err := t.coupon(ctx, c, g.shared[k]); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// operations in the order of the table.
func (g *goods) operations() []operation {
	ops := append(g.raced(), g.joint()...)
	ops = append(ops, g.batched()...)
	ops = append(append(ops, g.ordered()...), g.stored()...)
	return append(ops, g.segmented()...)
}

// raced are those whose speed is measured, too: one call of a shop's each. The others
// do more, or what follows later.
func (g *goods) raced() []operation {
	ops := []operation{{"issue", g.issues}, {"validate unique", g.validations}}
	for _, k := range slotted {
		ops = append(ops, operation{fmt.Sprintf("validate shared, K = %d", k), g.sharedValidations(k)})
	}
	ops = append(ops, operation{"redeem unique", g.redemptions}, operation{"redeem shared, no limit", g.sharedRedemptions(0)})
	for _, k := range slotted {
		ops = append(ops, operation{fmt.Sprintf("redeem shared, K = %d", k), g.sharedRedemptions(k)})
	}
	ops = append(ops, operation{"redeem shared, each customer's", g.personalRedemptions})
	return append(ops, operation{"replay", g.replays}, operation{"refusal", g.refusals}, operation{"rollback", g.rollbacks})
}

func (g *goods) issues(_ context.Context, n int) ([]call, error) {
	return each(n, func(int) call {
		return call{"/v1/coupons", fmt.Sprintf(`{"campaign":%q}`, g.plain.ID), http.StatusCreated, `"object":"coupon"`}
	}), nil
}

func (g *goods) validations(ctx context.Context, n int) ([]call, error) {
	codes, err := g.codes(ctx, 1)
	return each(n, func(int) call { return g.validation(codes[0]) }), err
}

func (g *goods) sharedValidations(k int) func(context.Context, int) ([]call, error) {
	return func(_ context.Context, n int) ([]call, error) {
		return each(n, func(int) call { return g.validation(g.shared[k]) }), nil
	}
}

func (g *goods) redemptions(ctx context.Context, n int) ([]call, error) {
	codes, err := g.codes(ctx, n)
	return each(n, func(i int) call { return g.redemption(codes[i]) }), err
}

func (g *goods) sharedRedemptions(k int) func(context.Context, int) ([]call, error) {
	return func(_ context.Context, n int) ([]call, error) {
		return each(n, func(int) call { return g.redemption(g.shared[k]) }), nil
	}
}

// personalRedemptions are of a code that each customer has once, for as many customers.
func (g *goods) personalRedemptions(ctx context.Context, n int) ([]call, error) {
	c, err := g.perCustomer(ctx)
	if err != nil {
		return nil, err
	}
	code := "EACHONE" + rand.Text()[:6]
	_, err = g.coupon(ctx, c, code)
	return each(n, func(int) call {
		body := fmt.Sprintf(`{"codes":[%q],"customer":%q,"order":%s}`, code, rand.Text(), g.order())
		return call{"/v1/redemptions", body, http.StatusCreated, `"status":"redeemed"`}
	}), err
}

// used are redemptions that were made, and their ids.
func (g *goods) used(ctx context.Context, n int) (made []call, ids []string, err error) {
	if made, err = g.redemptions(ctx, n); err != nil {
		return nil, nil, err
	}
	ids = make([]string, n)
	return made, ids, side(n, func(i int) error {
		answer, err := g.do(ctx, made[i])
		if err != nil {
			return err
		}
		var r coupon.Redemption
		err = json.Unmarshal(answer, &r)
		ids[i] = r.ID
		return err
	})
}

// few are enough where a call changes nothing: replays and refusals go round them.
const few = 32

func (g *goods) replays(ctx context.Context, n int) ([]call, error) {
	made, _, err := g.used(ctx, min(n, few))
	if err != nil {
		return nil, err
	}
	return each(n, func(i int) call {
		c := made[i%few]
		c.status = http.StatusOK
		return c
	}), nil
}

func (g *goods) refusals(ctx context.Context, n int) ([]call, error) {
	codes, err := g.codes(ctx, min(n, few))
	if err != nil {
		return nil, err
	}
	for _, code := range codes {
		if _, err := g.do(ctx, g.redemption(code)); err != nil {
			return nil, err
		}
	}
	return each(n, func(i int) call {
		c := g.redemption(codes[i%few])
		c.status, c.has = http.StatusConflict, `"quantity_exceeded"`
		return c
	}), nil
}

func (g *goods) rollbacks(ctx context.Context, n int) ([]call, error) {
	_, ids, err := g.used(ctx, n)
	if err != nil {
		return nil, err
	}
	return each(n, func(i int) call {
		return call{"/v1/redemptions/" + ids[i] + "/rollbacks", `{}`, http.StatusCreated, `"object":"rollback"`}
	}), nil
}

func (g *goods) validation(code string) call {
	return call{"/v1/validations", g.use(code), http.StatusOK, `"valid":true`}
}

func (g *goods) redemption(code string) call {
	return call{"/v1/redemptions", g.use(code), http.StatusCreated, `"status":"redeemed"`}
}

// use is a fresh order of two lines, as a shop sends it.
func (g *goods) use(code string) string {
	return fmt.Sprintf(`{"codes":[%q],"order":%s}`, code, g.order())
}

func (g *goods) order() string {
	return fmt.Sprintf(`{"id":"order-%d","currency":"EUR","shipping_amount":490,"lines":[`+
		`{"id":"1","sku":"mug","quantity":2,"unit_amount":1950},{"id":"2","sku":"tea","quantity":1,"unit_amount":1000}]}`,
		g.orders.Add(1))
}

// codes issues coupons of the plain campaign.
func (g *goods) codes(ctx context.Context, n int) ([]string, error) {
	out := make([]string, n)
	return out, side(n, func(i int) error {
		c, err := g.coupon(ctx, g.plain, "")
		out[i] = c.Code
		return err
	})
}

func each(n int, make1 func(int) call) []call {
	var out []call
	for i := range n {
		out = append(out, make1(i))
	}
	return out
}

// side runs preparations side by side.
func side(n int, f func(int) error) error {
	var g errgroup.Group
	g.SetLimit(16)
	for i := range n {
		g.Go(func() error { return f(i) })
	}
	return g.Wait()
}
