// Package jobs does the work that takes longer than an answer or a stream's
// batch may.
//
// Who may call it: the queue of tasks. Nobody waits for it.
// What it may touch: what a kind of task asks for; see internal/dynamo's work.go.
// Load: bursts. What it cannot do comes again, and after some times goes to the
// queue's dead letters, which the operator's commands list and send back.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	_ "github.com/lagniappe/lagniappe/internal/expression" // segments have expressions
	"github.com/lagniappe/lagniappe/internal/metric"
	"github.com/lagniappe/lagniappe/internal/queue"
)

// Jobs is the function.
type Jobs struct {
	worker queue.Worker
	queue  queue.Queue
	log    *slog.Logger
}

// New makes the function.
func New(worker queue.Worker, q queue.Queue, _ func() time.Time, log *slog.Logger, _ metric.Sink) *Jobs {
	return &Jobs{worker: worker, queue: q, log: log}
}

// Handle does a batch of tasks. It returns an error for each that has to come
// again, nil for the others, in their order.
func (j *Jobs) Handle(ctx context.Context, batch []queue.Task) []error {
	errs := make([]error, len(batch))
	for i, t := range batch {
		if errs[i] = j.do(ctx, t); errs[i] != nil {
			j.log.LogAttrs(ctx, slog.LevelError, "task failed", slog.String("kind", string(t.Kind)), // no id: it may be the shop's own
				slog.String("shop", t.Space.Shop), slog.String("side", t.Space.Side()), slog.String("error", errs[i].Error()))
		}
	}
	return errs
}

// do sends on what follows before the task counts as done: after a crash in
// between it is done twice, rather than left half way.
func (j *Jobs) do(ctx context.Context, t queue.Task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("jobs: panic: %v", p)
		}
	}()
	next, err := j.worker.Work(ctx, t)
	if err != nil || len(next) == 0 {
		return err
	}
	return j.queue.Send(ctx, next...)
}
