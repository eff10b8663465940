package emulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

const startTimeout = time.Minute // a Java machine on a busy one

// process is a child that ends with its parent.
type process struct {
	cmd    *exec.Cmd
	output *output
	done   chan struct{}
}

// start runs the program until it answers, or explains why it does not.
func start(ctx context.Context, k kind, program string, o Options) (*Emulator, error) {
	if k.everywhere {
		o.Host = "0.0.0.0"
	}
	if err := o.taken(ctx); err != nil {
		return nil, err
	}
	data := filepath.Join(o.Dir, k.data)
	argv, err := k.command(program, data, o)
	if err != nil {
		return nil, err
	}
	p, err := launch(ctx, k, argv, o.Log)
	if err != nil {
		return nil, fmt.Errorf("emulator: start: %w", err)
	}
	e := &Emulator{Endpoint: endpoint(o.Host, o.Port), PID: p.cmd.Process.Pid, kind: k, data: data, process: p}
	if err := p.ready(ctx, e.Endpoint, k.health); err != nil {
		return nil, errors.Join(o.reason(ctx, err), p.stop(time.Second))
	}
	return e, nil
}

// reason prefers the port as an explanation: another process may have taken it
// since we looked.
func (o Options) reason(ctx context.Context, err error) error {
	if errors.Is(err, errEnded) {
		if taken := o.taken(ctx); taken != nil {
			return taken
		}
	}
	return err
}

// launch starts the child from a goroutine that keeps its thread until the
// child ends: the kernel's "die with the parent" means the thread that forked.
func launch(ctx context.Context, k kind, argv []string, log io.Writer) (*process, error) {
	p := &process{output: newOutput(log, k.listening), done: make(chan struct{})}
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), argv[0], argv[1:]...) // Stop ends it, not ctx
	p.cmd.Env = append(os.Environ(), k.env...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.SysProcAttr = childAttributes()
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.done)
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // it always ends by a signal
		}
	}()
	return p, <-started
}

var errEnded = errors.New("it ended at once")

// ready waits for the child's own word that it listens, because a request
// alone might be answered by a stranger on the same port.
func (p *process) ready(ctx context.Context, endpoint string, health int) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	select {
	case <-p.output.listening:
		return answer(ctx, endpoint, health)
	case <-p.done:
		return fmt.Errorf("emulator: start: %w, saying: %s", errEnded, p.output.tail())
	case <-ctx.Done():
		return fmt.Errorf("emulator: wait until it listens: %w; it said: %s", ctx.Err(), p.output.tail())
	}
}

// answer makes one request: the endpoint's root is a health check of dynoxide,
// and DynamoDB Local refuses it.
func answer(ctx context.Context, endpoint string, health int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint, nil)
	if err != nil {
		return fmt.Errorf("emulator: ask whether it is healthy: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("emulator: ask whether it is healthy: %w", err)
	}
	_ = res.Body.Close()
	if res.StatusCode != health {
		return fmt.Errorf("emulator: ask whether it is healthy: %s", res.Status)
	}
	return nil
}

// stop signals this one child only; the handle that os.Process holds cannot
// hit another process that got the same number since.
func (p *process) stop(patience time.Duration) error {
	if err := p.signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(patience):
	}
	if err := p.signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.done
	return nil
}

func (p *process) signal(s os.Signal) error {
	err := p.cmd.Process.Signal(s)
	if err == nil || errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return fmt.Errorf("emulator: stop: %w", err)
}
