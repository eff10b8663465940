package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// print writes the report for people.
func (r Report) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	if _, err := fmt.Fprintf(out, "%s, %s\n", r.Date, r.Machine); err != nil {
		return err
	}
	if r.Counts != nil {
		r.printCounts(w)
	}
	if r.Speed != nil {
		r.printSpeed(w)
	}
	if r.Cold != nil {
		r.printCold(w)
	}
	if r.Partition != nil {
		r.printPartition(w)
	}
	if r.Import != nil {
		r.printImport(w)
	}
	if r.Segments != nil {
		r.printSegments(w)
	}
	r.printTargets(w)
	return w.Flush()
}

// row writes cells; each ends in a tab, so that the last is aligned, too.
func row(w io.Writer, cells ...any) {
	for _, c := range cells {
		if f, ok := c.(float64); ok {
			c = short(f)
		}
		_, _ = fmt.Fprintf(w, "%v\t", c)
	}
	_, _ = fmt.Fprintln(w)
}

// title begins a table; the columns of the one before end with it.
func title(w io.Writer, text string) { _, _ = fmt.Fprintf(w, "\n%s\n\n", text) }

// short keeps what matters of a figure.
func short(f float64) string {
	switch {
	case f == float64(int64(f)) || f >= 100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

func percent(f float64) string { return fmt.Sprintf("%.1f %%", 100*f) }

func (r Report) printCounts(w io.Writer) {
	title(w, "What one call of a warm function costs (* computed: DynamoDB bills a failed condition and reports nothing)")
	row(w, "operation", "requests", "write units", "read units", "allocations", "of those ours", "CPU µs", "of those ours")
	for _, c := range r.Counts {
		write := short(c.Write)
		if c.Computed {
			write += " *"
		}
		row(w, c.Operation, c.Requests, write, c.Read, c.Allocs, c.OwnAllocs(), c.CPU, c.OwnCPU())
	}
}

func (r Report) printSpeed(w io.Writer) {
	title(w, "How fast, beside the floor (one UpdateItem with the same client, nothing else), measured by turns")
	row(w, "operation", "callers", "per second", "p50 ms", "p99 ms", "floor/s", "p50 ms", "p99 ms", "ratio")
	for _, s := range r.Speed {
		row(w, s.Operation, s.Callers, s.PerSecond, s.P50, s.P99, s.Floor, s.FloorP50, s.FloorP99, s.Ratio)
	}
}

func (r Report) printCold(w io.Writer) {
	title(w, "How a function starts, beside hello (same client, as many requests to DynamoDB), in ms: ours / hello's = ratio")
	row(w, "function", "pages", "init", "", "", "first answer", "", "", "requests", "binary MB", "zip MB", "memory MB", "hello's")
	for _, c := range r.Cold {
		for i, t := range []Times{c.Cached, c.Dropped} {
			cells := []any{c.Function, []string{"cached", "cold"}[i], t.Init[0], t.Init[1], t.InitRatio, t.Answer[0], t.Answer[1], t.AnswerRatio}
			if i == 0 {
				cells = append(cells, c.Requests, c.Binary, c.Zip, c.Memory[0], c.Memory[1])
			}
			row(w, cells...)
		}
	}
}

func (r Report) printPartition(w io.Writer) {
	title(w, "One famous code with a limit at 5,000/s, simulated: what happens to its hottest slot")
	row(w, "K", "done/s", "503", "tries", "conflicts", "throttled", "slot busy", "write units", "read units", "p99 wait ms", "carries/s")
	for _, p := range r.Partition {
		row(w, p.Slots, p.Done, percent(p.GivenUp), p.Tries, percent(p.Conflicts), percent(p.Throttled),
			percent(p.Busy), percent(p.WriteShare), percent(p.ReadShare), p.P99, p.Carries)
	}
}

func (r Report) printTargets(w io.Writer) {
	if len(r.Targets) == 0 {
		return
	}
	title(w, "Targets")
	row(w, "", "is", "should be", "")
	for _, t := range r.Targets {
		row(w, t.Name, t.Is, t.Should, t.verdict())
	}
}
