package e2e

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/internal/app/background"
	"github.com/lagniappe/lagniappe/internal/shop"
	"github.com/lagniappe/lagniappe/internal/stream"
)

// head names a campaign's row on this tenant's test side.
func (n *tenant) head(campaign string) stream.Record {
	return stream.Record{Table: "CampaignsTable", PK: n.shop.ID[len(shop.Prefix):] + "#test#campaign#" + campaign, SK: "head"}
}

// relay hands the function a batch, as Lambda would, and gives the sequence numbers that have to come again.
func (n *tenant) relay(batch ...stream.Record) []string {
	n.t.Helper()
	var e events.DynamoDBEvent
	for i, r := range batch {
		e.Records = append(e.Records, events.DynamoDBEventRecord{
			EventSourceArn: "arn:aws:dynamodb:us-east-1:1:table/" + r.Table + "/stream/2026",
			Change: events.DynamoDBStreamRecord{SequenceNumber: string(rune('a' + i)), Keys: map[string]events.DynamoDBAttributeValue{
				"pk": events.NewStringAttribute(r.PK), "sk": events.NewStringAttribute(r.SK),
			}},
		})
	}
	out, err := background.FromStream(n.house.Streamed["relay"])(n.t.Context(), e)
	if err != nil {
		n.t.Fatal(err)
	}
	var again []string
	for _, f := range out.BatchItemFailures {
		again = append(again, f.ItemIdentifier)
	}
	return again
}

// eventOf gives the id of a campaign's latest event.
func (n *tenant) eventOf(campaign string) string {
	n.t.Helper()
	n.relay(n.head(campaign))
	return n.do("GET", "/v1/events?limit=1", nil).want(200).Body["data"].([]any)[0].(object)["id"].(string)
}

// told lists the types of all events about a subject, latest first.
func (n *tenant) told(subject string) []string {
	n.t.Helper()
	var out []string
	for cursor := ""; ; {
		page := n.do("GET", "/v1/events?limit=100&cursor="+cursor, nil).want(200)
		for _, e := range page.Body["data"].([]any) {
			if e.(object)["subject"].(object)["id"] == subject {
				out = append(out, e.(object)["type"].(string))
			}
		}
		if cursor, _ = page.Body["next_cursor"].(string); cursor == "" {
			return out
		}
	}
}

// However often a change is told, in whatever order and to how many at once: each event is there once.
func TestEventsAreToldOnce(t *testing.T) {
	n := newTenant(t)
	var camps []string
	var batch []stream.Record
	for range 5 {
		id := n.campaign(nil)
		n.do("POST", "/v1/campaigns/"+id+"/pause", nil).want(200)
		camps = append(camps, id)
		terms := n.head(id)
		terms.SK = "v00001" // of which nothing follows
		batch = append(batch, n.head(id), terms)
	}
	var wg sync.WaitGroup
	for seed := range uint64(6) {
		wg.Go(func() {
			mine := append(slices.Clone(batch), batch...)
			rand.New(rand.NewPCG(seed, 0)).Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			if again := n.relay(mine...); again != nil {
				t.Errorf("%v", again)
			}
		})
	}
	wg.Wait()
	for _, id := range camps {
		if got := n.told(id); !slices.Equal(got, []string{"campaign.updated", "campaign.created"}) {
			t.Errorf("%v", got)
		}
	}
	n.do("POST", "/v1/campaigns/"+camps[0]+"/resume", nil).want(200)
	n.relay(batch...)
	if got := n.told(camps[0]); !slices.Equal(got, []string{"campaign.updated", "campaign.updated", "campaign.created"}) {
		t.Errorf("%v", got)
	}
}

