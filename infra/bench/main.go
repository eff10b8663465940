// Command bench measures what Lagniappe costs, and how fast it is beside a bare
// floor of the same run. Five parts, each of which can be run alone:
//
//	counts     what one call of each operation asks of DynamoDB (requests, units) and of the processor
//	speed      calls per second and latencies at 1, 16 and 64 callers, and the same single write with nothing around it
//	cold       how every function starts, beside a hello-world with the same DynamoDB client
//	partition  a simulation of what one famous code does to the hottest key
//	people     100,000 customers: how long it takes to take them in and to build a segment of them, and what it costs to ask for it; only where it is named
//
// Counts are the same on every machine, so they are held to baseline.json, and
// one that has grown fails. Times differ from machine to machine and from minute
// to minute: they are shown as ratios to something measured in the same moments,
// and never fail.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"github.com/lagniappe/lagniappe/infra/bench/partition"
	"github.com/lagniappe/lagniappe/internal/coupon"
)

type options struct {
	Parts    []string `arg:"" optional:"" enum:"counts,speed,cold,partition,people" help:"What to measure: counts, speed, cold, partition, people; all of them but the last where none is named."`
	JSON     string   `help:"Also write the report into this file." placeholder:"FILE" type:"path"`
	Baseline bool     `help:"Make the counts of this run the baseline, instead of holding them to it."`

	Rounds int `help:"Rounds of each measurement of speed; CPU time is taken in twice as many." default:"3"`
	Calls  int `help:"Calls of each round." default:"500"`
	Starts int `help:"Cold starts of each kind." default:"21"`
	People int `help:"Customers of the part people." default:"100000"`
}

// Report is what a run found.
type Report struct {
	Date      string             `json:"date"`
	Machine   string             `json:"machine"`
	Counts    []Count            `json:"counts,omitempty"`
	Speed     []Speed            `json:"speed,omitempty"`
	Cold      []Cold             `json:"cold,omitempty"`
	Partition []partition.Result `json:"partition,omitempty"`
	Import    *Import            `json:"import,omitempty"`
	Segments  []Segments         `json:"segments,omitempty"`
	Targets   []Target           `json:"targets,omitempty"`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("bench"), kong.Description("Measures what Lagniappe costs."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := o.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func (o options) run(ctx context.Context) error {
	r, err := o.measure(ctx)
	if err != nil {
		return err
	}
	if err := r.print(os.Stdout); err != nil {
		return err
	}
	if o.JSON != "" {
		if err := writeJSON(o.JSON, r); err != nil {
			return err
		}
	}
	switch {
	case r.Counts == nil:
		return nil
	case o.Baseline:
		return writeBaseline(r.Counts)
	}
	return checkBaseline(r.Counts)
}

func (o options) wants(part string) bool {
	return len(o.Parts) == 0 && part != people || slices.Contains(o.Parts, part)
}

// people is the part that takes minutes.
const people = "people"

func (o options) measure(ctx context.Context) (r Report, err error) {
	r.Date = time.Now().UTC().Format(time.DateOnly)
	r.Machine = fmt.Sprintf("%d cores, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	s, err := newStage(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"partition", func() error { r.Partition = simulated(); return nil }},
		{"cold", func() (err error) { r.Cold, err = s.measureCold(ctx, o.Starts); return err }},
		{"counts", func() (err error) { r.Counts, err = s.measureCounts(ctx, 2*o.Rounds); return err }},
		{"speed", func() (err error) { r.Speed, err = s.measureSpeed(ctx, o.Rounds, o.Calls); return err }},
		{people, func() (err error) { r.Import, err = s.measureImport(ctx, o.People); return err }},
		{people, func() (err error) { r.Segments, err = s.measureCrowds(ctx, o.People); return err }},
	} {
		if !o.wants(part.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring %s ...\n", part.name)
		if err := part.measure(); err != nil {
			return r, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	r.Targets = r.targets()
	return r, nil
}

// acceptable is the share of redemptions that may be told to come back.
const acceptable = 0.001

// simulated is 5,000/s on one code for each K, on as many slots as that needs,
// and on as many as a campaign gets that expects it.
func simulated() []partition.Result {
	var out []partition.Result
	famous := coupon.Definition{Limits: coupon.Limits{MaxRedemptions: 1_000_000, ExpectedRate: 5000}}
	expected := coupon.NewCampaign("", "", false, famous, time.Time{}).Slots
	for _, k := range append(slices.Clone(slotted), partition.Needed(partition.Famous(1), acceptable), expected) {
		r := partition.Run(partition.Famous(k))
		r.Carries = partition.Carries(partition.Famous(k), acceptable)
		out = append(out, r)
	}
	return out
}
