package sqs

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/lagniappe/lagniappe/infra/sqsemulator"
	"github.com/lagniappe/lagniappe/internal/queue"
	"github.com/lagniappe/lagniappe/internal/shop"
)

// pair makes a queue and its dead letters: a message that was received twice goes there.
func pair(t *testing.T) (tasks, dead *Queue) {
	t.Helper()
	endpoint, stop, err := sqsemulator.Start(t.Context(), filepath.Join("..", "..", "infra", "sqsemulator"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	cfg := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")}
	client := New(cfg, endpoint, "").client
	create := func(name string, attributes map[string]string) *Queue {
		out, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
		if err != nil {
			t.Fatal(err)
		}
		return New(cfg, endpoint, *out.QueueUrl)
	}
	dead = create("dead", nil)
	dead.hide = 3
	return create("tasks", map[string]string{
		"RedrivePolicy": `{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:dead", "maxReceiveCount": "2"}`,
	}), dead
}

// receive takes all tasks that are there, and takes them off the queue if done.
func receive(t *testing.T, q *Queue, done bool) map[queue.Task]int {
	t.Helper()
	got := map[queue.Task]int{}
	for {
		out, err := q.client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &q.url, MaxNumberOfMessages: 10, VisibilityTimeout: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return got
		}
		for _, m := range out.Messages {
			task, err := queue.Decode(*m.Body)
			if err != nil {
				t.Fatal(err)
			}
			got[task]++
			if !done {
				_, err = q.client.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle})
			} else {
				_, err = q.client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// What is sent arrives; what is not done becomes a dead letter, is shown, and is sent back.
func TestQueue(t *testing.T) {
	tasks, dead := pair(t)
	want := map[queue.Task]int{}
	var list []queue.Task
	for i := range 37 {
		task := queue.Task{Kind: "campaign", Space: shop.Space{Shop: "shop_1", Live: i%2 == 0}, ID: strconv.Itoa(i)}
		want[task], list = 1, append(list, task)
	}
	if err := tasks.Send(t.Context(), list...); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, tasks, false); fmt.Sprint(keys(got)) != fmt.Sprint(keys(want)) {
		t.Errorf("%v arrived", got)
	}
	if got := receive(t, tasks, false); len(got) != 0 {
		t.Errorf("%d come more than twice", len(got))
	}
	shown := 0
	if err := dead.Dead(t.Context(), func(l Letter) {
		if _, err := queue.Decode(l.Body); err == nil && l.ID != "" && l.Tries != "" {
			shown++
		}
	}); err != nil || shown != 37 {
		t.Fatalf("%d dead letters: %v", shown, err)
	}
	time.Sleep(time.Duration(dead.hide) * time.Second) // until they are in sight again
	if n, err := dead.Redrive(t.Context(), tasks); err != nil || n != 37 {
		t.Fatalf("%d sent back: %v", n, err)
	}
	if got := receive(t, tasks, true); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v came back", got)
	}
}

func keys(m map[queue.Task]int) map[queue.Task]bool {
	out := map[queue.Task]bool{}
	for k := range m {
		out[k] = true
	}
	return out
}

// A queue that is not there is an outage, not a loss.
func TestNoQueue(t *testing.T) {
	tasks, _ := pair(t)
	tasks.url += "-gone"
	if err := tasks.Send(t.Context(), queue.Task{Kind: "campaign"}); err == nil {
		t.Error("sent")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tasks.Send(ctx, queue.Task{Kind: "campaign"}); err == nil {
		t.Error("sent")
	}
}
