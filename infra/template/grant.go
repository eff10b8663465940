package template

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// statement is one entry of an inline policy. The two Not fields are read only
// to be refused: on an Allow they are wildcards in disguise.
type statement struct {
	Effect      string    `yaml:"Effect"`
	Action      yaml.Node `yaml:"Action"`
	Resource    yaml.Node `yaml:"Resource"`
	NotAction   yaml.Node `yaml:"NotAction"`
	NotResource yaml.Node `yaml:"NotResource"`
}

// grants flattens a function's inline policies into one row per table or
// index and action. The list is strict where a role could allow more than it
// shows: wildcards, SAM's table policies (which include Scan) and resources
// that are no table of this template are errors. A Deny only takes away and
// is skipped, and so is everything that is neither DynamoDB nor a secret.
func (t *Template) grants(policies *yaml.Node) ([]Grant, error) {
	var all []Grant
	for _, policy := range list(policies) {
		statements, err := statementsOf(policy)
		if err != nil {
			return nil, err
		}
		for _, node := range statements {
			granted, err := t.statementGrants(node)
			if err != nil {
				return nil, fmt.Errorf("line %d: policy statement: %w", node.Line, err)
			}
			all = append(all, granted...)
		}
	}
	slices.SortFunc(all, func(a, b Grant) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Action, b.Action))
	})
	return slices.Compact(all), nil
}

// statementsOf returns the statements of an inline policy, and none for a
// managed policy's name or one of SAM's own policies about other services.
func statementsOf(policy *yaml.Node) ([]*yaml.Node, error) {
	name, _ := intrinsic(policy)
	switch {
	case name == "If" || policy.Kind == yaml.SequenceNode:
		return nil, fmt.Errorf("line %d: a policy behind a condition is not understood", policy.Line)
	case policy.Kind != yaml.MappingNode:
		return nil, nil
	}
	for i := 0; i+1 < len(policy.Content); i += 2 {
		name := policy.Content[i]
		if name.Value == "Statement" {
			return list(policy.Content[i+1]), nil
		}
		if strings.HasPrefix(name.Value, "DynamoDB") {
			return nil, fmt.Errorf("line %d: %s allows more than a function needs: write a Statement", name.Line, name.Value)
		}
	}
	return nil, nil
}

func (t *Template) statementGrants(node *yaml.Node) ([]Grant, error) {
	var s statement
	if err := node.Decode(&s); err != nil {
		return nil, err
	}
	if s.Effect == "Deny" {
		return nil, nil
	}
	if s.Effect != "Allow" {
		return nil, fmt.Errorf("the Effect is %q, not Allow or Deny", s.Effect)
	}
	if secrets, err := s.secretGrants(); err != nil || len(secrets) > 0 {
		return secrets, err
	}
	actions, err := s.tableActions()
	if err != nil || len(actions) == 0 {
		return nil, err
	}
	if !s.NotResource.IsZero() || len(list(&s.Resource)) == 0 {
		return nil, errors.New("DynamoDB actions need a Resource that names each table")
	}
	return t.cross(actions, list(&s.Resource))
}

// secretGrants reads a statement about secrets: it names the action and, with
// !Ref, each secret.
func (s statement) secretGrants() ([]Grant, error) {
	var grants []Grant
	for _, action := range list(&s.Action) {
		if !strings.HasPrefix(strings.ToLower(action.Value), "secretsmanager:") {
			continue
		}
		for _, resource := range list(&s.Resource) {
			name, argument := intrinsic(resource)
			if name != "Ref" || strings.Contains(action.Value, "*") || len(list(&s.Action)) > 1 {
				return nil, errors.New("a statement about secrets names one action and each secret with !Ref")
			}
			grants = append(grants, Grant{Table: argument.Value, Action: strings.TrimPrefix(action.Value, "secretsmanager:")})
		}
	}
	return grants, nil
}

// tableActions returns the DynamoDB actions of a statement without their prefix.
func (s statement) tableActions() ([]string, error) {
	if !s.NotAction.IsZero() {
		return nil, errors.New("NotAction allows nearly everything: name the actions")
	}
	var actions []string
	for _, node := range list(&s.Action) {
		service, action, _ := strings.Cut(node.Value, ":")
		switch {
		case service == "*", strings.EqualFold(service, "dynamodb") && strings.ContainsAny(action, "*?"):
			return nil, fmt.Errorf("action %s is a wildcard: name each action", node.Value)
		case strings.EqualFold(service, "dynamodb"):
			actions = append(actions, action)
		}
	}
	return actions, nil
}

func (t *Template) cross(actions []string, resources []*yaml.Node) ([]Grant, error) {
	var grants []Grant
	for _, node := range resources {
		table, index, err := t.tableResource(node)
		if err != nil {
			return nil, err
		}
		for _, action := range actions {
			grants = append(grants, Grant{table, index, action})
		}
	}
	return grants, nil
}
