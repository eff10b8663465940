// Package e2e tests the whole house over HTTP: the functions as template.yaml
// routes them, the real store, and the table emulator. Each test has a shop of
// its own; the clock can be moved.
package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/testbed"
	"github.com/lagniappe/lagniappe/internal/app"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// suite is what all tests share.
var suite struct {
	*testbed.Bed
	secret string
	log    *lockedBuffer
	calls  *calls
}

func TestMain(m *testing.M) {
	os.Exit(testbed.Main(m, testbed.Given, func(b *testbed.Bed) error {
		suite.Bed, suite.secret = b, filepath.Join(b.Dir, "secret")
		suite.log, suite.calls = &lockedBuffer{}, &calls{}
		return nil
	}))
}

func newHouse(now func() time.Time) (*house.House, error) {
	return house.New(house.Options{
		Template: suite.Template, Endpoint: suite.Endpoint, Now: now, Secret: suite.secret,
		Log: slog.New(slog.NewJSONHandler(suite.log, nil)), Metrics: metric.Sink{Stack: "e2e"}, Seen: suite.calls.add,
		Client: patient,
	})
}

// patient lets an attempt wait for the table, on whatever machine: the suite
// counts answers, and an attempt that is given up has another.
func patient(o *dynamodb.Options) {
	o.HTTPClient = o.HTTPClient.(*awshttp.BuildableClient).WithTimeout(time.Minute)
}

// calls collects what the functions asked of DynamoDB.
type calls struct {
	mu   sync.Mutex
	list []house.Call
}

func (c *calls) add(call house.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, call)
}

// since gives the calls of one function after the first n.
func (c *calls) since(n int, function string) []house.Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []house.Call
	for _, call := range c.list[n:] {
		if call.Function == function {
			out = append(out, call)
		}
	}
	return out
}

func (c *calls) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.list)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// clock can be moved forward.
type clock struct {
	mu      sync.Mutex
	ahead   time.Duration
	stopped time.Time // where it is not zero
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped.IsZero() {
		return c.stopped.Add(c.ahead)
	}
	return app.Now().Add(c.ahead)
}

// stop lets it stand still at a moment.
func (c *clock) stop(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped, c.ahead = at, 0
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// tenant is a shop of a test, with its own instances of all functions.
type tenant struct {
	t     *testing.T
	house *house.House
	clock *clock
	shop  shop.Shop
	sk    string // secret test key
	pk    string // publishable test key
	live  string // secret live key
}

func newTenant(t *testing.T) *tenant {
	t.Helper()
	c := &clock{}
	h, err := newHouse(c.now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.Operator.CreateShop(t.Context(), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	n := &tenant{t: t, house: h, clock: c, shop: s}
	n.sk, _ = n.key(shop.Key{Kind: shop.Secret}, false)
	n.pk, _ = n.key(shop.Key{Kind: shop.Publishable}, false)
	n.live, _ = n.key(shop.Key{Kind: shop.Secret}, true)
	return n
}

// key makes a key as the operator does.
func (n *tenant) key(want shop.Key, live bool) (string, shop.Key) {
	n.t.Helper()
	var err error
	if want.Scopes, err = shop.ScopesFor(want.Kind, want.Scopes); err != nil {
		n.t.Fatal(err)
	}
	token, k, err := n.house.Operator.CreateKey(n.t.Context(), shop.Space{Shop: n.shop.ID, Live: live}, want, idem.Key{})
	if err != nil {
		n.t.Fatal(err)
	}
	return token, k
}

// object is a JSON object.
type object = map[string]any

// answer is a response.
type answer struct {
	t      *testing.T
	Status int
	Header http.Header
	Raw    string
	Body   object
}

// do sends a request with the tenant's secret test key.
func (n *tenant) do(method, path string, body any, header ...string) answer {
	n.t.Helper()
	return n.as(n.sk, method, path, body, header...)
}

// as sends a request with some key; header are pairs of name and value.
func (n *tenant) as(key, method, path string, body any, header ...string) answer {
	n.t.Helper()
	r := httptest.NewRequestWithContext(n.t.Context(), method, path, encode(n.t, body))
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return n.send(r)
}

func (n *tenant) send(r *http.Request) answer {
	n.t.Helper()
	w := httptest.NewRecorder()
	n.house.ServeHTTP(w, r)
	a := answer{t: n.t, Status: w.Code, Header: w.Header(), Raw: w.Body.String()}
	_ = json.Unmarshal(w.Body.Bytes(), &a.Body) // pages are not JSON
	return a
}

func encode(t *testing.T, body any) io.Reader {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return http.NoBody
	case string:
		return bytes.NewBufferString(b)
	}
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b)
}

// want checks the status, and for problems the code.
func (a answer) want(status int, code ...string) answer {
	a.t.Helper()
	if a.Status != status || len(code) > 0 && a.Body["code"] != code[0] {
		a.t.Fatalf("got %d, want %d %v:\n%s", a.Status, status, code, a.Raw)
	}
	return a
}

// str gives a field of the answer.
func (a answer) str(name string) string {
	a.t.Helper()
	s, ok := a.Body[name].(string)
	if !ok {
		a.t.Fatalf("no text %q in %s", name, a.Raw)
	}
	return s
}

func (a answer) num(name string) int64 {
	a.t.Helper()
	f, ok := a.Body[name].(float64)
	if !ok {
		a.t.Fatalf("no number %q in %s", name, a.Raw)
	}
	return int64(f)
}

// with overlays an object with more fields; nil removes one.
func with(o object, more object) object {
	out := maps.Clone(o)
	if out == nil {
		out = object{}
	}
	for k, v := range more {
		if v == nil {
			delete(out, k)
			continue
		}
		out[k] = v
	}
	return out
}

// tenPercent is the simplest campaign.
func tenPercent() object {
	return object{
		"name":    "Ten percent",
		"rewards": []object{{"type": "percent_off", "percent_off": "10"}},
		"reason":  object{"de": "weil du uns Anna empfohlen hast", "en": "because you recommended us to Anna"},
	}
}

// campaign creates one and gives its id.
func (n *tenant) campaign(more object) string {
	n.t.Helper()
	return n.do("POST", "/v1/campaigns", with(tenPercent(), more)).want(201).str("id")
}

// coupon issues one and gives it.
func (n *tenant) coupon(campaign string, more object) answer {
	n.t.Helper()
	return n.do("POST", "/v1/coupons", with(object{"campaign": campaign}, more)).want(201)
}

// cart is an order of two lines: 2 × 19.50 and 1 × 10.00, 4.90 shipping, 53.90 in all.
func cart(id string) object {
	o := object{
		"currency": "EUR", "shipping_amount": 490,
		"lines": []object{
			{"id": "1", "sku": "mug", "quantity": 2, "unit_amount": 1950},
			{"id": "2", "sku": "tea", "quantity": 1, "unit_amount": 1000},
		},
	}
	if id != "" {
		o["id"] = id
	}
	return o
}

// use is the body of a validation or redemption.
func use(code, order string, more ...object) object {
	o := object{"codes": []string{code}, "order": cart(order)}
	for _, m := range more {
		o = with(o, m)
	}
	return o
}
