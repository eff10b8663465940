package template

import (
	"os"
	"strings"
	"testing"
)

// table is a minimal good one, for mistakes in what follows it.
const table = `
Resources:
  T:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
`

func function(properties string) string {
	return table + "  FFunction:\n    Type: AWS::Serverless::Function\n    Properties: {" + properties + "}\n"
}

func policy(action, resource string) string {
	return function("Policies: [{Statement: [{Effect: Allow, Action: " + action + ", Resource: " + resource + "}]}]")
}

func properties(text string) string {
	return "Resources: {T: {Type: AWS::DynamoDB::Table, Properties: {" + text + "}}}"
}

func TestMalformed(t *testing.T) {
	const one = "AttributeDefinitions: [{AttributeName: pk, AttributeType: S}], "
	tests := map[string]struct{ text, want string }{
		"empty":                 {"", "no Resources"},
		"not yaml":              {"a: [", "did not find"},
		"a list":                {"[1, 2]", "cannot unmarshal"},
		"resources is text":     {"Resources: hello", "cannot unmarshal"},
		"resource twice":        {"Resources:\n  T: {Type: A}\n  T: {Type: B}", "already defined"},
		"resource is text":      {"Resources: {T: hello}", "T: "},
		"event is text":         {function("Events: {E: hello}"), "event E: "},
		"table is bare":         {"Resources: {T: {Type: AWS::DynamoDB::Table}}", "T: it has no Properties"},
		"table without keys":    {properties(one), "KeySchema: there are no keys"},
		"keys are text":         {properties("KeySchema: pk"), "T: "},
		"undefined key":         {properties(one + "KeySchema: [{AttributeName: sk, KeyType: HASH}]"), `key "sk" is not in`},
		"index without a name":  {properties(one + "KeySchema: [{AttributeName: pk, KeyType: HASH}], GlobalSecondaryIndexes: [{}]"), "no IndexName"},
		"index without keys":    {properties(one + "KeySchema: [{AttributeName: pk, KeyType: HASH}], LocalSecondaryIndexes: [{IndexName: i}]"), "index i: there are no keys"},
		"expiry of nothing":     {properties(one + "KeySchema: [{AttributeName: pk, KeyType: HASH}], TimeToLiveSpecification: {Enabled: true}"), "TimeToLiveSpecification"},
		"function has no name":  {"Resources: {Function: {Type: AWS::Serverless::Function, Properties: {a: b}}}", "leaves no folder"},
		"conditional variable":  {function("Environment: {Variables: {A: !If [B, C, D]}}"), "environment variable A: line 10"},
		"imported variable":     {function("Environment: {Variables: {A: !ImportValue B}}"), "!ImportValue is not understood"},
		"route without method":  {function("Events: {E: {Type: HttpApi, Properties: {Path: /x}}}"), "event E: a route needs"},
		"route without slash":   {function("Events: {E: {Type: HttpApi, Properties: {Path: x, Method: GET}}}"), "starts with /"},
		"route is text":         {function("Events: {E: {Type: HttpApi, Properties: x}}"), "event E: "},
		"all actions":           {policy(`"*"`, "!GetAtt T.Arn"), "wildcard"},
		"all table actions":     {policy("dynamodb:*", "!GetAtt T.Arn"), "action dynamodb:* is a wildcard"},
		"some actions":          {policy("[dynamodb:Get*]", "!GetAtt T.Arn"), "wildcard"},
		"all tables":            {policy("dynamodb:GetItem", `"*"`), "resource * is a wildcard"},
		"all indexes":           {policy("dynamodb:Query", `!Sub "${T.Arn}/index/*"`), "wildcard"},
		"unknown table":         {policy("dynamodb:GetItem", "!GetAtt X.Arn"), "no such table"},
		"unknown index":         {policy("dynamodb:Query", `!Sub "${T.Arn}/index/x"`), "no such table or index"},
		"name instead of arn":   {policy("dynamodb:GetItem", "!Ref T"), `"!Ref T" of a DynamoDB action is not understood`},
		"conditional resource":  {policy("dynamodb:GetItem", "!If [A, B, C]"), "not understood"},
		"no resource":           {function("Policies: [{Statement: {Effect: Allow, Action: dynamodb:GetItem}}]"), "need a Resource"},
		"not this resource":     {function("Policies: [{Statement: {Effect: Allow, Action: dynamodb:GetItem, NotResource: x}}]"), "need a Resource"},
		"not this action":       {function("Policies: [{Statement: {Effect: Allow, NotAction: s3:GetObject, Resource: x}}]"), "NotAction"},
		"no effect":             {function("Policies: [{Statement: {Action: dynamodb:GetItem}}]"), `Effect is ""`},
		"statement is text":     {function("Policies: [{Statement: [x]}]"), "policy statement"},
		"ready-made policy":     {function("Policies: [{DynamoDBCrudPolicy: {TableName: !Ref T}}]"), "DynamoDBCrudPolicy allows more"},
		"conditional policy":    {function("Policies: [!If [A, B, C]]"), "behind a condition"},
		"conditional policy, 2": {function("Policies: {Fn::If: [A, B, C]}"), "behind a condition"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parse([]byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want something about %q", err, test.want)
			}
		})
	}
}

// FuzzParse looks for panics only: any file may be refused.
func FuzzParse(f *testing.F) {
	raw, err := os.ReadFile("testdata/template.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(policy("dynamodb:GetItem", "!GetAtt T.Arn")))
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _ = parse(raw) })
}
