package main

import (
	"bytes"
	"context"
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
	err = c.write(ctx, file, b, bar)
	_ = bar.Finish()
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("%w\nthe same command goes on; to begin anew, remove %s first", err, progressFile(c.Out))
	}
	if err := os.Remove(progressFile(c.Out)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

var nextPage = regexp.MustCompile(`^<([^>]+)>; rel="next"$`)

// write fetches the pages from the one that is next, and notes after each how far it is.
func (c exportCustomers) write(ctx context.Context, file *os.File, b begun, bar *progressbar.ProgressBar) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	switch {
	case b.Next != "" && (!strings.Contains(b.Next, "format="+c.Format) || info.Size() < b.Size):
		return errors.New("this export was begun in another format, or its file is not there any more")
	case b.Next == "":
		b = begun{Next: "/v1/customers?limit=1000&format=" + c.Format}
	}
	if err := file.Truncate(b.Size); err != nil { // an interruption may have left half a page
		return err
	}
	if _, err := file.Seek(b.Size, io.SeekStart); err != nil {
		return err
	}
	for {
		page, err := c.call(ctx, http.MethodGet, b.Next, "", nil)
		if err != nil {
			return err
		}
		lines := page.body
		if c.Format == "csv" && b.Size > 0 {
			_, lines, _ = bytes.Cut(lines, []byte("\n")) // the heading stands there
		}
		if _, err := file.Write(lines); err != nil {
			return err
		}
		_ = bar.Add(bytes.Count(lines, []byte("\n")))
		next := nextPage.FindStringSubmatch(page.header.Get("Link"))
		if next == nil {
			return nil
		}
		b.Next, b.Size = next[1], b.Size+int64(len(lines))
		if err := errors.Join(file.Sync(), b.save(c.Out)); err != nil {
			return err
		}
	}
}
