package faults

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// trial is a fault, and which requests meet it.
type trial struct {
	name   string
	match  func(Call) bool
	faults []Fault
}

// long is more often than the SDK and the store try, so that the caller sees the outage.
const long = 9

// trials meet the first write, the first read, or nine writes in a row. A
// conflict that hides whether the first try was committed is one of its own: the
// store then asks again, under another token.
func trials() []trial {
	var out []trial
	for _, f := range All() {
		out = append(out, trial{f.String(), Writes, []Fault{f}})
	}
	for _, f := range []Fault{CutBefore, CutAfter, Throttle, Conflict, ErrorAfter} {
		out = append(out, trial{f.String() + ", long", Writes, slices.Repeat([]Fault{f}, long)})
	}
	for _, f := range []Fault{CutAfter, Throttle} {
		out = append(out, trial{f.String() + ", of a read", Reads, []Fault{f}})
	}
	for _, f := range []Fault{CutAfter, ErrorAfter} {
		out = append(out, trial{f.String() + ", then conflict", Writes, []Fault{f, Conflict}})
	}
	return out
}

func (x trial) long() bool { return len(x.faults) == long }

// spared are those trials of a path that are left to `make soak`: of faults one
// after the other, each path meets two kinds, by turns.
func spared(path, trial int, x trial) bool {
	return len(x.faults) > 1 && !lasting() && (path+trial)%3 != 0
}

// lingers tells whether a copy of a request may arrive when all seems over.
func (x trial) lingers() bool {
	return slices.ContainsFunc(x.faults, func(f Fault) bool { return f == Late || f == LateAnew || f == Overtaken })
}

// cell is one write path under one trial, in a shop of its own.
type cell struct {
	t     *testing.T
	stage *stage
	shop  string
	key   string
	vars  map[string]string // what arrange leaves for act and check
}

// path is a way to change rows.
type path struct {
	name    string
	arrange func(*cell)
	act     func(*cell) request
	call    func(*cell) reply // in the place of act: not over HTTP
	check   func(*cell, reply)
	// after goes on from there; what stands then is checked by settled, when
	// late copies of the first requests have arrived.
	after   func(*cell)
	settled func(*cell)
	// keyless calls have nothing that names them, so that two of the caller's are two.
	keyless bool
	// refusal is the problem that a second call answers, where it is not the first answer.
	refusal string
}

// TestMatrix sends every write path through every fault: there is one effect,
// the answer is the first answer, no outage is a 500, and every 503 says when to
// come back. At the end every counter is what the rows say.
func TestMatrix(t *testing.T) {
	owners := &owners{}
	var jobs []func()
	short := newStage(t)
	for n, x := range trials() {
		s := short
		if x.long() { // it uses up what the SDK's clients may retry
			s = newStage(t)
		}
		for i, p := range paths() {
			if p.keyless && x.long() || spared(i, n, x) {
				continue
			}
			jobs = append(jobs, func() {
				t.Run(p.name+"/"+x.name, func(t *testing.T) {
					c := newCell(t, s)
					owners.add(c)
					c.live(p, x)
				})
			})
		}
	}
	sideBySide(32, jobs)
	drifts, err := Audit(t.Context(), suite.direct.Client)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range drifts {
		t.Errorf("%s: %v", owners.of(d), d)
	}
}

func newCell(t *testing.T, s *stage) *cell {
	t.Helper()
	c := &cell{t: t, stage: s, vars: map[string]string{}}
	c.shop, c.key = newShop(t)
	return c
}

// live is the life of a cell.
func (c *cell) live(p path, x trial) {
	c.t.Helper()
	if p.arrange != nil {
		p.arrange(c)
	}
	c.stage.script.arm(c.mark(), InTurn(x.match, x.faults...))
	first := c.insist(p)
	c.stage.script.disarm(c.mark())
	if first.status >= 400 && (p.refusal == "" || first.str("code") != p.refusal) {
		c.t.Fatalf("answered %v", first)
	}
	if !p.keyless {
		c.again(p, first)
	}
	p.check(c, first)
	if !x.lingers() {
		return
	}
	c.stage.proxy.Haunt(c.t.Context(), c.mine)
	p.check(c, first)
	if p.after != nil {
		p.after(c)
		c.stage.proxy.Haunt(c.t.Context(), c.mine)
		p.settled(c)
	}
}

