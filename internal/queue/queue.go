// Package queue is work that takes longer than an answer or a stream's batch
// may: it is named here, sent, and done by the function jobs.
//
// A task names a thing to look after and says nothing about it. Who does it
// reads how the thing is by now and how far its work has come, so a task may
// come twice, late, or beside itself. One that is not finished within its time
// sends itself on.
package queue

import (
	"context"

	"github.com/lagniappe/lagniappe/internal/shop"
)

// Kind says what is to be looked after.
type Kind string

// Task is a thing to look after.
type Task struct {
	Kind  Kind
	Space shop.Space
	ID    string
}

// Queue takes tasks, to be done at least once each, soon, in no order.
type Queue interface {
	Send(ctx context.Context, tasks ...Task) error
}

// Worker does a task, and tells what is to be done next, itself included where it is not finished.
type Worker interface {
	Work(ctx context.Context, t Task) ([]Task, error)
}
