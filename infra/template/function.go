package template

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

type functionProperties struct {
	Environment environment          `yaml:"Environment"`
	Events      map[string]yaml.Node `yaml:"Events"`
	Policies    yaml.Node            `yaml:"Policies"`
}

type environment struct {
	Variables map[string]yaml.Node `yaml:"Variables"`
}

func (t *Template) addFunction(doc document, id string, properties *yaml.Node) error {
	var p functionProperties
	if err := properties.Decode(&p); err != nil {
		return err
	}
	f := Function{LogicalID: id, Folder: folder(id)}
	if f.Folder == "" {
		return errors.New("its name leaves no folder: call it RedemptionsFunction for functions/redemptions")
	}
	var err error
	if f.Environment, err = doc.variables(doc.Globals.Function.Environment, p.Environment); err != nil {
		return err
	}
	if f.Grants, err = t.grants(&p.Policies); err != nil {
		return err
	}
	routes, err := routesOf(id, p.Events)
	if err != nil {
		return err
	}
	streams, err := t.streamsOf(id, p.Events)
	if err != nil {
		return err
	}
	t.Functions = append(t.Functions, f)
	t.Streams = append(t.Streams, streams...)
	t.Routes = append(t.Routes, routes...)
	return nil
}

func folder(logicalID string) string {
	return strings.ToLower(strings.TrimSuffix(logicalID, "Function"))
}

// variables resolves the environments in turn; a later one overrides.
func (d document) variables(layers ...environment) (map[string]string, error) {
	resolved := map[string]string{}
	for _, layer := range layers {
		for name, node := range layer.Variables {
			v, err := d.resolve(&node)
			if err != nil {
				return nil, fmt.Errorf("environment variable %s: %w", name, err)
			}
			resolved[name] = v
		}
	}
	return resolved, nil
}
