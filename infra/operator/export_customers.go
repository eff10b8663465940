package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"github.com/schollz/progressbar/v3"
)

// exportCustomers writes all customers of a side to a file, as an import takes them.
type exportCustomers struct {
	api
	Out    string `arg:"" help:"The file to write." type:"path"`
	Format string `help:"csv, or jsonl for a JSON object a line." enum:"csv,jsonl" default:"csv"`
}

// Run writes page by page. The same command again goes on behind the last whole one.
func (c exportCustomers) Run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	b, err := readProgress(c.Out)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE, 0o600) // it is full of people
	if err != nil {
		return err
	}
	bar := newBar(-1, "customers", progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSpinnerType(14))
	written, err := c.write(ctx, file, b, bar)
	stopBar(bar, err)
	if err = errors.Join(err, file.Close()); err != nil {
		return unfinished(ctx, err, c.Out)
	}
	fmt.Fprintf(os.Stderr, "%s: %d customers\n", c.Out, written)
	if err := os.Remove(progressFile(c.Out)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

var nextPage = regexp.MustCompile(`^<([^>]+)>; rel="next"$`)

// write fetches the pages from the one that is next, and notes after each how far it is. It gives how many customers the file has.
func (c exportCustomers) write(ctx context.Context, file *os.File, b begun, bar *progressbar.ProgressBar) (written int64, err error) {
	info, err := file.Stat()
	if err != nil {
		return b.Count, err
	}
	switch {
	case b.Next != "" && (!strings.Contains(b.Next, "format="+c.Format) || info.Size() < b.Size):
		return 0, errors.New("this export was begun in another format, or its file is not there any more")
	case b.Next == "":
		b = begun{Next: "/v1/customers?limit=1000&format=" + c.Format}
	}
	_ = bar.Add64(b.Count)
	for first := true; ; first = false {
		page, err := c.call(ctx, http.MethodGet, b.Next, "", nil)
		if err != nil {
			return b.Count, err
		}
		if first { // not before there is something to write: an older export may stand there
			if err := endAt(file, b.Size); err != nil {
				return b.Count, err
			}
		}
		lines, count := page.body, c.rows(page.body)
		if c.Format == "csv" && b.Size > 0 {
			_, lines, _ = bytes.Cut(lines, []byte("\n")) // the heading stands there
		}
		if _, err := file.Write(lines); err != nil {
			return b.Count, err
		}
		_ = bar.Add64(count)
		b.Count += count
		next := nextPage.FindStringSubmatch(page.header.Get("Link"))
		if next == nil {
			return b.Count, nil
		}
		b.Next, b.Size = next[1], b.Size+int64(len(lines))
		if err := errors.Join(file.Sync(), b.save(c.Out)); err != nil {
			return b.Count, err
		}
	}
}

// rows counts the customers of a page; in CSV a cell can have line breaks.
func (c exportCustomers) rows(page []byte) (n int64) {
	if c.Format != "csv" {
		return int64(bytes.Count(page, []byte("\n")))
	}
	in := csv.NewReader(bytes.NewReader(page))
	in.ReuseRecord, in.FieldsPerRecord = true, -1
	for n = -1; ; n++ { // the heading is none
		if _, err := in.Read(); err != nil {
			return max(n, 0)
		}
	}
}

// endAt ends the file there: an interruption may have left half a page.
func endAt(file *os.File, size int64) error {
	if err := file.Truncate(size); err != nil {
		return err
	}
	_, err := file.Seek(size, io.SeekStart)
	return err
}
