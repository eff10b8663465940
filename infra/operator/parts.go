package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// What a part may have.
const (
	maxLines = 1000
	maxBytes = 4 << 20
)

// parts cuts a file into the parts of an import, the same ones each time. It keeps
// one of them.
type parts struct {
	in      *bufio.Reader
	csv     bool
	heading []byte // of CSV; every part begins with it
	next    []byte // a line that the part before had no room for
	line    int    // of the file: where the next part begins
}

// part is one of them. Its lines are numbered as it is sent; shift makes them the file's.
type part struct {
	body  []byte
	shift int
}

func newParts(r io.Reader, csv bool) (*parts, error) {
	p := &parts{in: bufio.NewReaderSize(r, 1<<16), csv: csv, line: 1}
	if !csv {
		return p, nil
	}
	var err error
	for len(bytes.TrimSpace(bytes.TrimPrefix(p.heading, []byte("\ufeff")))) == 0 && err == nil {
		var line []byte
		line, err = p.record()
		p.heading = append(p.heading, line...)
	}
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if !bytes.HasSuffix(p.heading, []byte("\n")) {
		p.heading = append(p.heading, '\n')
	}
	p.line += bytes.Count(p.heading, []byte("\n"))
	return p, err
}

// read gives the next part, or io.EOF behind the last.
func (p *parts) read() (out part, err error) {
	out = part{bytes.Clone(p.heading), p.line - 1 - bytes.Count(p.heading, []byte("\n"))}
	for lines := 0; ; {
		line := p.next
		if p.next = nil; line == nil {
			line, err = p.record()
		}
		blank, full := p.blank(line), lines == maxLines || len(out.body)+len(line) > maxBytes
		switch {
		case errors.Is(err, io.EOF) && lines > 0:
			return out, nil
		case err != nil:
			return out, err
		case blank && lines == 0:
			out.shift++ // it is left out
		case full && lines == 0:
			return out, fmt.Errorf("line %d is larger than a part may be", p.line)
		case full && !blank:
			p.next = line
			return out, nil
		case !full:
			out.body = append(out.body, line...) // blank ones, too: lines are counted
		}
		if p.line += bytes.Count(line, []byte("\n")); !blank {
			lines++
		}
	}
}

// blank reports whether a line is no row.
func (p *parts) blank(line []byte) bool {
	if p.csv {
		return len(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))) == 0
	}
	return len(bytes.TrimSpace(line)) == 0
}

// record reads a line, or in CSV a row, which may have line breaks in quoted cells.
// Where a row ends is decided as encoding/csv decides it, which reads it in the
// end: a quotation mark in the wrong place spoils its line and no other.
func (p *parts) record() (raw []byte, err error) {
	begins, quoted, spoilt := true, false, false // a cell begins; it is quoted; nothing counts up to the end of the line
	for len(raw) <= maxBytes {
		b, err := p.in.ReadByte()
		if err != nil {
			if errors.Is(err, io.EOF) && len(raw) > 0 {
				return raw, nil
			}
			return raw, err
		}
		raw = append(raw, b)
		switch {
		case b == '\n' && !quoted:
			return raw, nil
		case !p.csv || spoilt:
		case quoted && b == '"':
			quoted, spoilt = p.quote(&raw)
		case quoted:
		case b == '"':
			quoted, spoilt = begins, !begins
			begins = false
		default:
			begins = b == ','
		}
	}
	return nil, fmt.Errorf("the row that begins in line %d is larger than a part may be; is a quotation mark left open?", p.line)
}

// quote reads on behind a quotation mark in a quoted cell: the cell goes on behind a
// second one, ends before a comma or the line's end, and before anything else is spoilt.
func (p *parts) quote(raw *[]byte) (quoted, spoilt bool) {
	ahead, _ := p.in.Peek(2)
	switch {
	case len(ahead) > 0 && ahead[0] == '"':
		b, _ := p.in.ReadByte()
		*raw = append(*raw, b)
		return true, false
	case len(ahead) == 0, ahead[0] == ',', ahead[0] == '\n', bytes.Equal(ahead, []byte("\r\n")), bytes.Equal(ahead, []byte("\r")):
		return false, false
	}
	return false, true
}
