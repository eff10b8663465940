// Package faults stands between the SDK and the table and lets go wrong what
// goes wrong there: connections cut before and after the commit, answers that
// come late, throttles, conflicts, errors of the server, requests that arrive
// twice, or once more when everybody has forgotten them. The emulator makes
// none of these itself.
//
// A [Script] says which request meets which [Fault]. The tests send every write
// path through every fault, and [Audit] recomputes the counters afterwards.
package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Call is one request of the SDK.
type Call struct {
	Op   string // the API action: UpdateItem
	Body []byte

	header http.Header
	path   string
}

// Writes tells whether the call changes rows.
func (c Call) Writes() bool {
	switch c.Op {
	case "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem":
		return true
	}
	return false
}

// Script says what happens to a call. It is asked once for each, from many goroutines.
type Script func(Call) Fault

// Proxy forwards to a table what its script lets pass.
type Proxy struct {
	table  string
	client *http.Client

	mu     sync.Mutex
	script Script
	late   []*lateCall
}

// lateCall is a request that will arrive once more.
type lateCall struct {
	call Call
	wait int // for so many further requests; 0 and below: it was sent
}

// lateBy is after how many further requests a late copy arrives.
const lateBy = 2

// New makes a proxy before the table at that endpoint. Without a script all passes.
func New(table string) *Proxy {
	transport := &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256}
	return &Proxy{table: table, client: &http.Client{Transport: transport}, script: Pass}
}

// Pass lets everything through.
func Pass(Call) Fault { return None }

// Play changes the script.
func (p *Proxy) Play(s Script) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script = s
}

// ServeHTTP implements http.Handler. A cut connection is a panic that net/http
// knows: it closes the connection without an answer.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	c := Call{Op: op, Body: body, header: r.Header, path: r.URL.Path}
	p.mu.Lock()
	script := p.script
	p.mu.Unlock()
	p.deliverLate(r.Context())
	p.meet(r.Context(), script(c), c).write(w)
}

// delay is long beside a request to the table and short beside its timeout.
const delay = 100 * time.Millisecond

// meet does to a call what its fault says, and gives the answer. What has
// arrived at the table its sender cannot take back.
func (p *Proxy) meet(ctx context.Context, f Fault, c Call) answer {
	arrived := context.WithoutCancel(ctx)
	switch f {
	case Delay:
		time.Sleep(delay) // slowness is what is to be shown
	case Late:
		p.keep(c)
	case LateAnew:
		p.keep(c.anew())
	case CutAfter, Overtaken:
		if f == Overtaken {
			<-ctx.Done() // the SDK gave up, and sends it again
			p.keep(c)
		}
		p.forward(arrived, c)
		return cut
	case ErrorAfter:
		p.forward(arrived, c)
		return internalError()
	case Duplicate:
		return p.twice(arrived, c, c)
	case DuplicateAnew:
		return p.twice(arrived, c, c.anew())
	case None:
	default:
		return refusal(f, c)
	}
	return p.forward(ctx, c)
}

// twice answers what the first was answered.
func (p *Proxy) twice(ctx context.Context, c, again Call) answer {
	first := p.forward(ctx, c)
	p.forward(ctx, again)
	return first
}

// forward asks the table. What does not reach it is cut.
func (p *Proxy) forward(ctx context.Context, c Call) answer {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.table+c.path, bytes.NewReader(c.Body))
	if err != nil {
		return cut
	}
	r.Header = c.header.Clone()
	res, err := p.client.Do(r)
	if err != nil {
		return cut
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return cut
	}
	return answer{res.StatusCode, res.Header, body}
}

// anew is the call without its token, as a later try of the caller's sends it:
// the table cannot tell it from another.
func (c Call) anew() Call {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(c.Body, &fields); err != nil {
		return c
	}
	delete(fields, "ClientRequestToken")
	if body, err := json.Marshal(fields); err == nil {
		c.Body = body
	}
	return c
}

func (p *Proxy) keep(c Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late = append(p.late, &lateCall{c, lateBy})
}

// deliverLate counts a request, and sends what has waited for it.
func (p *Proxy) deliverLate(ctx context.Context) {
	p.mu.Lock()
	var due []Call
	for _, l := range p.late {
		if l.wait--; l.wait == 0 {
			due = append(due, l.call)
		}
	}
	p.mu.Unlock()
	p.sendAll(ctx, due)
}

// Haunt sends every late copy that matches once more.
func (p *Proxy) Haunt(ctx context.Context, match func(Call) bool) {
	p.mu.Lock()
	var due []Call
	for _, l := range p.late {
		if match(l.call) {
			due = append(due, l.call)
		}
	}
	p.mu.Unlock()
	p.sendAll(ctx, due)
}

// Lingered tells whether a late copy matches.
func (p *Proxy) Lingered(match func(Call) bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.late, func(l *lateCall) bool { return match(l.call) })
}

func (p *Proxy) sendAll(ctx context.Context, calls []Call) {
	for _, c := range calls {
		p.forward(context.WithoutCancel(ctx), c) // nobody waits for the answer
	}
}
