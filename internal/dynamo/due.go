package dynamo

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/internal/queue"
)

// remind has a task sent at a time. It is a matter of looking again by then: a
// reminder that is out of date by its time does no harm, and is not searched for.
func (s *Store) remind(ctx context.Context, at time.Time, t queue.Task) error {
	_, err := s.settle(ctx, "dynamo.remind", s.reminder(at, t))
	return err
}

func (s *Store) reminder(at time.Time, t queue.Task) write {
	text := queue.Encode(t)
	return write{table: s.tables.Events, item: key(duePK(int(hash(text))%dueShards), sortTime(at)+"#"+text)}
}

// dueAtOnce bounds how many tasks are sent together.
const dueAtOnce = 100

// Due hands send what is due, some at a time, and takes it off the list when
// send went well. What was sent and not yet taken off is sent again. What cannot
// be read stays where it is, and holds up nothing: unread counts it.
func (s *Store) Due(ctx context.Context, send func(context.Context, ...queue.Task) error) (unread int64, err error) {
	for n := range dueShards {
		for after, more := "", true; more; {
			rows, err := s.dueNow(ctx, n, after)
			if err != nil {
				return unread, err
			}
			wrong, err := s.sendDue(ctx, rows, send)
			if unread += wrong; err != nil {
				return unread, err
			}
			if more = len(rows) == dueAtOnce; more {
				after = getStr(rows[len(rows)-1], attrSK)
			}
		}
	}
	return unread, nil
}

func (s *Store) dueNow(ctx context.Context, n int, after string) ([]item, error) {
	in := &dynamodb.QueryInput{
		TableName: &s.tables.Events, KeyConditionExpression: aws.String("pk = :pk AND sk < :now"), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: item{":pk": str(duePK(n)), ":now": str(sortTime(s.now().Add(time.Millisecond)))},
		Limit:                     aws.Int32(dueAtOnce),
	}
	if after != "" {
		in.ExclusiveStartKey = key(duePK(n), after)
	}
	out, err := s.db.Query(ctx, in)
	if err != nil {
		return nil, failed("dynamo.Due", err)
	}
	return out.Items, nil
}

func (s *Store) sendDue(ctx context.Context, rows []item, send func(context.Context, ...queue.Task) error) (unread int64, err error) {
	var tasks []queue.Task
	var sent []item
	for _, row := range rows {
		_, text, _ := strings.Cut(getStr(row, attrSK), "#")
		t, err := queue.Decode(text)
		if err != nil {
			unread++
			continue
		}
		tasks, sent = append(tasks, t), append(sent, row)
	}
	if len(tasks) == 0 {
		return unread, nil
	}
	if err := send(ctx, tasks...); err != nil {
		return unread, err
	}
	for _, row := range sent {
		if err := s.drop(ctx, s.tables.Events, keyOfRow(row)); err != nil {
			return unread, err
		}
	}
	return unread, nil
}

// dueShards spreads what is due: much can be due at the same moment.
const dueShards = 8

func duePK(n int) string { return "due#" + strconv.Itoa(n) }
