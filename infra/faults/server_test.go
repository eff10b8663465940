package faults

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lagniappe/lagniappe/infra/demo"
	"github.com/lagniappe/lagniappe/infra/emulator"
	"github.com/lagniappe/lagniappe/infra/template"
	"github.com/lagniappe/lagniappe/infra/testbed"
)

// asServer in the environment makes this test's binary the API server, so that
// the short form of the soak builds nothing. `make soak` builds infra/local and
// names it in serverBinary.
const (
	asServer     = "LAGNIAPPE_FAULTS_SERVER"
	serverBinary = "LAGNIAPPE_LOCAL"
)

// serve is the child: what infra/local does, less the tables and the talk.
func serve() {
	err := func() (err error) {
		suite.Bed = &testbed.Bed{Dir: os.Getenv("LAGNIAPPE_DATA")} // the secret lies there
		if suite.Template, err = template.Load(filepath.Join("..", "..", "template.yaml")); err != nil {
			return err
		}
		h, err := newHouse(os.Getenv("DYNAMODB_ENDPOINT"))
		if err != nil {
			return err
		}
		if err := demo.Seed(context.Background(), h.Operator); err != nil {
			return err
		}
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:"+os.Getenv("PORT"))
		if err != nil {
			return err
		}
		fmt.Println(saysUp)
		return (&http.Server{Handler: h, ReadHeaderTimeout: time.Second}).Serve(l)
	}()
	fmt.Fprintln(os.Stderr, err)
}

// saysUp is what infra/local prints when it serves.
const saysUp = "Lagniappe is up"

// server is an API server in a process of its own.
type server struct {
	t    *testing.T
	base string
	env  []string
	cmd  *exec.Cmd
}

func newServer(t *testing.T, endpoint string) *server {
	t.Helper()
	port := freePort(t)
	return &server{t: t, base: "http://127.0.0.1:" + port, env: append(os.Environ(),
		asServer+"=yes", "PORT="+port, "DYNAMODB_ENDPOINT="+endpoint, "LAGNIAPPE_DATA="+t.TempDir())}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// start returns when the server says that it serves.
func (s *server) start() {
	binary := os.Getenv(serverBinary)
	if binary == "" {
		binary = os.Args[0]
	}
	s.cmd = exec.CommandContext(context.WithoutCancel(s.t.Context()), binary) //nolint:gosec // our own; kill ends it, after the test's last request
	if os.Getenv(serverBinary) != "" {
		s.cmd.Dir = filepath.Join("..", "..")
	}
	s.cmd.Env, s.cmd.Stderr = s.env, complaints{}
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		s.t.Errorf("start the server: %v", err)
		return
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), saysUp) {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return
		}
	}
	s.t.Error("the server ended at its start")
}

// complaints are what a server says, less its access log.
type complaints struct{}

func (complaints) Write(p []byte) (int, error) {
	for line := range bytes.Lines(p) {
		if !bytes.Contains(line, []byte("level=INFO")) {
			_, _ = os.Stderr.Write(line)
		}
	}
	return len(p), nil
}

func (s *server) kill() {
	_ = s.cmd.Process.Kill() // SIGKILL; it may have ended
	_ = s.cmd.Wait()
}

func readReply(res *http.Response) reply {
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{status: http.StatusBadGateway} // killed in the midst of its answer
	}
	return newReply(res.StatusCode, res.Header, raw)
}

// table is an emulator that comes back on the same port and file.
type table struct {
	*emulator.Emulator
	t       *testing.T
	options emulator.Options
	client  *dynamodb.Client
}

func newTable(t *testing.T) *table {
	t.Helper()
	x := &table{t: t, options: emulator.Options{Dir: t.TempDir()}}
	x.start()
	address, err := url.Parse(x.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	if x.options.Port, err = strconv.Atoi(address.Port()); err != nil {
		t.Fatal(err)
	}
	h, err := newHouse(x.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	x.client = h.Client
	if err := emulator.Prepare(t.Context(), x.Emulator, x.client, suite.Template.Tables); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Stop() })
	return x
}

func (x *table) start() {
	e, err := emulator.Start(x.t.Context(), x.options)
	if err != nil {
		x.t.Errorf("start the table: %v", err)
		return
	}
	x.Emulator = e
}

func (x *table) kill() {
	if err := syscall.Kill(x.PID, syscall.SIGKILL); err != nil {
		x.t.Errorf("kill the table: %v", err)
	}
	<-x.Done()
}
