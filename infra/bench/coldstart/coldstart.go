// Package coldstart times how a bootstrap starts, as Lambda starts it: a
// process with an environment that asks a Runtime API for its first event.
//
// What it cannot show is Lambda's own part (placing the sandbox, fetching the
// zip, the TLS handshake with the table). What it shows is ours: how long the
// process needs until it asks, and from then until it has answered. Compare it
// with another bootstrap of the same run, never with another machine.
package coldstart

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

const startTimeout = 15 * time.Second

// Start is one cold start.
type Start struct {
	Init   time.Duration // process start until it asks for an event
	Answer time.Duration // process start until its first answer
	Memory int64         // peak resident bytes until then
}

// Run starts a bootstrap once and ends it after its first answer, which must be
// a success. With cold its pages are dropped from the page cache before.
func Run(ctx context.Context, path string, env []string, event []byte, cold bool) (s Start, err error) {
	if cold {
		if err := dropPages(path); err != nil {
			return s, fmt.Errorf("coldstart: drop the pages of %s: %w", path, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	api, err := serveRuntime(ctx, event)
	if err != nil {
		return s, err
	}
	defer api.close()
	cmd := exec.CommandContext(ctx, path)
	cmd.Env = append(env, "AWS_LAMBDA_RUNTIME_API="+api.address)
	cmd.Stderr = os.Stderr
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return s, fmt.Errorf("coldstart: start: %w", err)
	}
	defer func() {
		cancel() // kills it
		_ = cmd.Wait()
	}()
	return api.watch(ctx, began, cmd.Process.Pid)
}

// watch takes the times of the one start.
func (api *runtimeAPI) watch(ctx context.Context, began time.Time, pid int) (s Start, err error) {
	select {
	case a := <-api.answered:
		if a.err != nil {
			return s, a.err
		}
		s.Init, s.Answer = (<-api.asked).Sub(began), a.at.Sub(began)
		s.Memory, err = peakMemory(pid)
		return s, err
	case <-ctx.Done():
		return s, errors.New("coldstart: no answer in time: " + ctx.Err().Error())
	}
}
