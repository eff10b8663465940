package emulator

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lagniappe/lagniappe/infra/template"
)

func TestCreateTables(t *testing.T) {
	client := clientOf(run(t, t.TempDir()))
	for range 2 { // the second time, all of it exists
		if err := CreateTables(t.Context(), client, tables(t)); err != nil {
			t.Fatal(err)
		}
	}
	name := aws.String("CouponsTable")
	out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: name})
	if err != nil {
		t.Fatal(err)
	}
	if got := out.Table; got.TableStatus != types.TableStatusActive || len(got.GlobalSecondaryIndexes) != 1 || got.LatestStreamArn == nil {
		t.Errorf("got %+v", got)
	}
	ttl, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: name})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(ttl.TimeToLiveDescription.AttributeName); got != "expires" {
		t.Errorf("rows expire by %q", got)
	}
}

// TestCreateTablesOfTheRepository creates what gets deployed.
func TestCreateTablesOfTheRepository(t *testing.T) {
	tpl, err := template.Load("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	e := run(t, t.TempDir())
	if err := Prepare(t.Context(), e, clientOf(e), tpl.Tables); err != nil {
		t.Fatal(err)
	}
}

func TestCreateTablesNoticesAnOldFile(t *testing.T) {
	client := clientOf(run(t, t.TempDir()))
	old := tables(t)
	old[0].Definition.GlobalSecondaryIndexes = nil
	old[0].Definition.AttributeDefinitions = old[0].Definition.AttributeDefinitions[:2]
	if err := CreateTables(t.Context(), client, old); err != nil {
		t.Fatal(err)
	}
	err := CreateTables(t.Context(), client, tables(t))
	if err == nil || !strings.Contains(err.Error(), "create table CouponsTable: it exists without the index by_campaign") {
		t.Errorf("got %v", err)
	}
}

func TestCreateTablesReportsWhatIsWrong(t *testing.T) {
	client := clientOf(run(t, t.TempDir()))
	broken := tables(t)[1:]
	broken[0].Definition.KeySchema = nil
	err := CreateTables(t.Context(), client, broken)
	if err == nil || !strings.Contains(err.Error(), "create table PeopleTable") {
		t.Errorf("got %v", err)
	}
}
