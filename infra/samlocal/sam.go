package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/lagniappe/lagniappe/infra/demo"
	"github.com/lagniappe/lagniappe/infra/template"
	"github.com/lagniappe/lagniappe/internal/app"
)

// sam is the SAM CLI with what every call of ours needs.
type sam struct {
	ctx       context.Context
	program   string
	flags     []string
	functions []template.Function
}

// prepare gives each built function the installation's secret, in the one
// folder that its container sees, and writes the file that tells it so.
func (o options) prepare(ctx context.Context, tpl *template.Template, secretFile string) (*sam, error) {
	env := map[string]string{"SECRET_ARN": "local", "SECRET_FILE": secretFile}
	secret, err := app.Secret(ctx, func(name string) string { return env[name] })
	if err != nil {
		return nil, err
	}
	for _, f := range tpl.Functions {
		if f.Environment["SECRET_ARN"] == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(o.Build, f.LogicalID, "secret"), secret, 0o600); err != nil {
			return nil, fmt.Errorf("%s is not built: %w", f.LogicalID, err)
		}
	}
	parameters := map[string]string{ //nolint:gosec // the path of the secret, not the secret
		"DYNAMODB_ENDPOINT": fmt.Sprintf("http://host.docker.internal:%d", o.TablePort),
		"SECRET_FILE":       "/var/task/secret", // the folder of the function, in the container
	}
	variables, err := json.Marshal(map[string]any{"Parameters": parameters}) // that is SAM's word for "all functions"
	if err != nil {
		return nil, err
	}
	file := filepath.Join(o.Build, "env.json")
	flags := []string{
		"--template", filepath.Join(o.Build, "template.yaml"), "--env-vars", file,
		"--parameter-overrides", "Architecture=" + o.Arch,
		"--add-host", "host.docker.internal:host-gateway", // Docker on Linux does not know that name by itself
	}
	return &sam{ctx: ctx, program: o.SAM, flags: flags, functions: tpl.Functions}, os.WriteFile(file, variables, 0o600)
}

// run passes on SIGTERM only: the terminal's Ctrl-C reaches SAM without us, and
// told twice, it would leave its containers behind.
func (s *sam) run(out io.Writer, command string, args ...string) error {
	ctx, stop := signal.NotifyContext(context.WithoutCancel(s.ctx), syscall.SIGTERM)
	defer stop()
	cmd := exec.CommandContext(ctx, s.program, slices.Concat([]string{"local", command}, args, s.flags)...)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	cmd.Env = append(os.Environ(), "SAM_CLI_TELEMETRY=0")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	err := cmd.Run()
	if s.ctx.Err() != nil {
		return errStopped
	}
	return err
}

// errStopped is no failure: somebody wanted it.
var errStopped = errors.New("stopped")

type startAPI struct {
	Port int `help:"Port of the API." default:"8080" env:"PORT"`
}

// Run serves until Ctrl-C.
func (c startAPI) Run(s *sam) error {
	fmt.Printf("The demo shop's keys:\n\nexport SK=%s\nexport PK=%s\n\n", demo.SecretKey, demo.PublishableKey)
	return s.run(os.Stdout, "start-api", "--port", strconv.Itoa(c.Port),
		"--warm-containers", "LAZY") // EAGER leaves some of its containers behind when it ends
}

type invoke struct{}

// Run prints each answer, and fails when one is not a success.
func (invoke) Run(s *sam) error {
	var failed error
	for _, f := range s.functions {
		event := filepath.Join("events", f.Folder+".json")
		err := s.invoke(f.LogicalID, event)
		if errors.Is(err, errStopped) {
			return err
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s, asked with %s: %w", f.LogicalID, event, err))
		}
	}
	return failed
}

func (s *sam) invoke(function, event string) error {
	var out bytes.Buffer
	if err := s.run(io.MultiWriter(&out, os.Stdout), "invoke", function, "--event", event); err != nil {
		return err
	}
	fmt.Println()
	var answer struct { // null where the clock calls
		StatusCode   int    `json:"statusCode"`
		ErrorMessage string `json:"errorMessage"`
	}
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		return fmt.Errorf("read its answer: %w", err)
	}
	if answer.StatusCode > 299 || answer.ErrorMessage != "" {
		return fmt.Errorf("it failed: status %d %s", answer.StatusCode, answer.ErrorMessage)
	}
	return nil
}