// A list can be asked by type and kind, in pages; an event alone; and nobody sees another's.
func TestEventsOverHTTP(t *testing.T) {
	n, other := newTenant(t), newTenant(t)
	for range 7 {
		n.relay(n.head(n.campaign(nil)))
	}
	seen, cursor := map[string]bool{}, ""
	for {
		page := n.do("GET", "/v1/events?limit=3&type=campaign.created&object=campaign&cursor="+cursor, nil).want(200)
		for _, e := range page.Body["data"].([]any) {
			seen[e.(object)["id"].(string)] = true
		}
		if cursor, _ = page.Body["next_cursor"].(string); cursor == "" {
			break
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d events", len(seen))
	}
	if none := n.do("GET", "/v1/events?type=campaign.updated", nil).want(200); len(none.Body["data"].([]any)) != 0 {
		t.Errorf("%s", none.Raw)
	}
	for _, wrong := range []string{"type=campaign.create", "object=campaigns"} {
		a := n.do("GET", "/v1/events?"+wrong, nil).want(422, "not_one_of")
		if param, _, _ := strings.Cut(wrong, "="); a.str("param") != param {
			t.Errorf("%s", a.Raw)
		}
	}
	for id := range seen {
		if e := n.do("GET", "/v1/events/"+id, nil).want(200); e.str("id") != id || e.str("type") != "campaign.created" {
			t.Errorf("%s", e.Raw)
		}
		other.do("GET", "/v1/events/"+id, nil).want(404)
		n.as(n.live, "GET", "/v1/events/"+id, nil).want(404)
		n.as(n.pk, "GET", "/v1/events/"+id, nil).want(403)
	}
	n.do("GET", "/v1/events/evt_none", nil).want(404)
	n.clock.move(31 * 24 * 60 * 60 * 1e9)
	if none := n.do("GET", "/v1/events", nil).want(200); len(none.Body["data"].([]any)) != 0 {
		t.Errorf("%s", none.Raw)
	}
}

// A row whose consequences fail for good is set aside, and holds up nobody; mended, it is followed up.
func TestPoisonIsParked(t *testing.T) {
	n := newTenant(t)
	good, bad := n.campaign(nil), n.campaign(nil)
	row := n.head(bad)
	whole := n.setDoc(row, "{")
	if again := n.relay(row, n.head(good)); again != nil {
		t.Errorf("%v", again)
	}
	if got := n.told(good); len(got) != 1 {
		t.Errorf("%v", got)
	}
	parked := n.parked(row)
	if len(parked) != 1 || !strings.Contains(suite.log.String(), `"msg":"parked"`) {
		t.Fatalf("%v", parked)
	}
	if err := n.house.Operator.Unpark(t.Context(), parked[0]); err == nil || len(n.parked(row)) != 1 {
		t.Errorf("still broken: %v", err)
	}
	n.setDoc(row, whole)
	if err := n.house.Operator.Unpark(t.Context(), parked[0]); err != nil || n.parked(row) != nil {
		t.Errorf("%v", err)
	}
	if got := n.told(bad); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// What is parked anew while an operator tries it again stays on the list.
func TestParkedAnewStaysParked(t *testing.T) {
	n := newTenant(t)
	row := n.head(n.campaign(nil))
	park := func() stream.Parked {
		t.Helper()
		if err := n.house.Operator.Park(t.Context(), stream.Parked{Record: row, Reason: "internal_error"}); err != nil {
			t.Fatal(err)
		}
		return n.parked(row)[0]
	}
	first := park()
	n.clock.move(time.Second)
	anew := park()
	if err := n.house.Operator.Unpark(t.Context(), first); err != nil || len(n.parked(row)) != 1 {
		t.Errorf("%v, parked %v", err, n.parked(row))
	}
	for range 2 {
		if err := n.house.Operator.Unpark(t.Context(), anew); err != nil || n.parked(row) != nil {
			t.Errorf("%v, parked %v", err, n.parked(row))
		}
	}
}

func (n *tenant) parked(row stream.Record) (out []stream.Parked) {
	n.t.Helper()
	if err := n.house.Operator.Parked(n.t.Context(), func(p stream.Parked) error {
		if p.Record == row {
			out = append(out, p)
		}
		return nil
	}); err != nil {
		n.t.Fatal(err)
	}
	return out
}

// setDoc overwrites a row's document, past all rules, and gives the one before.
func (n *tenant) setDoc(r stream.Record, doc string) string {
	n.t.Helper()
	update := "SET doc = :doc"
	out, err := n.house.Client.UpdateItem(n.t.Context(), &dynamodb.UpdateItemInput{
		TableName: &r.Table, UpdateExpression: &update, ReturnValues: types.ReturnValueAllOld,
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: r.PK}, "sk": &types.AttributeValueMemberS{Value: r.SK},
		},
		ExpressionAttributeValues: map[string]types.AttributeValue{":doc": &types.AttributeValueMemberS{Value: doc}},
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return out.Attributes["doc"].(*types.AttributeValueMemberS).Value
}
