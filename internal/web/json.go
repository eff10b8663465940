package web

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// strictJSON reads JSON as RFC 8259 wants it and a shop's developer needs it:
// a name twice in one object, invalid UTF-8, a wrong letter case and anything
// after the value are errors, not guesses.
var strictJSON = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		b, err := json.Marshal(v, json.Deterministic(true)) // whole, before a byte is sent: a failure can still become a 500
		if err != nil {
			return err
		}
		_, err = w.Write(b)
		return err
	},
	Unmarshal: func(data []byte, v any) error { return located(json.Unmarshal(data, v)) },
}

// located turns a decoding error into a message that problem.go understands:
// a sentence's name and, behind a bar, the place. Huma hands on only the text.
func located(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok && errors.Is(err, jsontext.ErrDuplicateName) {
		return fmt.Errorf("field_repeated|%s", path(e.JSONPointer))
	}
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		return fmt.Errorf("value_invalid|%s", path(e.JSONPointer))
	}
	return errors.New("body_malformed|")
}

// path writes a JSON pointer as elsewhere in problems: /order/lines/0/id becomes order.lines[0].id.
func path(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			b.WriteString("[" + token + "]")
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	return b.String()
}
