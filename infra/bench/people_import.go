package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/lagniappe/lagniappe/infra/house"
)

// Import is what it takes to take in customers, a thousand a part, one part after
// the other: in this process, the emulator over loopback.
type Import struct {
	Customers int     `json:"customers"`
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"per_second"`
	Longest   float64 `json:"longest_part_seconds"`

	// Of a customer with a name, an address and an e-mail address.
	Requests float64 `json:"requests_each"`
	Write    float64 `json:"write_units_each"`
	Read     float64 `json:"read_units_each"`
}

// linesOfPart is how many customers a part has.
const linesOfPart = 1000

// usage sums what calls consumed.
type usage struct {
	mu          sync.Mutex
	requests    int
	write, read float64
}

func (u *usage) see(c house.Call) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.requests, u.write, u.read = u.requests+1, u.write+c.Write, u.read+c.Read
}

func (u *usage) forget() { u.requests, u.write, u.read = 0, 0, 0 }

func (s *stage) measureImport(ctx context.Context, customers int) (*Import, error) {
	used := &usage{}
	t, err := s.newTenant(ctx, house.Options{Seen: used.see})
	if err != nil {
		return nil, err
	}
	id, err := t.beginImport(ctx)
	if err != nil {
		return nil, err
	}
	used.forget()
	out, began := &Import{Customers: customers}, time.Now()
	for from := 0; from < customers; from += linesOfPart {
		at := time.Now()
		if err := t.importPart(ctx, id, from, min(linesOfPart, customers-from)); err != nil {
			return nil, err
		}
		out.Longest = max(out.Longest, time.Since(at).Seconds())
	}
	each := func(n float64) float64 { return n / float64(customers) }
	out.Seconds = time.Since(began).Seconds()
	out.PerSecond = float64(customers) / out.Seconds
	out.Requests, out.Write, out.Read = each(float64(used.requests)), each(used.write), each(used.read)
	return out, nil
}

func (t *tenant) beginImport(ctx context.Context) (string, error) {
	answer, err := t.do(ctx, call{"/v1/imports", `{"kind":"customers","on_existing":"replace"}`, http.StatusCreated, `"object":"import"`})
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	err = json.Unmarshal(answer, &made)
	return made.ID, err
}

// importPart sends customers from a number on; all have to be accepted.
func (t *tenant) importPart(ctx context.Context, id string, from, n int) error {
	var b strings.Builder
	b.WriteString("id,given_name,family_name,email,birthday,address.lines,address.postal_code,address.city,tags\n")
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&b, "c-%d,Anna,Nummer %d,anna-%d@example.org,1990-05-17,Lindenstraße %d,10969,Berlin,\"news,tier-%d\"\n", i, i, i, i%200, i%5)
	}
	path := fmt.Sprintf("/v1/imports/%s/parts/%d", id, from/linesOfPart+1)
	r := httptest.NewRequestWithContext(ctx, http.MethodPut, path, strings.NewReader(b.String()))
	r.Header.Set("Authorization", "Bearer "+t.key)
	r.Header.Set("Content-Type", "text/csv")
	w := httptest.NewRecorder()
	for range 5 { // a busy machine's table may be slow: the same part goes on
		w = httptest.NewRecorder()
		r.Body = io.NopCloser(strings.NewReader(b.String()))
		if t.house.ServeHTTP(w, r); w.Code != http.StatusServiceUnavailable {
			break
		}
	}
	if want := fmt.Sprintf(`"accepted":%d,`, n); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
		return fmt.Errorf("bench: PUT %s: %d without %s: %.300s", path, w.Code, want, w.Body)
	}
	return nil
}

func (r Report) printImport(w io.Writer) {
	title(w, "Taking in customers, a thousand a part, one part after the other")
	row(w, "customers", "seconds", "a second", "longest part, s", "requests each", "write units each", "read units each")
	i := r.Import
	row(w, i.Customers, i.Seconds, i.PerSecond, i.Longest, i.Requests, i.Write, i.Read)
}
