package customer

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lagniappe/lagniappe/internal/fault"
)

// RawRow is a line of a part as a JSON object, yet to be judged, or what is wrong with it.
type RawRow struct {
	Line int
	JSON []byte
	Err  *fault.Error
}

var byteOrderMark = []byte("\ufeff")

// metadataColumn begins the names of columns that are one entry of metadata each.
const metadataColumn = "metadata."

// Columns are those of an export in CSV, in their order. An import takes them in
// any order, and metadata.<key> beside them.
var Columns = []string{
	"id", "given_name", "family_name", "full_name", "salutation", "salutation_text", "language", "email", "phone", "phone_country",
	"birthday", "time_zone", "address.lines", "address.postal_code", "address.city", "address.region", "address.country", "tags", "metadata",
}

// RowsOfJSON reads JSON Lines, at most so many and one more.
func RowsOfJSON(body []byte, most int) (rows []RawRow) {
	number := 0
	for line := range bytes.Lines(bytes.TrimPrefix(body, byteOrderMark)) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if rows = append(rows, RawRow{Line: number, JSON: line}); len(rows) > most {
			return rows
		}
	}
	return rows
}

// RowsOfCSV reads CSV with a heading, at most so many rows and one more. An error
// means the part as a whole. Cells are taken as they are, and an empty one says
// nothing.
func RowsOfCSV(body []byte, most int) (rows []RawRow, err error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, byteOrderMark))) // as spreadsheets write it
	in.FieldsPerRecord = -1
	heading, err := in.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, ErrRowMalformed
	}
	if err := checkHeading(heading); err != nil {
		return nil, err
	}
	for len(rows) <= most {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			if bad.Line > bad.StartLine { // what follows was taken for a part of this line
				return nil, ErrQuoteOpen.Arg("line", bad.StartLine)
			}
			rows = append(rows, RawRow{Line: bad.StartLine, Err: ErrRowMalformed})
			continue
		}
		line, _ := in.FieldPos(0)
		object, f := objectOf(heading, cells)
		rows = append(rows, RawRow{Line: line, JSON: object, Err: f})
	}
	return rows, nil
}

// checkHeading wants an id, each column once, and none that a profile does not have:
// what would be lost in silence is refused while nothing has been written.
func checkHeading(heading []string) error {
	seen := map[string]bool{}
	for i, column := range heading {
		column = strings.TrimSpace(column)
		heading[i] = column
		entry := strings.HasPrefix(column, metadataColumn) && len(column) > len(metadataColumn)
		if len(heading) == 1 && strings.ContainsAny(column, ";\t") { // as Excel writes CSV in half of Europe
			return ErrColumnMissing.Arg("column", "id")
		}
		if !entry && !slices.Contains(Columns, column) || !utf8.ValidString(column) {
			return ErrColumnUnknown.Arg("column", strings.ToValidUTF8(column, "?"))
		}
		if seen[column] || entry && slices.Contains(heading, "metadata") {
			return ErrColumnRepeated.Arg("column", column)
		}
		seen[column] = true
	}
	if !seen["id"] {
		return ErrColumnMissing.Arg("column", "id")
	}
	return nil
}

// objectOf writes cells as the object that PUT takes.
func objectOf(heading, cells []string) (object []byte, f *fault.Error) {
	if len(cells) != len(heading) {
		return nil, ErrRowMalformed
	}
	row, address, metadata := map[string]any{}, map[string]any{}, map[string]any{}
	for i, cell := range cells {
		column, part, _ := strings.Cut(heading[i], ".")
		switch {
		case cell == "":
		case !utf8.ValidString(cell):
			return nil, ErrRowMalformed
		case heading[i] == "address.lines":
			address["lines"] = strings.Split(cell, "\n")
		case column == "address":
			address[part] = cell
		case part != "":
			metadata[part] = cell
		case column == "metadata":
			row[column] = json.RawMessage(cell)
		case column == "tags":
			if row[column], f = listOf(cell); f != nil {
				return nil, f
			}
		default:
			row[column] = cell
		}
	}
	for column, value := range map[string]map[string]any{"address": address, "metadata": metadata} {
		if len(value) > 0 {
			row[column] = value
		}
	}
	object, err := json.Marshal(row)
	if err != nil { // nothing but metadata can be no JSON
		return nil, fault.ErrInvalid.At("metadata")
	}
	return object, nil
}

// listOf reads a cell with a list: its entries are separated by commas, and
// quoted where they have one themselves.
func listOf(cell string) ([]string, *fault.Error) {
	in := csv.NewReader(strings.NewReader(cell))
	in.TrimLeadingSpace = true
	list, err := in.Read()
	if _, end := in.Read(); err != nil || !errors.Is(end, io.EOF) {
		return nil, fault.ErrInvalid.At("tags")
	}
	return list, nil
}
