package pages

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/lagniappe/lagniappe/infra/openapi"
	"github.com/lagniappe/lagniappe/internal/web"
)

//go:embed reference.html
var page string

// Name writes a schema's type for people: string, integer, Reason[], "a" | "b".
func (s schema) Name() string {
	switch {
	case s.Ref != "":
		return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	case len(s.Enum) > 0:
		var values []string
		for _, v := range s.Enum {
			values = append(values, fmt.Sprintf("%q", v))
		}
		return strings.Join(values, " | ")
	case len(s.OneOf) > 0:
		var names []string
		for _, o := range s.OneOf {
			names = append(names, o.Name())
		}
		return strings.Join(names, " | ")
	case s.Items != nil:
		return s.Items.Name() + "[]"
	case s.Format != "":
		return s.Format
	}
	return strings.Trim(fmt.Sprint(s.Type), "[]")
}

// Link is the name of the schema that a type leads to, or empty.
func (s schema) Link() string {
	switch {
	case s.Ref != "":
		return s.Name()
	case s.Items != nil:
		return s.Items.Link()
	}
	return ""
}

// Needs reports whether a property must be there.
func (s schema) Needs(property string) bool { return slices.Contains(s.Required, property) }

var (
	placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)
	inCode      = regexp.MustCompile("`([^`]+)`")
)

// prose escapes a description and sets what stands in backticks as code.
func prose(s string) template.HTML {
	return template.HTML(inCode.ReplaceAllString(template.HTMLEscapeString(s), "<code>$1</code>")) //nolint:gosec // escaped before
}

// referencePage renders the document once, with the first who asks.
var referencePage = sync.OnceValues(func() ([]byte, error) {
	var s spec
	if err := json.Unmarshal(openapi.Document, &s); err != nil {
		return nil, fmt.Errorf("pages: the document: %w", err)
	}
	s.Sentences = web.Sentences()
	for code, sentence := range s.Sentences {
		s.Sentences[code] = placeholder.ReplaceAllString(sentence, "‹$1›")
	}
	t, err := template.New("reference").Funcs(template.FuncMap{"prose": prose}).Parse(page)
	if err != nil {
		return nil, fmt.Errorf("pages: the template: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, s)
	return b.Bytes(), err
})
