package expression

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lagniappe/lagniappe/internal/fault"
	"github.com/lagniappe/lagniappe/internal/money"
)

// The dearest expression that is permitted, on the largest order.
func TestBoundedTime(t *testing.T) {
	env := environment()
	for len(env.Lines) < most {
		env.Lines = append(env.Lines, env.Lines[0])
	}
	p, err := compile(strings.Repeat("all(lines, ", 2) + ".quantity >= 0))")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if ok, err := p.Holds(env); err != nil || !ok {
		t.Fatal(ok, err)
	}
	d := time.Since(began)
	t.Logf("%v", d)
	if d > time.Second {
		t.Errorf("%v", d)
	}
}

func TestCompiledOnce(t *testing.T) {
	a, err := cached("order.quantity > 17")
	b, again := cached("order.quantity > 17")
	if err != nil || again != nil || a != b {
		t.Errorf("%v %v", err, again)
	}
	for i := range 2 * kept {
		if _, err := cached(fmt.Sprintf("order.quantity > %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := compiled().Len(); n != kept {
		t.Errorf("%d are kept", n)
	}
}

// Whatever is sent, there is an answer: no panic, and no number that is none of ours.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		`any(lines, .quantity >= 3 and "mugs" in .categories)`, "order.subtotal * 2 > 1", "let a = 1; a == 1", "((((", "sum(lines, .amount) % 0 == 1",
		"max(map(lines, .amount)) > 1", "true ? true : false", "$env", "#", "\x00", "not (not true)", "{\"a\": 1}", "[1,2][0] == 1", "a?.b ?? c", "1 | len()",
	} {
		f.Add(seed)
	}
	env := environment()
	f.Fuzz(func(t *testing.T, text string) {
		p, err := compile(text)
		if err != nil {
			if f, ok := fault.As(err); !ok || f.Kind != fault.Invalid {
				t.Errorf("%v", err)
			}
			return
		}
		began := time.Now()
		_, _ = p.Holds(env)
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("%v for %q", d, text)
		}
	})
}

func TestWithin(t *testing.T) {
	for n, ok := range map[int]bool{money.Max: true, -money.Max: true, money.Max + 1: false, -money.Max - 1: false} {
		if _, err := within(n, true); (err == nil) != ok {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func BenchmarkHolds(b *testing.B) {
	p, err := compile(`any(lines, .quantity >= 3 and "mugs" in .categories) and order.subtotal * 2 > 10000`)
	if err != nil {
		b.Fatal(err)
	}
	env := environment()
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := p.Holds(env); !ok || err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := compile(`any(lines, .quantity >= 3 and "mugs" in .categories) and order.subtotal * 2 > 10000`); err != nil {
			b.Fatal(err)
		}
	}
}
