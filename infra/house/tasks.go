package house

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/lagniappe/lagniappe/infra/pump"
	"github.com/lagniappe/lagniappe/internal/app/background"
	"github.com/lagniappe/lagniappe/internal/queue"
)

// Tasks stand for the queue of tasks and its dead letters. What waits, and what is
// being done, is kept in a file, if there is one: a process that is killed finds it
// again, and does once more what it was about, as the real queue has it done.
type Tasks struct {
	Worker background.Working // the function jobs
	File   string             // where it keeps what waits; empty: nowhere, and what waits is lost with the process

	mu      sync.Mutex
	loaded  bool
	waiting []trial
	taken   []trial // they are being done
	dead    []queue.Task
}

type trial struct {
	task  queue.Task
	tries int
}

// What template.yaml says of the real one.
const (
	tasksAtOnce = 10
	tasksTries  = 5
)

// Send implements [queue.Queue].
func (q *Tasks) Send(_ context.Context, tasks ...queue.Task) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.load(); err != nil {
		return err
	}
	for _, t := range tasks {
		q.waiting = append(q.waiting, trial{task: t})
	}
	return q.save()
}

// Run does tasks until ctx ends.
func (q *Tasks) Run(ctx context.Context, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			q.Drain(ctx)
		}
	}
}

// Drain does tasks until none waits. What fails too often is given up.
func (q *Tasks) Drain(ctx context.Context) {
	for {
		batch := q.take()
		if len(batch) == 0 || ctx.Err() != nil {
			return
		}
		tasks := make([]queue.Task, len(batch))
		for i, t := range batch {
			tasks[i] = t.task
		}
		q.done(batch, q.Worker.Handle(ctx, tasks))
	}
}

func (q *Tasks) take() []trial {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.load() != nil { // Send says so
		return nil
	}
	n := min(tasksAtOnce, len(q.waiting))
	batch := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	q.taken = append(q.taken, batch...)
	return batch
}

// done lets go what was done, and has wait again what was not.
func (q *Tasks) done(batch []trial, errs []error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, t := range batch {
		if at := slices.Index(q.taken, t); at >= 0 {
			q.taken = slices.Delete(q.taken, at, at+1)
		}
		if errs[i] == nil {
			continue
		}
		if t.tries++; t.tries == tasksTries {
			q.dead = append(q.dead, t.task)
			continue
		}
		q.waiting = append(q.waiting, t)
	}
	_ = q.save() // an old file has done once more what was done
}

// Dead gives the tasks that were given up.
func (q *Tasks) Dead() []queue.Task {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]queue.Task(nil), q.dead...)
}

// load reads what a process before this one left.
func (q *Tasks) load() error {
	if q.loaded || q.File == "" {
		return nil
	}
	raw, err := os.ReadFile(q.File)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var left []string
	if err == nil {
		if err := json.Unmarshal(raw, &left); err != nil {
			return err
		}
	}
	for _, text := range left {
		t, err := queue.Decode(text)
		if err != nil {
			return err
		}
		q.waiting = append(q.waiting, trial{task: t})
	}
	q.loaded = true
	return nil
}

// save keeps what is waiting and what is being done.
func (q *Tasks) save() error {
	if q.File == "" {
		return nil
	}
	left := []string{}
	for _, t := range slices.Concat(q.taken, q.waiting) {
		left = append(left, queue.Encode(t.task))
	}
	return pump.Replace(q.File, left)
}
