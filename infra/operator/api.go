package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
)

// api is Lagniappe as a shop calls it. Customers go in and out that way, not by
// the tables: what holds for a shop's calls holds here.
type api struct {
	API string `help:"Address of the API." env:"LAGNIAPPE_API" default:"http://127.0.0.1:8080"`
	Key string `help:"A secret key of the shop's side, with customers:read and customers:write; better in the environment than here." env:"LAGNIAPPE_KEY" required:""`
}

// reply is an answer that is no error.
type reply struct {
	header http.Header
	body   []byte
}

// How often a call is made that may go well later, and the longest wait between.
const (
	maxCalls    = 12
	longestWait = 10 * time.Second
	saySoAt     = 2                // calls that failed before it is told: a wrong address, say
	callTimeout = 40 * time.Second // the gateway gives up after 30
)

var errLater = errors.New("not now")

// call sends a request until it is answered. All that are sent here may be sent again.
func (a api) call(ctx context.Context, method, path, media string, body []byte) (reply, error) {
	for n := 0; ; n++ {
		r, wait, err := a.once(ctx, method, path, media, body)
		if !errors.Is(err, errLater) || n+1 == maxCalls {
			return r, err
		}
		if n == saySoAt {
			fmt.Fprintf(os.Stderr, "\n%v; trying again\n", err)
		}
		select {
		case <-ctx.Done():
			return r, context.Cause(ctx)
		case <-time.After(max(wait, min(200*time.Millisecond<<n, longestWait))):
		}
	}
}

func (a api) once(ctx context.Context, method, path, media string, body []byte) (out reply, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(a.API, "/")+path, bytes.NewReader(body))
	if err != nil {
		return out, 0, err
	}
	r.Header.Set("Authorization", "Bearer "+a.Key)
	r.Header.Set("Accept-Language", language(os.Getenv("LANG")))
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return out, 0, fmt.Errorf("%w: %w", errLater, err)
	}
	defer func() { _ = answer.Body.Close() }()
	out.header = answer.Header
	if out.body, err = io.ReadAll(answer.Body); err != nil {
		return out, 0, fmt.Errorf("%w: %w", errLater, err)
	}
	seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
	return out, time.Duration(seconds) * time.Second, refused(answer.StatusCode, out.body)
}

// refused is what a problem says.
func refused(status int, body []byte) error {
	if status < http.StatusBadRequest {
		return nil
	}
	var p struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
	}
	_ = json.Unmarshal(body, &p) // a gateway's answer may be none of ours
	err := fmt.Errorf("%d %s: %s", status, p.Code, p.Detail)
	if status == http.StatusTooManyRequests || status >= http.StatusInternalServerError {
		return fmt.Errorf("%w: %w", errLater, err)
	}
	return err
}

// begun is how far a command has come. It stands in a file beside the one that is
// read or written, so that the same command goes on after an interruption.
type begun struct {
	Import     string `json:"import,omitempty"`      // its id
	OnExisting string `json:"on_existing,omitempty"` // as it was begun
	Next       string `json:"next,omitempty"`        // the page that follows
	Size       int64  `json:"size,omitempty"`        // of the file up to there
	Count      int64  `json:"count,omitempty"`       // customers in it
}

func progressFile(file string) string { return file + ".progress" }

func readProgress(file string) (b begun, err error) {
	text, err := os.ReadFile(progressFile(file))
	if errors.Is(err, os.ErrNotExist) {
		return b, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	return b, err
}

// save puts the file in place as a whole.
func (b begun) save(file string) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	draft := progressFile(file) + "~"
	if err := os.WriteFile(draft, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, progressFile(file))
}

const barEvery = 100 * time.Millisecond

// newBar shows on the terminal how far a command is; -1: nobody knows of how much.
func newBar(most int64, what string, more ...progressbar.Option) *progressbar.ProgressBar {
	return progressbar.NewOptions64(most, append([]progressbar.Option{
		progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription(what), progressbar.OptionThrottle(barEvery),
		progressbar.OptionOnCompletion(func() { fmt.Fprintln(os.Stderr) }),
	}, more...)...)
}

// stopBar leaves a bar of what failed where it is: a full one would say that all is done.
func stopBar(bar *progressbar.ProgressBar, err error) {
	if err != nil {
		_ = bar.Exit()
		return
	}
	_ = bar.Finish()
}

// unfinished says why a command stopped, and how it goes on.
func unfinished(ctx context.Context, err error, file string) error {
	if cause := context.Cause(ctx); cause != nil {
		err = cause // Ctrl-C, not what it broke off
	}
	goesOn := "the same command goes on"
	if strings.Contains(err.Error(), "import_part_differs") {
		goesOn = "the file was changed after it was sent: as it was, " + goesOn
	}
	return fmt.Errorf("%w\n%s; to begin anew, remove %s first", err, goesOn, progressFile(file))
}

// language makes de_DE.UTF-8 what HTTP understands.
func language(locale string) string {
	locale, _, _ = strings.Cut(locale, ".")
	return strings.ReplaceAll(locale, "_", "-")
}
