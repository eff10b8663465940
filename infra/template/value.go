package template

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// intrinsic tells which CloudFormation function a node calls, and with what.
// Both spellings count: the tag (!Ref X) and the mapping ({Ref: X}). A plain
// value has no name and is its own argument.
func intrinsic(node *yaml.Node) (name string, argument *yaml.Node) {
	if tag, found := strings.CutPrefix(node.Tag, "!"); found && !strings.HasPrefix(tag, "!") {
		return tag, node
	}
	if node.Kind == yaml.MappingNode && len(node.Content) == 2 {
		name := node.Content[0].Value
		if name == "Ref" || strings.HasPrefix(name, "Fn::") {
			return strings.TrimPrefix(name, "Fn::"), node.Content[1]
		}
	}
	return "", node
}

// attribute returns the argument of a GetAtt, which may be "X.Arn" or [X, Arn].
func attribute(argument *yaml.Node) string {
	if argument.Kind != yaml.SequenceNode {
		return argument.Value
	}
	var parts []string
	for _, part := range argument.Content {
		parts = append(parts, part.Value)
	}
	return strings.Join(parts, ".")
}

// resolve returns what a value is on a laptop: a parameter stands for its
// default, and a resource for its own logical id, under which it is created.
func (d document) resolve(node *yaml.Node) (string, error) {
	name, argument := intrinsic(node)
	switch {
	case name == "GetAtt":
		return attribute(argument), nil
	case argument.Kind != yaml.ScalarNode:
		return "", fmt.Errorf("line %d: this kind of value is not understood: use text, !Ref, !GetAtt or !Sub", node.Line)
	case name == "Ref":
		return d.reference(argument.Value), nil
	case name == "Sub":
		return d.substitute(argument.Value), nil
	case name == "":
		return argument.Value, nil
	}
	return "", fmt.Errorf("line %d: !%s is not understood: use !Ref, !GetAtt or !Sub", node.Line, name)
}

func (d document) reference(id string) string {
	if p, found := d.Parameters[id]; found {
		return p.Default.Value
	}
	return id
}

var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

// substitute fills the ${…} of a Sub; ${!X} is how a template writes ${X} itself.
func (d document) substitute(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(match string) string {
		id := strings.TrimSpace(match[2 : len(match)-1])
		if literal, found := strings.CutPrefix(id, "!"); found {
			return "${" + literal + "}"
		}
		return d.reference(id)
	})
}

// list reads what CloudFormation accepts as one value or a list of them.
func list(node *yaml.Node) []*yaml.Node {
	if node.IsZero() {
		return nil
	}
	if name, _ := intrinsic(node); name == "" && node.Kind == yaml.SequenceNode {
		return node.Content
	}
	return []*yaml.Node{node}
}
