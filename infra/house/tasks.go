package house

import (
	"context"
	"sync"
	"time"

	"github.com/lagniappe/lagniappe/internal/app/background"
	"github.com/lagniappe/lagniappe/internal/queue"
)

// Tasks stand for the queue of tasks and its dead letters, in memory: what waits
// when the process ends is lost, as it is not on AWS. What is due stands in a
// table, and what changes comes through a stream, so little can be.
type Tasks struct {
	Worker background.Working // the function jobs

	mu      sync.Mutex
	waiting []trial
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
	for _, t := range tasks {
		q.waiting = append(q.waiting, trial{task: t})
	}
	return nil
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
		for i, err := range q.Worker.Handle(ctx, tasks) {
			if err != nil {
				q.again(batch[i])
			}
		}
	}
}

func (q *Tasks) take() []trial {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(tasksAtOnce, len(q.waiting))
	batch := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	return batch
}

func (q *Tasks) again(t trial) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t.tries++; t.tries == tasksTries {
		q.dead = append(q.dead, t.task)
		return
	}
	q.waiting = append(q.waiting, t)
}

// Dead gives the tasks that were given up.
func (q *Tasks) Dead() []queue.Task {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]queue.Task(nil), q.dead...)
}
