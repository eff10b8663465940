package pump_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/lagniappe/lagniappe/infra/emulator"
	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/pump"
	"github.com/lagniappe/lagniappe/infra/template"
	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/event"
	"github.com/lagniappe/lagniappe/internal/idem"
	"github.com/lagniappe/lagniappe/internal/shop"
)

type world struct {
	t     *testing.T
	dir   string
	table *emulator.Emulator
	house *house.House
	space shop.Space
}

// start brings up tables and functions on the rows that are there.
func (w *world) start() {
	w.t.Helper()
	tpl, err := template.Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		w.t.Fatal(err)
	}
	if w.table, err = emulator.Start(w.t.Context(), emulator.Options{Dir: w.dir}); err != nil {
		w.t.Fatal(err)
	}
	w.house, err = house.New(house.Options{Template: tpl, Endpoint: w.table.Endpoint, Places: filepath.Join(w.dir, "places")})
	if err == nil {
		err = emulator.Prepare(w.t.Context(), w.table, w.house.Client, tpl.Tables)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// campaigns makes n, and pauses each.
func (w *world) campaigns(n int) {
	w.t.Helper()
	d := coupon.Definition{Name: "Ten"}
	d.Rewards = []coupon.Reward{{Type: coupon.PercentOff, PercentOff: "10"}}
	for range n {
		c, err := w.house.Operator.CreateCampaign(w.t.Context(), w.space, d, idem.Key{})
		if err == nil {
			_, err = w.house.Operator.SetPaused(w.t.Context(), w.space, c.ID, true)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) told() map[event.Type]int {
	w.t.Helper()
	counts, below := map[event.Type]int{}, ""
	for {
		found, next, err := w.house.Operator.Events(w.t.Context(), w.space, event.Filter{}, below, 100)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, e := range found {
			counts[e.Type]++
		}
		if below = next; below == "" {
			return counts
		}
	}
}

// drain pumps until nothing is left.
func (w *world) drain(p *pump.Pump) {
	w.t.Helper()
	for {
		moved, err := p.Once(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if !moved {
			return
		}
	}
}

// Tables and relay are killed at random points while changes come in, the place
// is lost once, and batches fail or come half: in the end every consequence is there, once.
func TestEveryConsequenceOnce(t *testing.T) {
	w := &world{t: t, dir: t.TempDir(), space: shop.Space{Shop: shop.Prefix + "0123456789abcdef"}}
	const rounds, each = 5, 12
	for round := range rounds {
		w.start()
		p := w.house.Pumps[0]
		p.Log, p.Idle, p.Handler = slog.New(slog.DiscardHandler), time.Millisecond, faulty(p.Handler)
		ctx, kill := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); p.Run(ctx) }()
		w.campaigns(each)
		time.Sleep(rand.N(30 * time.Millisecond))
		if round%2 == 0 {
			if err := syscall.Kill(w.table.PID, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
		kill() // its context ends within whatever it was doing
		<-done
		_ = w.table.Stop()
	}
	w.start()
	defer func() { _ = w.table.Stop() }()
	w.drain(w.house.Pumps[0])
	got := w.told()
	if got[coupon.CampaignCreated] != rounds*each || got[coupon.CampaignUpdated] != rounds*each {
		t.Errorf("%v, not %d of each", got, rounds*each)
	}
	for _, left := range []string{"lost", "", "{", "null"} { // how the place was left
		file := filepath.Join(t.TempDir(), "places")
		if left != "lost" {
			if err := os.WriteFile(file, []byte(left), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		w.house.Pumps[0].File = file
		w.drain(w.house.Pumps[0])
		if again := w.told(); again[coupon.CampaignCreated] != rounds*each || again[coupon.CampaignUpdated] != rounds*each {
			t.Errorf("%v after all of it again", again)
		}
		if raw, err := os.ReadFile(file); err != nil || len(raw) < 10 {
			t.Errorf("%q: the place is %q %v", left, raw, err)
		}
	}
}

// faulty fails a third of the batches before or after they were followed up, and
// says of another third that some record has to come again.
func faulty(h pump.Handler) pump.Handler {
	var calls atomic.Int64
	return func(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		switch n := calls.Add(1) % 6; n {
		case 0:
			return events.DynamoDBEventResponse{}, errors.New("killed before")
		case 1:
			_, err := h(ctx, e)
			return events.DynamoDBEventResponse{}, errors.Join(err, errors.New("killed after"))
		case 2, 3:
			out, err := h(ctx, e)
			some := e.Records[len(e.Records)/2].Change.SequenceNumber
			out.BatchItemFailures = append(out.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: some})
			return out, err
		}
		return h(ctx, e)
	}
}
