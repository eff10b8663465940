package template

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// streamsOf lists a function's DynamoDB events.
func (t *Template) streamsOf(function string, events map[string]yaml.Node) ([]Stream, error) {
	var streams []Stream
	for _, name := range inOrder(events) {
		var e event
		node := events[name]
		if err := node.Decode(&e); err != nil {
			return nil, fmt.Errorf("event %s: %w", name, err)
		}
		if e.Type != "DynamoDB" {
			continue
		}
		s, err := t.stream(function, e)
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", name, err)
		}
		streams = append(streams, s)
	}
	return streams, nil
}

// stream is strict: the table must be one of this template, with a stream.
func (t *Template) stream(function string, e event) (Stream, error) {
	var p struct {
		Stream yaml.Node `yaml:"Stream"`
	}
	if err := e.Properties.Decode(&p); err != nil {
		return Stream{}, err
	}
	name, argument := intrinsic(&p.Stream)
	for _, table := range t.Tables {
		if name == "GetAtt" && argument.Value == table.LogicalID+".StreamArn" && table.Definition.StreamSpecification != nil {
			return Stream{function, table.LogicalID}, nil
		}
	}
	return Stream{}, fmt.Errorf("its Stream is not !GetAtt <a table with a stream>.StreamArn")
}

// Streamed lists the tables whose streams call a function.
func (t *Template) Streamed(function string) []string {
	var tables []string
	for _, s := range t.Streams {
		if s.Function == function && !slices.Contains(tables, s.Table) {
			tables = append(tables, s.Table)
		}
	}
	return tables
}
