package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/lagniappe/lagniappe/internal/sqs"
)

// deadTasks are tasks that failed so often that they were given up.
type deadTasks struct {
	Queue         string `help:"Address of the queue of tasks (output TasksQueue of the stack)." env:"QUEUE_URL" required:""`
	DeadLetters   string `help:"Address of the queue of dead letters (output DeadTasksQueue)." env:"DEAD_LETTERS_URL" required:""`
	QueueEndpoint string `help:"Use this SQS." env:"QUEUE_ENDPOINT"`
	Redrive       bool   `help:"Send them back to the queue of tasks."`
}

// Run lists them, or sends them back.
func (c deadTasks) Run(ctx context.Context) error {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("reading the AWS configuration: %w", err)
	}
	dead := sqs.New(cfg, c.QueueEndpoint, c.DeadLetters)
	if !c.Redrive {
		return dead.Dead(ctx, func(l sqs.Letter) { fmt.Printf("%s\treceived %s times\t%s\n", l.ID, l.Tries, l.Body) })
	}
	n, err := dead.Redrive(ctx, sqs.New(cfg, c.QueueEndpoint, c.Queue))
	fmt.Printf("%d sent back\n", n)
	return err
}
