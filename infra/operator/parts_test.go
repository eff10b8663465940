package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// cut gives all parts of a file.
func cut(text string, inCSV bool) (all []part, err error) {
	p, err := newParts(strings.NewReader(text), inCSV)
	for err == nil {
		var next part
		if next, err = p.read(); err == nil {
			all = append(all, next)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return all, err
}

// numbered reads rows as the API does: fields, or an error, with the line where each begins.
func numbered(body string, shift int) (rows []string) {
	in := csv.NewReader(strings.NewReader(body))
	in.FieldsPerRecord = -1
	for heading := true; ; heading = false {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		line := 0
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			line, fields = bad.StartLine, nil
		} else {
			line, _ = in.FieldPos(0)
		}
		if !heading {
			rows = append(rows, fmt.Sprintf("%d %q", line+shift, fields))
		}
	}
}

// Whatever a file has in it: its parts have the rows of the whole, each once, in
// the lines that they have there, and no more than a part may have.
func TestParts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var b strings.Builder
		b.WriteString(rapid.SampledFrom([]string{"", "\n", "\ufeff"}).Draw(rt, "before") + "id,a\n")
		piece := rapid.SampledFrom([]string{
			"c,1\n", "c,\"x\ny\"\n", "\n", "\r\n", "c,\"a\"\"b\"\r\n", "c,b\"d\n", "c,b\"d,\"x\n", "\"a\"x,\"b\n", "c,\"a\n\n\"\"\n,\"\n", " \n", ",\n", strings.Repeat("c,2\n", 700), "c," + strings.Repeat("x", 1<<20) + "\n",
		})
		for range rapid.IntRange(0, 12).Draw(rt, "pieces") {
			b.WriteString(piece.Draw(rt, "piece"))
		}
		b.WriteString(rapid.SampledFrom([]string{"", "c,3", "c,\"4\"", "\r"}).Draw(rt, "end"))
		text := b.String()
		all, err := cut(text, true)
		if err != nil {
			rt.Fatal(err)
		}
		var got []string
		for _, p := range all {
			rows := numbered(string(p.body), p.shift)
			if got = append(got, rows...); len(rows) == 0 || len(rows) > maxLines || len(p.body) > maxBytes {
				rt.Fatalf("a part of %d rows and %d bytes", len(rows), len(p.body))
			}
		}
		want := numbered(text, 0)
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			rt.Fatalf("%.300q\n%.300q\nwant %.300q", text, got, want)
		}
	})
}

func TestPartsOfJSONLines(t *testing.T) {
	row, text := `{"id":"c"}`+"\n", "\n"
	text += strings.Repeat(row, 1500) + "  \n" + strings.Repeat(row, 700) + `{"id":"last"}`
	all, err := cut(text, false)
	if err != nil || len(all) != 3 || all[0].shift != 1 || all[1].shift != 1001 || bytes.Count(all[1].body, []byte("\n")) != 1001 || all[2].shift != 2002 || !bytes.HasSuffix(all[2].body, []byte(`"last"}`)) {
		t.Errorf("%d parts, %v", len(all), err)
	}
	for what, bad := range map[string]string{"a row": "id\n" + strings.Repeat("x", maxBytes), "an open quotation mark": "id\n\"" + strings.Repeat("x\n", maxBytes), "nothing": ""} {
		if _, err := cut(bad, true); err == nil {
			t.Errorf("%s passes", what)
		}
	}
}
