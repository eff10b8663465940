package faults

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/pump"
	"github.com/lagniappe/lagniappe/infra/template"
	"github.com/lagniappe/lagniappe/infra/testbed"
	"github.com/lagniappe/lagniappe/internal/app"
)

// asFollower in the environment makes this test's binary what follows facts up,
// with the name of the files in which it remembers how far it is.
const asFollower = "LAGNIAPPE_FAULTS_FOLLOWER"

// followUp is the child: what infra/local runs beside the API. Its batches come
// shuffled, with records twice, some with one that has to come again. It ends with its parent.
func followUp() {
	err := func() (err error) {
		suite.Bed = &testbed.Bed{Dir: os.Getenv("LAGNIAPPE_DATA")}
		if suite.Template, err = template.Load(filepath.Join("..", "..", "template.yaml")); err != nil {
			return err
		}
		h, err := followingHouse(os.Getenv("DYNAMODB_ENDPOINT"), os.Getenv(asFollower))
		if err != nil {
			return err
		}
		for _, p := range h.Pumps {
			p.Handler = restless(p.Handler)
			go p.Run(context.Background())
		}
		go h.Tasks.Run(context.Background(), 20*time.Millisecond)
		go func() {
			for range time.Tick(50 * time.Millisecond) {
				_ = h.Scheduled["tick"].Handle(context.Background()) // what failed comes with the next
			}
		}()
		fmt.Println(saysUp)
		_, err = io.Copy(io.Discard, os.Stdin)
		return err
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// followingHouse has pumps and a queue that remember, and loses no time.
func followingHouse(endpoint, places string) (*house.House, error) {
	h, err := house.New(house.Options{
		Template: suite.Template, Endpoint: endpoint, Now: app.Now, Secret: filepath.Join(suite.Dir, "secret"), Places: places,
	})
	if err != nil {
		return nil, err
	}
	for _, p := range h.Pumps {
		p.Log, p.Idle, p.Again = slog.New(slog.DiscardHandler), 5*time.Millisecond, 20*time.Millisecond
	}
	return h, nil
}

// restless shuffles batches, and repeats some of their records. Of some batches it
// says that one has to come again, and some it loses before or after they were followed up.
func restless(h pump.Handler) pump.Handler {
	return func(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		for _, r := range e.Records {
			if rand.IntN(4) == 0 {
				e.Records = append(e.Records, r)
			}
		}
		rand.Shuffle(len(e.Records), func(i, j int) { e.Records[i], e.Records[j] = e.Records[j], e.Records[i] })
		what := rand.IntN(16)
		if what == 0 {
			return events.DynamoDBEventResponse{}, errors.New("lost before")
		}
		out, err := h(ctx, e)
		switch what {
		case 1:
			return events.DynamoDBEventResponse{}, errors.Join(err, errors.New("lost after"))
		case 2, 3:
			again := e.Records[0].Change.SequenceNumber
			out.BatchItemFailures = append(out.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: again})
		}
		return out, err
	}
}

// follower is a process that follows facts up.
type follower struct {
	t        *testing.T
	endpoint string
	places   string
	cmd      *exec.Cmd
	stdin    io.Closer
}

func (f *follower) start() {
	f.cmd = exec.CommandContext(context.WithoutCancel(f.t.Context()), os.Args[0]) //nolint:gosec // this test; kill ends it
	f.cmd.Env = append(os.Environ(), asFollower+"="+f.places, "DYNAMODB_ENDPOINT="+f.endpoint, "LAGNIAPPE_DATA="+suite.Dir)
	f.cmd.Stderr = complaints{}
	out, err := f.cmd.StdoutPipe()
	if err == nil {
		f.stdin, err = f.cmd.StdinPipe()
	}
	if err == nil {
		err = f.cmd.Start()
	}
	if err != nil {
		f.t.Errorf("start a follower: %v", err)
		return
	}
	if !bufio.NewScanner(out).Scan() {
		f.t.Error("a follower ended at its start")
	}
}

func (f *follower) kill() {
	_ = f.cmd.Process.Kill() // SIGKILL
	_ = f.cmd.Wait()
	_ = f.stdin.Close()
}

// forget loses how far it was with the streams: they all come once more.
func (f *follower) forget() {
	if err := os.Remove(f.places + "-relay"); err != nil && !errors.Is(err, os.ErrNotExist) {
		f.t.Error(err)
	}
}
