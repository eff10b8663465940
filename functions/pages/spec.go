package pages

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// spec is the part of an OpenAPI document that the page shows.
type spec struct {
	Info struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
	} `json:"info"`
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
	Sentences map[string]string `json:"-"` // code of a problem → what it says
}

type operation struct {
	Method      string                `json:"-"`
	Path        string                `json:"-"`
	OperationID string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Description string                `json:"description"`
	Tags        []string              `json:"tags"`
	Security    []map[string][]string `json:"security"`
	Parameters  []parameter           `json:"parameters"`
	RequestBody content               `json:"requestBody"`
	Responses   map[string]content    `json:"responses"`
}

type parameter struct {
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Schema      schema `json:"schema"`
}

type content struct {
	Description string `json:"description"`
	Content     map[string]struct {
		Schema schema `json:"schema"`
	} `json:"content"`
}

type schema struct {
	Ref         string            `json:"$ref"`
	Type        any               `json:"type"`
	Description string            `json:"description"`
	Format      string            `json:"format"`
	Enum        []any             `json:"enum"`
	Items       *schema           `json:"items"`
	OneOf       []schema          `json:"oneOf"`
	Properties  map[string]schema `json:"properties"`
	Required    []string          `json:"required"`
}

// tagged is one section of the page.
type tagged struct {
	Tag        string
	Operations []operation
}

// Sections groups the operations by tag, in the order of a shop's work.
func (s spec) Sections() []tagged {
	var out []tagged
	for _, tag := range s.tags() {
		section := tagged{Tag: tag}
		for path, methods := range s.Paths {
			for method, op := range methods {
				if slices.Contains(op.Tags, tag) && method != "options" {
					op.Method, op.Path = strings.ToUpper(method), path
					section.Operations = append(section.Operations, op)
				}
			}
		}
		slices.SortFunc(section.Operations, byUse)
		out = append(out, section)
	}
	return out
}

// tags lists every tag that an operation has: first in the order of a shop's
// work, then whatever came since this list was written.
func (s spec) tags() []string {
	tags := []string{"Campaigns", "Coupons", "Validations", "Offers", "Redemptions", "Holds", "Keys"}
	var more []string
	for _, methods := range s.Paths {
		for _, op := range methods {
			for _, tag := range op.Tags {
				if !slices.Contains(tags, tag) && !slices.Contains(more, tag) {
					more = append(more, tag)
				}
			}
		}
	}
	slices.Sort(more)
	return append(tags, more...)
}

// byUse puts the short paths first, and on one path what makes before what reads and changes.
func byUse(a, b operation) int {
	methods := []string{"POST", "GET", "PATCH"}
	return cmp.Or(
		cmp.Compare(strings.Count(a.Path, "/"), strings.Count(b.Path, "/")),
		strings.Compare(a.Path, b.Path),
		cmp.Compare(slices.Index(methods, a.Method), slices.Index(methods, b.Method)),
	)
}

// Answers are the statuses of success; Problems those of problems.
func (o operation) Answers() map[string]content { return o.responses("2") }

// Problems are the statuses that carry a Problem, in their order.
func (o operation) Problems() []string { return slices.Sorted(maps.Keys(o.responses("4", "5"))) }

func (o operation) responses(classes ...string) map[string]content {
	out := map[string]content{}
	for status, r := range o.Responses {
		if slices.Contains(classes, status[:1]) {
			out[status] = r
		}
	}
	return out
}

// Scope is what the key needs; empty where none is asked for.
func (o operation) Scope() string {
	for _, s := range o.Security {
		for _, scopes := range s {
			return strings.Join(scopes, " ")
		}
	}
	return ""
}

// Body is the request's schema.
func (o operation) Body() schema { return o.RequestBody.Content["application/json"].Schema }