// mark stands in every request about the cell's rows, and in no other's.
func (c *cell) mark() string { return c.shop[len("shop_"):] + "#" }

func (c *cell) mine(x Call) bool { return bytes.Contains(x.Body, []byte(c.mark())) }

// maxAsks bounds how often a caller asks again.
const maxAsks = 12

// insist asks as a caller does, until there is an answer that is no outage.
func (c *cell) insist(p path) reply {
	c.t.Helper()
	for range maxAsks {
		r := c.once(p)
		switch {
		case r.status == 503 && r.header.Get("Retry-After") == "":
			c.t.Errorf("no Retry-After: %v", r)
		case r.status >= 500 && r.status != 503:
			c.t.Errorf("answered %v", r)
		case r.status < 500:
			return r
		}
		c.vars["outage"] = "seen"
	}
	c.t.Fatalf("still out after %d calls", maxAsks)
	return reply{}
}

func (c *cell) once(p path) reply {
	if p.call != nil {
		return p.call(c)
	}
	return ask(c.t.Context(), c.stage.house, c.key, p.act(c))
}

// again compares with a second call, which nothing disturbs.
func (c *cell) again(p path, first reply) {
	c.t.Helper()
	second := c.once(p)
	if p.refusal != "" {
		if second.str("code") != p.refusal {
			c.t.Errorf("a second call answers %v, not %s", second, p.refusal)
		}
		return
	}
	if fmt.Sprint(first.lasting()) != fmt.Sprint(second.lasting()) {
		c.t.Errorf("the first answer was\n%v\nthe second\n%v", first, second)
	}
}

// lasting leaves out what is shown once, and what each change makes anew.
func (r reply) lasting() object {
	out := maps.Clone(r.body)
	for _, name := range []string{"key", "secret_available", "token", "updated_at", "limit_changes"} { // the second call may have finished a change
		delete(out, name)
	}
	return out
}

// do is a call of which nothing goes wrong.
func (c *cell) do(method, path string, body object) reply {
	c.t.Helper()
	r := ask(c.t.Context(), c.stage.house, c.key, request{method: method, path: path, body: body})
	if r.status >= 300 {
		c.t.Fatalf("%s %s answers %v", method, path, r)
	}
	return r
}

// equal compares one thing.
func (c *cell) equal(what string, got, want any) {
	c.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		c.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// bySpace gives each shop a script of its own.
type bySpace struct {
	mu      sync.Mutex
	scripts map[string]Script
}

func (b *bySpace) arm(mark string, s Script) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.scripts == nil {
		b.scripts = map[string]Script{}
	}
	b.scripts[mark] = s
}

func (b *bySpace) disarm(mark string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.scripts, mark)
}

func (b *bySpace) play(c Call) Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	for mark, s := range b.scripts {
		if bytes.Contains(c.Body, []byte(mark)) {
			return s(c)
		}
	}
	return None
}

// owners tells which cell a drifting row belongs to.
type owners struct {
	mu    sync.Mutex
	cells []*cell
}

func (o *owners) add(c *cell) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cells = append(o.cells, c)
}

func (o *owners) of(d Drift) string {
	for _, c := range o.cells {
		if strings.HasPrefix(d.Key, c.mark()) {
			return c.t.Name()
		}
	}
	return "no cell"
}

// sideBySide runs jobs that mostly wait.
func sideBySide(width int, jobs []func()) {
	queue := make(chan func())
	var wg sync.WaitGroup
	for range width {
		wg.Go(func() {
			for job := range queue {
				job()
			}
		})
	}
	for _, job := range jobs {
		queue <- job
	}
	close(queue)
	wg.Wait()
}

// asReply is what web would make of it, for a path that is not over HTTP.
func asReply(body object, err error) reply {
	f, known := fault.As(err)
	switch {
	case err == nil:
		return reply{status: 201, body: body}
	case known && f.Kind == fault.Unavailable:
		return reply{status: 503, header: map[string][]string{"Retry-After": {"1"}}}
	case known && f.Kind == fault.Conflict:
		return reply{status: 409, body: object{"code": f.Code}}
	}
	return reply{status: 500, raw: err.Error()}
}
