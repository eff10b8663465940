package template

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

const defaultPath = "$default"

type event struct {
	Type       string    `yaml:"Type"`
	Properties yaml.Node `yaml:"Properties"`
}

// routesOf lists a function's HttpApi events; streams, queues and schedules
// are not routes.
func routesOf(function string, events map[string]yaml.Node) ([]Route, error) {
	var routes []Route
	for _, name := range inOrder(events) {
		var e event
		node := events[name]
		if err := node.Decode(&e); err != nil {
			return nil, fmt.Errorf("event %s: %w", name, err)
		}
		if e.Type != "HttpApi" {
			continue
		}
		r, err := e.route(function)
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", name, err)
		}
		routes = append(routes, r)
	}
	return routes, nil
}

// route follows SAM in that an event with neither path nor method is the
// catch-all.
func (e event) route(function string) (Route, error) {
	var p struct {
		Method string `yaml:"Method"`
		Path   string `yaml:"Path"`
	}
	if err := e.Properties.Decode(&p); err != nil {
		return Route{}, err
	}
	if p.Path == defaultPath || (p.Path == "" && p.Method == "") {
		return Route{function, method(p.Method), defaultPath}, nil
	}
	if p.Method == "" || !strings.HasPrefix(p.Path, "/") {
		return Route{}, fmt.Errorf("a route needs a Method and a Path that starts with /, got %q %q", p.Method, p.Path)
	}
	return Route{function, method(p.Method), p.Path}, nil
}

// method also translates API Gateway's own name for "any method".
func method(name string) string {
	if name == "" || strings.EqualFold(name, "x-amazon-apigateway-any-method") {
		return "ANY"
	}
	return strings.ToUpper(name)
}
