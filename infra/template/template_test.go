package template

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func fixture(t *testing.T) *Template {
	t.Helper()
	tpl, err := Load("testdata/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func TestTables(t *testing.T) {
	tables := fixture(t).Tables
	if len(tables) != 2 {
		t.Fatalf("got %d tables, want 2", len(tables))
	}
	equal(t, "first table", tables[0].LogicalID, "CouponsTable")
	equal(t, "expiry", tables[0].TTLAttribute, "expires")
	equal(t, "definition", tables[0].Definition, &dynamodb.CreateTableInput{
		TableName:   aws.String("CouponsTable"),
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: "S"},
			{AttributeName: aws.String("sk"), AttributeType: "S"},
			{AttributeName: aws.String("campaign"), AttributeType: "S"},
			{AttributeName: aws.String("created"), AttributeType: "N"},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: "HASH"},
			{AttributeName: aws.String("sk"), KeyType: "RANGE"},
		},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("by_campaign"),
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String("campaign"), KeyType: "HASH"},
				{AttributeName: aws.String("created"), KeyType: "RANGE"},
			},
			Projection: &types.Projection{ProjectionType: "INCLUDE", NonKeyAttributes: []string{"status"}},
		}},
		StreamSpecification: &types.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: "NEW_AND_OLD_IMAGES",
		},
	})
	equal(t, "expiry that is switched off", tables[1].TTLAttribute, "")
	equal(t, "stream of a table without one", tables[1].Definition.StreamSpecification, (*types.StreamSpecification)(nil))
}

func TestRoutes(t *testing.T) {
	equal(t, "routes", fixture(t).Routes, []Route{
		{"RedemptionsFunction", "POST", "/v1/redemptions"},
		{"RedemptionsFunction", "GET", "/v1/redemptions/{id}"},
		{"RedemptionsFunction", "ANY", "$default"},
		{"RelayFunction", "ANY", "$default"},
	})
}

func TestFunctions(t *testing.T) {
	functions := fixture(t).Functions
	if len(functions) != 2 {
		t.Fatalf("got %d functions, want 2", len(functions))
	}
	equal(t, "redemptions", functions[0], Function{
		LogicalID: "RedemptionsFunction",
		Folder:    "redemptions",
		Environment: map[string]string{
			"COUPONS_TABLE": "CouponsTable",
			"LOG_LEVEL":     "debug",
			"CLAIM_DAYS":    "30",
			"LINK":          "https://ServerlessHttpApi.example/${literal}?days=30",
			"QUEUE_ARN":     "Work.Arn",
			"SENDER":        "",
			"RETRIES":       "3",
		},
		Grants: []Grant{
			{"CouponsTable", "", "GetItem"},
			{"CouponsTable", "", "UpdateItem"},
			{"CouponsTable", "by_campaign", "Query"},
			{"PeopleTable", "", "Query"},
		},
	})
	equal(t, "globals alone", functions[1].Environment["LOG_LEVEL"], "info")
	equal(t, "relay", functions[1].Grants, []Grant{{"CouponsTable", "", "GetRecords"}})
}

// TestRepository reads the template that gets deployed: whatever it uses, this
// package has to understand.
func TestRepository(t *testing.T) {
	tpl, err := Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(tpl.Tables) == 0 || len(tpl.Functions) == 0 || len(tpl.Routes) == 0 {
		t.Errorf("got %d tables, %d functions, %d routes", len(tpl.Tables), len(tpl.Functions), len(tpl.Routes))
	}
}

func TestLoadMissingFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "template.yaml"))
	if err == nil || !strings.Contains(err.Error(), "read template") {
		t.Errorf("got %v", err)
	}
}
