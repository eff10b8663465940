package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/app/background"
	"github.com/lagniappe/lagniappe/internal/queue"
)

// tick lets the clock's call come, and does the tasks that it sends.
func (n *tenant) tick() {
	n.t.Helper()
	if err := n.house.Scheduled["tick"].Handle(n.t.Context()); err != nil {
		n.t.Fatal(err)
	}
	n.house.Tasks.Drain(n.t.Context())
}

// A campaign begins and ends by itself; each is told once, at its time, as is a time that was moved.
func TestCampaignBeginsAndEnds(t *testing.T) {
	n := newTenant(t)
	day := func(d int) string { return n.clock.now().Add(time.Duration(d) * 24 * time.Hour).Format(time.RFC3339) }
	starts, expires := day(1), day(3)
	id := n.campaign(object{"starts_at": starts, "expires_at": expires})
	n.relay(n.head(id))
	n.tick()
	if got := n.told(id); !slices.Equal(got, []string{"campaign.created"}) {
		t.Errorf("%v", got)
	}
	n.clock.move(25 * time.Hour)
	n.tick()
	n.tick()
	if got := n.told(id); !slices.Equal(got, []string{"campaign.started", "campaign.created"}) {
		t.Errorf("%v", got)
	}
	later := day(4)
	n.do("PATCH", "/v1/campaigns/"+id, object{"expires_at": later}).want(200)
	n.relay(n.head(id))
	n.clock.move(49 * time.Hour) // past the first end
	n.tick()
	if got := n.told(id); slices.Contains(got, "campaign.expired") {
		t.Errorf("%v", got)
	}
	n.clock.move(49 * time.Hour)
	n.tick()
	n.relay(n.head(id), n.head(id))
	if got := n.told(id); !slices.Equal(got, []string{"campaign.expired", "campaign.updated", "campaign.started", "campaign.created"}) {
		t.Errorf("%v", got)
	}
}

// What is due in centuries is not due today, and again every minute until then.
func TestFarFuturesAreNotDue(t *testing.T) {
	n := newTenant(t)
	ids := []string{n.campaign(object{"starts_at": "2300-01-01T00:00:00Z"}), n.campaign(object{"expires_at": "9999-12-31T00:00:00Z"})}
	n.relay(n.head(ids[0]), n.head(ids[1]))
	n.clock.move(24 * time.Hour)
	var sent []queue.Task
	if _, err := n.house.Operator.Due(t.Context(), func(_ context.Context, tasks ...queue.Task) error {
		sent = append(sent, tasks...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, task := range sent { // other tests have some that are due
		if slices.Contains(ids, task.ID) {
			t.Errorf("%+v", task)
		}
	}
}

// A message that cannot be done comes again, alone; what fails five times is given up.
func TestDeadTasks(t *testing.T) {
	n := newTenant(t)
	good := queue.Task{Kind: "campaign", Space: n.space(), ID: n.campaign(nil)}
	out, err := background.FromQueue(n.house.Tasks.Worker)(t.Context(), events.SQSEvent{Records: []events.SQSMessage{
		{MessageId: "a", Body: "{"}, {MessageId: "b", Body: queue.Encode(good)}, {MessageId: "c", Body: queue.Encode(queue.Task{Kind: "none"})},
	}})
	if err != nil || len(out.BatchItemFailures) != 2 || out.BatchItemFailures[0].ItemIdentifier != "a" || out.BatchItemFailures[1].ItemIdentifier != "c" {
		t.Errorf("%+v %v", out, err)
	}
	if got := n.told(good.ID); len(got) != 1 {
		t.Errorf("%v", got)
	}
	bad := queue.Task{Kind: "none", ID: "x"}
	if err := n.house.Tasks.Send(t.Context(), bad, good); err != nil {
		t.Fatal(err)
	}
	n.house.Tasks.Drain(t.Context())
	if dead := n.house.Tasks.Dead(); !slices.Equal(dead, []queue.Task{bad}) {
		t.Errorf("%v", dead)
	}
}

// What is due and cannot be read holds up nothing, and is told of each time until it is gone.
func TestWhatIsDueAndCannotBeRead(t *testing.T) {
	n := newTenant(t)
	table := "EventsTable"
	var broken []map[string]types.AttributeValue
	for i := range 8 * 101 { // more of each shard than is read at once
		row := map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: fmt.Sprint("due#", i%8)}, "sk": &types.AttributeValueMemberS{Value: fmt.Sprintf("%015d#{%s %d", 1, n.shop.ID, i)},
		}
		broken = append(broken, row)
		if _, err := n.house.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: row}); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, row := range broken {
			_, _ = n.house.Client.DeleteItem(context.WithoutCancel(t.Context()), &dynamodb.DeleteItemInput{TableName: &table, Key: row})
		}
	})
	id := n.campaign(object{"starts_at": n.clock.now().Add(time.Hour).UTC().Format(time.RFC3339)})
	n.relay(n.head(id))
	n.clock.move(2 * time.Hour)
	const said = `"msg":"due and cannot be read"`
	before := strings.Count(suite.log.String(), said)
	n.tick()
	if got := n.told(id); !slices.Contains(got, "campaign.started") {
		t.Errorf("%v", got)
	}
	n.tick()
	log := suite.log.String()
	if strings.Count(log, said) != before+2 || strings.Count(log, `"rows":808`) != 2 || strings.Contains(log, n.shop.ID+" 7") {
		t.Errorf("said %d times, %d before", strings.Count(log, said), before)
	}
}
