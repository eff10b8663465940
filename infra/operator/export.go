package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"

	"github.com/lagniappe/lagniappe/internal/coupon"
	"github.com/lagniappe/lagniappe/internal/dynamo"
)

// exportCodes writes the codes of a batch: one row is read, the rest is arithmetic.
type exportCodes struct {
	side
	Batch          string `arg:"" help:"The batch's id (bat_…)."`
	CampaignsTable string `help:"Name of the table of campaigns (output CampaignsTable of the stack)." env:"CAMPAIGNS_TABLE" required:""`
	Format         string `help:"csv, or jsonl for a JSON object a line." enum:"csv,jsonl" default:"csv"`
	Out            string `help:"The file to write; standard output where it is not named." type:"path"`
	From           int64  `help:"Go on with this code; the codes before it stand in the file already." default:"0"`
}

// How codes are written: in large pieces, after each of which the number of the
// next code is certain.
const (
	flushEvery = 10_000
	bufferSize = 1 << 20

	lineCSV  = "%s,%s\n"
	lineJSON = "{\"code\":\"%s\",\"coupon\":\"%s\"}\n"
)

// Run writes the codes. What was written before an interruption stays: the error says how to go on.
func (c exportCodes) Run(ctx context.Context, store *dynamo.Store) error {
	b, err := store.Batch(ctx, c.space(), c.Batch)
	if err != nil {
		return err
	}
	if c.From < 0 || c.From > b.Count {
		return fmt.Errorf("--from lies between 0 and %d, the number of codes", b.Count)
	}
	coder, err := coupon.NewCoder(b)
	if err != nil {
		return err
	}
	file, err := c.open()
	if err != nil {
		return err
	}
	bar := newBar(b.Count, "codes", progressbar.OptionShowCount(), progressbar.OptionShowIts())
	next, err := c.write(file, coder, bar.Set64)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("%w\ngo on with --from %d", err, next)
	}
	return nil
}

// open begins the file, or, to go on, cuts it behind the codes that are to stay.
func (c exportCodes) open() (*os.File, error) {
	switch {
	case c.Out == "":
		return os.Stdout, nil
	case c.From == 0:
		return os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // codes are money to whoever reads them
	}
	f, err := os.OpenFile(c.Out, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	if err := c.cut(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// cut leaves the codes before From, and whatever stands behind them goes: an
// interruption may have left half a line.
func (c exportCodes) cut(f *os.File) error {
	lines := c.From
	if c.Format == "csv" {
		lines++
	}
	in, keep := bufio.NewReader(f), int64(0)
	for n := range lines {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("%s has %d whole lines, and --from %d needs %d before it", c.Out, n, c.From, lines)
		}
		keep += int64(len(line))
	}
	if err := f.Truncate(keep); err != nil {
		return err
	}
	_, err := f.Seek(keep, io.SeekStart)
	return err
}

// write gives the number of the first code that is not in w for certain.
func (c exportCodes) write(w io.Writer, coder *coupon.Coder, seen func(int64) error) (next int64, err error) {
	out := bufio.NewWriterSize(w, bufferSize)
	if c.Format == "csv" && c.From == 0 {
		_, err = out.WriteString("code,coupon\n")
	}
	line, code := lineCSV, []byte(nil)
	if c.Format == "jsonl" {
		line = lineJSON
	}
	next = c.From
	for i := c.From; i < coder.Count && err == nil; {
		for end := min(i+flushEvery, coder.Count); i < end && err == nil; i++ {
			code = coder.Append(code[:0], i)
			_, err = fmt.Fprintf(out, line, code, coder.IDOf(i)) // neither holds what CSV or JSON would have to quote
		}
		if err = errors.Join(err, out.Flush()); err == nil {
			next, err = i, seen(i)
		}
	}
	return next, errors.Join(err, out.Flush())
}
