package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// No operation asks more of DynamoDB, or allocates more, than baseline.json says.
func TestCounts(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates, too: make bench-check")
	}
	s, err := newStage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	counts, err := s.measureCounts(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkBaseline(counts); err != nil {
		t.Error(err)
	}
	for _, c := range counts {
		t.Logf("%-24s %d requests, %v write units, %v read units, %.1f allocations of our own",
			c.Operation, c.Requests, c.Write, c.Read, c.OwnAllocs())
	}
}

func TestRegressionsAreNamed(t *testing.T) {
	base := []kept{{"redeem", 1, 1, 0, 100}}
	same := Count{Operation: "redeem", Requests: 1, Write: 1, Allocs: 400, SDKAllocs: 300}
	for name, c := range map[string]struct {
		change func(*Count)
		says   string // nothing: it is fine
	}{
		"the same":         {func(*Count) {}, ""},
		"better":           {func(c *Count) { c.Write = 0.5 }, ""},
		"a few allocs":     {func(c *Count) { c.Allocs += 6 }, ""},
		"many allocs":      {func(c *Count) { c.Allocs += 8 }, "108 allocations of our own, were 100"},
		"a request":        {func(c *Count) { c.Requests++ }, "redeem: 2 requests, were 1"},
		"a write unit":     {func(c *Count) { c.Write++ }, "redeem: 2 write units, were 1"},
		"half a read unit": {func(c *Count) { c.Read += 0.5 }, "redeem: 0.5 read units, were 0"},
		"another name":     {func(c *Count) { c.Operation = "hold" }, "hold is not in the baseline"},
	} {
		now := same
		c.change(&now)
		err := compare(base, []Count{now})
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), howToUpdate)):
			t.Errorf("%s: want %q, got %v", name, c.says, err)
		}
	}
	if err := compare(base, nil); err == nil {
		t.Error("an operation that is not measured any more passes")
	}
}

// DynamoDB's documentation has these sizes.
func TestUnitsOfItems(t *testing.T) {
	text := func(n int) string { return `{"S":"` + strings.Repeat("x", n) + `"}` }
	for _, c := range []struct {
		answer string
		one    float64
	}{
		{`{}`, 1},
		{`{"Item":{"pk":` + text(100) + `}}`, 1},
		{`{"Item":{"pk":` + text(1022) + `}}`, 1},
		{`{"Item":{"pk":` + text(1023) + `}}`, 2},
		{`{"Item":{"n":{"N":"1234"},"b":{"BOOL":true},"m":{"M":{"a":` + text(1012) + `}}}}`, 1},
		{`{"Item":{"n":{"N":"1234"},"b":{"BOOL":true},"m":{"M":{"a":` + text(1013) + `}}}}`, 2},
	} {
		if got := (recorded{status: 400, body: []byte(c.answer)}).one(); got != c.one {
			t.Errorf("%.60s: %v units, want %v", c.answer, got, c.one)
		}
	}
	cancelled := recorded{status: 400, body: []byte(`{"CancellationReasons":[{"Item":{"pk":` + text(1100) + `}},{}]}`)}
	if got := cancelled.many(2); got != 6 {
		t.Errorf("a cancelled transaction of 2 KB and 1 KB: %v units, want 6", got)
	}
	if got := (recorded{status: 200}).one(); got != 0 {
		t.Errorf("a write that was made counts as failed: %v", got)
	}
}

// A benchmark whose calls are refused must fail, not look fast.
func TestRefusedCallsEndTheRun(t *testing.T) {
	calls := 0
	_, err := run(1, 10, func(i int) error {
		calls++
		if i == 3 {
			return errors.New("refused")
		}
		return nil
	})
	if err == nil || calls != 4 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

func TestQuantiles(t *testing.T) {
	list := []float64{5, 1, 4, 2, 3}
	if got := quantile(slices.Clone(list), 0.5); got != 3 {
		t.Errorf("median %v", got)
	}
	if got := quantile(slices.Clone(list), 0.99); got != 5 {
		t.Errorf("p99 %v", got)
	}
	if got := quantile(nil, 0.5); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}
