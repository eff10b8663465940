// Package template reads the repo's SAM template, so that a laptop and the
// tests run what gets deployed instead of a second description of it.
//
// These stand in template.yaml and nowhere else: the tables with their indexes,
// the routes and the tables' streams with the function behind each, and what
// every function may do to which table. The local server creates the tables,
// mounts the routes and follows the streams; a test compares the last with what
// the functions really did, because no emulator enforces a role.
//
// Start at [Load]. Each kind of resource has a file of its own: table.go,
// function.go, route.go and grant.go; value.go understands the few CloudFormation
// functions (Ref, GetAtt, Sub) that those parts use. Whatever does not matter
// on a laptop (encryption, backups, alarms, queues) is skipped unread.
package template

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"go.yaml.in/yaml/v3"
)

// Template is the locally relevant part of a SAM template. Tables, functions,
// routes and streams stand in the order of the file.
type Template struct {
	Tables    []Table
	Routes    []Route
	Streams   []Stream
	Functions []Function
}

// Table is one AWS::DynamoDB::Table, ready to be created. Its table name is
// its logical id, which is also what a !Ref to it resolves to.
type Table struct {
	LogicalID    string
	Definition   *dynamodb.CreateTableInput
	TTLAttribute string // empty when rows do not expire
}

// Route is one HttpApi event. The catch-all route has the path "$default" and,
// unless the event names one, the method "ANY".
type Route struct {
	Function, Method, Path string
}

// Stream says that a table's stream calls a function.
type Stream struct {
	Function, Table string
}

// Function is one AWS::Serverless::Function.
type Function struct {
	LogicalID   string
	Folder      string            // below functions/: RedemptionsFunction lives in redemptions
	Environment map[string]string // that of Globals, overridden by its own
	Grants      []Grant           // sorted, each once
}

// Grant is one action that a function's role allows on one table, or on one
// index of it when Index is not empty.
type Grant struct {
	Table, Index, Action string
}

// Load reads the template at path. Its errors name the file and the line.
func Load(path string) (*Template, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	t, err := parse(raw)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", path, err)
	}
	return t, nil
}

// parse reads the tables first, because grants are checked against them.
func parse(raw []byte) (*Template, error) {
	var doc document
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	if len(doc.Resources) == 0 {
		return nil, errors.New("it has no Resources")
	}
	t := &Template{}
	if err := doc.each("AWS::DynamoDB::Table", t.addTable); err != nil {
		return nil, err
	}
	err := doc.each("AWS::Serverless::Function", func(id string, properties *yaml.Node) error {
		return t.addFunction(doc, id, properties)
	})
	return t, err
}

// document is the outline of a template file. What may hold a CloudFormation
// function stays a node, since decoding would drop its tag.
type document struct {
	Parameters map[string]struct {
		Default yaml.Node `yaml:"Default"`
	} `yaml:"Parameters"`
	Globals struct {
		Function struct {
			Environment environment `yaml:"Environment"`
		} `yaml:"Function"`
	} `yaml:"Globals"`
	Resources map[string]yaml.Node `yaml:"Resources"`
}

type resource struct {
	Type       string    `yaml:"Type"`
	Properties yaml.Node `yaml:"Properties"`
}

// each visits the resources of one type in the order of the file.
func (d document) each(kind string, visit func(id string, properties *yaml.Node) error) error {
	for _, id := range inOrder(d.Resources) {
		var r resource
		node := d.Resources[id]
		if err := node.Decode(&r); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if r.Type != kind {
			continue
		}
		if r.Properties.Kind != yaml.MappingNode {
			return fmt.Errorf("%s: it has no Properties", id)
		}
		if err := visit(id, &r.Properties); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	return nil
}

// inOrder returns the keys of a mapping as they stood in the file: a decoded
// mapping keeps no order, but its nodes keep their lines. Names break ties.
func inOrder(m map[string]yaml.Node) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(m[a].Line, m[b].Line), cmp.Compare(a, b))
	})
}
