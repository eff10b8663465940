package house

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lagniappe/lagniappe/internal/queue"
)

// worker fails what it is told to, and keeps what it did.
type worker struct {
	did  []string
	fail func(id string) error
}

func (w *worker) Handle(_ context.Context, batch []queue.Task) []error {
	errs := make([]error, len(batch))
	for i, t := range batch {
		if w.fail != nil {
			errs[i] = w.fail(t.ID)
		}
		if errs[i] == nil {
			w.did = append(w.did, t.ID)
		}
	}
	return errs
}

// A process that ends in the midst of a task leaves it, and those behind it, to the next.
func TestTasksOutliveTheProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tasks")
	first := &Tasks{File: file, Worker: &worker{}}
	for _, id := range []string{"a", "b"} {
		if err := first.Send(t.Context(), queue.Task{Kind: "k", ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	first.take() // and then it is killed
	if err := first.Send(t.Context(), queue.Task{Kind: "k", ID: "c"}); err != nil {
		t.Fatal(err)
	}
	w := &worker{}
	next := &Tasks{File: file, Worker: w}
	next.Drain(t.Context())
	if !slices.Equal(w.did, []string{"a", "b", "c"}) {
		t.Errorf("did %v", w.did)
	}
	last := &Tasks{File: file, Worker: w}
	if last.Drain(t.Context()); len(w.did) != 3 {
		t.Errorf("did once more what was done: %v", w.did)
	}
}

// What fails waits again, and is given up after some times.
func TestTasksAreGivenUp(t *testing.T) {
	tries := 0
	q := &Tasks{File: filepath.Join(t.TempDir(), "tasks"), Worker: &worker{fail: func(id string) error {
		if tries++; id == "bad" {
			return errors.New("bad")
		}
		return nil
	}}}
	if err := q.Send(t.Context(), queue.Task{Kind: "k", ID: "bad"}); err != nil {
		t.Fatal(err)
	}
	if q.Drain(t.Context()); tries != tasksTries || len(q.Dead()) != 1 {
		t.Errorf("%d tries, dead: %v", tries, q.Dead())
	}
}
