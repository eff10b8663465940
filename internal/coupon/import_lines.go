package coupon

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxLines bounds a part, so that it is done within one call.
const MaxLines = 1000

// row is what a line says, before it is judged. The names are those of CSV's heading, too.
type row struct {
	number    int
	err       error     // it cannot be read
	Code      string    `json:"code"`
	Customer  string    `json:"customer"`
	StartsAt  time.Time `json:"starts_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// PartInCSV says whether a media type is that of a part in CSV, or else in JSON Lines.
func PartInCSV(mediaType string) (bool, error) {
	name, _, err := mime.ParseMediaType(mediaType)
	lines := slices.Contains([]string{"application/x-ndjson", "application/jsonl", "application/x-jsonlines"}, name)
	if err != nil || name != "text/csv" && !lines {
		return false, ErrPartUnsupported
	}
	return !lines, nil
}

// rowsOf reads a part in the form that its media type names.
func rowsOf(mediaType string, body []byte) ([]row, error) {
	inCSV, err := PartInCSV(mediaType)
	switch {
	case err != nil:
		return nil, err
	case inCSV:
		return rowsOfCSV(body)
	}
	return rowsOfJSON(body)
}

// added appends a row, up to the bound.
func added(rows []row, r row) ([]row, error) {
	if len(rows) == MaxLines {
		return nil, ErrPartTooLong.Arg("limit", MaxLines)
	}
	return append(rows, r), nil
}

func rowsOfJSON(body []byte) (rows []row, err error) {
	number := 0
	for line := range bytes.Lines(body) {
		number++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		r := row{}
		in := json.NewDecoder(bytes.NewReader(line))
		in.DisallowUnknownFields()
		r.err = in.Decode(&r)
		if _, more := in.Token(); r.err == nil && !errors.Is(more, io.EOF) || !utf8.Valid(line) {
			r.err = ErrLineMalformed
		}
		r.number = number
		if rows, err = added(rows, r); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// columns are CSV's, in the order that they have without a heading.
var columns = []string{"code", "customer", "starts_at", "expires_at"}

func rowsOfCSV(body []byte) (rows []row, err error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff")))) // as spreadsheets write it
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	order := columns
	for first := true; ; first = false {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if first && err == nil && slices.ContainsFunc(fields, func(f string) bool { return strings.EqualFold(strings.TrimSpace(f), "code") }) {
			order = fields
			continue
		}
		var r row
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			r = row{number: bad.StartLine, err: err}
		} else {
			r = rowOf(order, fields)
			r.number, _ = in.FieldPos(0)
		}
		if rows, err = added(rows, r); err != nil {
			return nil, err
		}
	}
}

// rowOf reads fields under their columns. An empty field is as good as none.
func rowOf(order, fields []string) (r row) {
	for i, f := range fields {
		f = strings.TrimSpace(f)
		column := ""
		if i < len(order) {
			column = strings.ToLower(strings.TrimSpace(order[i]))
		}
		switch {
		case f == "":
		case !utf8.ValidString(f):
			r.err = ErrLineMalformed
		case column == "code":
			r.Code = f
		case column == "customer":
			r.Customer = f
		case column == "starts_at":
			r.StartsAt, r.err = instant(f, column, r.err)
		case column == "expires_at":
			r.ExpiresAt, r.err = instant(f, column, r.err)
		default:
			r.err = ErrLineMalformed
		}
	}
	return r
}
