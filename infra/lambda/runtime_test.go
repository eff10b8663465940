package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/lagniappe/lagniappe/infra/demo"
	"github.com/lagniappe/lagniappe/infra/emulator"
	"github.com/lagniappe/lagniappe/infra/house"
	"github.com/lagniappe/lagniappe/infra/template"
)

// twin is a table emulator of its own with the demo shop, and the house on it.
type twin struct {
	endpoint, secret string
	house            *house.House
}

func newTwin(t *testing.T, tpl *template.Template) twin {
	t.Helper()
	dir := t.TempDir()
	e, err := emulator.Start(t.Context(), emulator.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Stop() })
	w := twin{endpoint: e.Endpoint, secret: filepath.Join(dir, "secret")}
	if w.house, err = house.New(house.Options{Template: tpl, Endpoint: w.endpoint, Secret: w.secret}); err != nil {
		t.Fatal(err)
	}
	err = emulator.Prepare(t.Context(), e, w.house.Client, tpl.Tables)
	if err == nil {
		err = demo.Seed(t.Context(), w.house.Operator)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// environment is what Lambda gives a function, and where the local parts are.
func (w twin) environment(f template.Function) []string {
	env := []string{"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local"}
	for name, value := range f.Environment {
		env = append(env, name+"="+value)
	}
	return append(env, "DYNAMODB_ENDPOINT="+w.endpoint, "SECRET_FILE="+w.secret)
}

// lambdaRuntime is a running bootstrap: the address that invokes it.
type lambdaRuntime string

// startRuntime gives the function no more of our environment than Lambda would.
func startRuntime(t *testing.T, rie, bootstrap string, env []string) lambdaRuntime {
	t.Helper()
	if _, err := os.Stat(bootstrap); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	cmd := exec.CommandContext(t.Context(), rie, "--runtime-interface-emulator-address", address,
		"--runtime-api-address", freeAddress(t), bootstrap)
	cmd.Dir = t.TempDir()
	cmd.Env = append(env, "AWS_LAMBDA_FUNCTION_TIMEOUT=10")
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it ends the bootstrap then
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // by now t.Context is done, so it always ends by a signal
	return lambdaRuntime("http://" + address + "/2015-03-31/functions/function/invocations")
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// response is what a function answers, or what Lambda says of one that failed.
type response struct {
	events.APIGatewayV2HTTPResponse
	ErrorMessage string `json:"errorMessage"`
}

func (r lambdaRuntime) invoke(t *testing.T, event []byte) (answer response) {
	t.Helper()
	raw := r.post(t, event)
	if err := json.Unmarshal(raw, &answer); err != nil || answer.ErrorMessage != "" {
		t.Fatalf("it failed: %s (%v)", raw, err)
	}
	return answer
}

// post waits until the emulator listens.
func (r lambdaRuntime) post(t *testing.T, event []byte) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, string(r), bytes.NewReader(event))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if errors.Is(err, syscall.ECONNREFUSED) {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
}
