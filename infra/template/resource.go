package template

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"go.yaml.in/yaml/v3"
)

// tableARN matches what follows once GetAtt and Sub are written the same way:
// a table, its stream, or one index of it.
var tableARN = regexp.MustCompile(`^\$\{(\w+)\.(?:Arn|StreamArn)\}(?:/index/([\w.-]+))?$`)

// tableResource finds the table, and the index if any, that a statement's
// resource means.
func (t *Template) tableResource(node *yaml.Node) (table, index string, err error) {
	text := arnText(node)
	if strings.ContainsAny(text, "*?") {
		return "", "", fmt.Errorf("resource %s is a wildcard: name each table and index", text)
	}
	m := tableARN.FindStringSubmatch(text)
	if m == nil {
		return "", "", fmt.Errorf("resource %q of a DynamoDB action is not understood: "+
			"write !GetAtt SomeTable.Arn or !Sub \"${SomeTable.Arn}/index/some_index\"", text)
	}
	if !t.has(m[1], m[2]) {
		return "", "", fmt.Errorf("resource %s: the template has no such table or index", text)
	}
	return m[1], m[2], nil
}

func arnText(node *yaml.Node) string {
	name, argument := intrinsic(node)
	switch name {
	case "GetAtt":
		return "${" + attribute(argument) + "}"
	case "Sub", "":
		return argument.Value
	}
	return "!" + name + " " + argument.Value
}

// has tells whether the template holds the table and, unless its name is
// empty, the index.
func (t *Template) has(table, index string) bool {
	for _, x := range t.Tables {
		if x.LogicalID == table {
			return index == "" || x.hasIndex(index)
		}
	}
	return false
}

func (t Table) hasIndex(name string) bool {
	for _, x := range t.Definition.GlobalSecondaryIndexes {
		if aws.ToString(x.IndexName) == name {
			return true
		}
	}
	for _, x := range t.Definition.LocalSecondaryIndexes {
		if aws.ToString(x.IndexName) == name {
			return true
		}
	}
	return false
}
