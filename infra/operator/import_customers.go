package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/schollz/progressbar/v3"
)

// importCustomers sends a file of customers in parts.
type importCustomers struct {
	api
	File       string `arg:"" type:"existingfile" help:"CSV in UTF-8 with a heading, or JSON Lines."`
	Format     string `help:"csv or jsonl; left out, the file's ending decides." enum:"csv,jsonl," default:""`
	OnExisting string `help:"What becomes of customers who are there already: replace (all that the file leaves out goes) or skip." enum:"replace,skip" required:""`
}

// sums are what became of lines.
type sums struct{ Lines, Accepted, Skipped, Refused int64 }

// Run sends the parts one after the other. The same command again, after whatever
// went wrong, sends them once more: those that are done answer as before.
func (c importCustomers) Run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	media, err := c.media()
	if err != nil {
		return err
	}
	cut, err := newParts(file, media == "text/csv")
	if err != nil {
		return err
	}
	b, err := c.begin(ctx)
	if err != nil {
		return err
	}
	bar := newBar(info.Size(), "customers", progressbar.OptionShowBytes(true))
	all, err := c.send(ctx, cut, b.Import, media, bar)
	stopBar(bar, err)
	fmt.Fprintf(os.Stderr, "%s: %d lines; %d accepted, %d skipped, %d refused\n", b.Import, all.Lines, all.Accepted, all.Skipped, all.Refused)
	if err != nil {
		return unfinished(ctx, err, c.File)
	}
	if err := os.Remove(progressFile(c.File)); err != nil {
		return err
	}
	if all.Refused > 0 {
		return fmt.Errorf("%d of %d lines were refused", all.Refused, all.Lines)
	}
	return nil
}

func (c importCustomers) media() (string, error) {
	format := c.Format
	if format == "" {
		format = strings.TrimPrefix(strings.ToLower(filepath.Ext(c.File)), ".")
	}
	switch format {
	case "csv":
		return "text/csv", nil
	case "jsonl", "ndjson":
		return "application/x-ndjson", nil
	}
	return "", errors.New("say --format csv or --format jsonl")
}

// begin makes the import, or finds the one that was interrupted.
func (c importCustomers) begin(ctx context.Context) (begun, error) {
	b, err := readProgress(c.File)
	if err != nil {
		return b, err
	}
	if b.Import != "" {
		if b.OnExisting != c.OnExisting {
			return b, fmt.Errorf("this import was begun with --on-existing %s; to begin anew, remove %s first", b.OnExisting, progressFile(c.File))
		}
		return b, nil
	}
	// An answer that is lost leaves an import with nothing in it.
	wish, err := json.Marshal(map[string]string{"kind": "customers", "on_existing": c.OnExisting})
	if err != nil {
		return b, err
	}
	r, err := c.call(ctx, http.MethodPost, "/v1/imports", "application/json", wish)
	if err != nil {
		return b, err
	}
	var made struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(r.body, &made); err != nil {
		return b, err
	}
	b = begun{Import: made.ID, OnExisting: c.OnExisting}
	return b, b.save(c.File)
}

// send sends all parts, and prints what was refused.
func (c importCustomers) send(ctx context.Context, cut *parts, id, media string, bar *progressbar.ProgressBar) (all sums, err error) {
	for number := 1; ; number++ {
		p, err := cut.read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		done, err := c.sendPart(ctx, fmt.Sprintf("/v1/imports/%s/parts/%d", id, number), media, p)
		if err != nil {
			return all, fmt.Errorf("part %d (from line %d of the file on): %w", number, p.shift+2, err)
		}
		_ = bar.Add(len(p.body) - len(cut.heading))
		all.Lines, all.Accepted = all.Lines+done.Lines, all.Accepted+done.Accepted
		all.Skipped, all.Refused = all.Skipped+done.Skipped, all.Refused+done.Refused
	}
}

// report is what became of a part.
type report struct {
	sums
	Refusals struct {
		Data []struct {
			Line   int    `json:"line"`
			Code   string `json:"code"`
			Param  string `json:"param"`
			Detail string `json:"detail"`
		} `json:"data"`
		NextCursor string `json:"next_cursor"`
	} `json:"refusals"`
}

func (c importCustomers) sendPart(ctx context.Context, path, media string, p part) (sums, error) {
	r, err := c.call(ctx, http.MethodPut, path, media, p.body)
	for {
		var page report
		if err == nil {
			err = json.Unmarshal(r.body, &page)
		}
		if err != nil {
			return page.sums, err
		}
		for _, refusal := range page.Refusals.Data {
			fmt.Printf("line %d\t%s\t%s\t%s\n", refusal.Line+p.shift, refusal.Code, refusal.Param, refusal.Detail)
		}
		if page.Refusals.NextCursor == "" {
			return page.sums, nil
		}
		r, err = c.call(ctx, http.MethodGet, path+"?limit=100&cursor="+url.QueryEscape(page.Refusals.NextCursor), "", nil)
	}
}
