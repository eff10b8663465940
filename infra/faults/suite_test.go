package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/testbed"
	"github.com/lagniappe/lagniappe/internal/app"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// suite is what all tests share.
var suite struct {
	*testbed.Bed
	direct *house.House // without a proxy before its table
}

func TestMain(m *testing.M) {
	if os.Getenv(asFollower) != "" {
		followUp()
		return
	}
	if os.Getenv(asServer) != "" {
		serve()
		return
	}
	os.Exit(testbed.Main(m, testbed.Own, func(b *testbed.Bed) (err error) {
		suite.Bed = b
		suite.direct, err = newHouse(b.Endpoint)
		return err
	}))
}

func newHouse(endpoint string) (*house.House, error) {
	return house.New(house.Options{Template: suite.Template, Endpoint: endpoint, Now: app.Now, Secret: filepath.Join(suite.Dir, "secret")})
}

// stage is a house behind a proxy.
type stage struct {
	house  *house.House
	proxy  *Proxy
	script *bySpace
}

func newStage(t *testing.T) *stage {
	t.Helper()
	p, script := New(suite.Endpoint), &bySpace{}
	p.Play(script.play)
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	h, err := newHouse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &stage{h, p, script}
}

// newShop makes a shop, past the proxy, and gives its id and a secret test key.
func newShop(t *testing.T) (id, key string) {
	t.Helper()
	s, err := suite.direct.Operator.CreateShop(t.Context(), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	want := shop.Key{Kind: shop.Secret}
	if want.Scopes, err = shop.ScopesFor(want.Kind, nil); err != nil {
		t.Fatal(err)
	}
	key, _, err = suite.direct.Operator.CreateKey(t.Context(), shop.Space{Shop: s.ID}, want, idem.Key{})
	if err != nil {
		t.Fatal(err)
	}
	return s.ID, key
}

// object is a JSON object.
type object = map[string]any

// request is a call of the API.
type request struct {
	method, path string
	body         object
	idempotency  string // key
}

// reply is its answer.
type reply struct {
	status int
	header http.Header
	raw    string
	body   object
}

func (r reply) str(name string) string { s, _ := r.body[name].(string); return s }

func (r reply) num(name string) int { n, _ := r.body[name].(float64); return int(n) }

func (r reply) String() string { return fmt.Sprintf("%d %s", r.status, r.raw) }

func (q request) http(ctx context.Context, base, key string) *http.Request {
	var body bytes.Buffer
	csv, isCSV := q.body["csv"].(string)
	switch {
	case isCSV:
		body.WriteString(csv)
	case q.body != nil:
		_ = json.NewEncoder(&body).Encode(q.body) // of our own making
	}
	r := httptest.NewRequestWithContext(ctx, q.method, base+q.path, &body)
	r.RequestURI = "" // so that a client may send it
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	if isCSV {
		r.Header.Set("Content-Type", "text/csv")
	}
	if q.idempotency != "" {
		r.Header.Set("Idempotency-Key", q.idempotency)
	}
	return r
}

// ask sends a request to a house.
func ask(ctx context.Context, h http.Handler, key string, q request) reply {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, q.http(ctx, "", key))
	return newReply(w.Code, w.Header(), w.Body.Bytes())
}

func newReply(status int, header http.Header, raw []byte) reply {
	r := reply{status: status, header: header, raw: string(raw)}
	_ = json.Unmarshal(raw, &r.body) // a page is none
	return r
}
