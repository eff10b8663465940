package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// ErrNoNpm is returned when the emulator has to be installed and cannot be.
var ErrNoNpm = errors.New("npm is missing: install Node.js 20 or newer, which brings it, and run this again")

func installHere(ctx context.Context, k kind, log io.Writer) (program string, err error) {
	dir, err := folder()
	if err != nil {
		return "", err
	}
	return install(ctx, k, dir, log)
}

// install returns the program in dir, after running npm when it is not there
// in the pinned version. The lock is for `go test ./...`, whose packages all
// come here at the same time on a fresh checkout.
func install(ctx context.Context, k kind, dir string, log io.Writer) (program string, err error) {
	unlock, err := lock(dir)
	if err != nil {
		return "", err
	}
	defer unlock()
	if program = k.installed(dir); program != "" {
		return program, nil
	}
	if err := npmCI(ctx, k, dir, log); err != nil {
		return "", err
	}
	if program = k.installed(dir); program == "" {
		return "", fmt.Errorf("emulator: npm ci in %s brought no %s/%s", dir, k.npmPackage, k.program)
	}
	return program, nil
}

// folder finds infra/emulator from any folder of the module. The path that the
// compiler noted would do, but builds with -trimpath drop it.
func folder() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("emulator: find the module: %w", err)
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		candidate := filepath.Join(dir, "infra", "emulator")
		if exists(filepath.Join(dir, "go.mod")) && exists(filepath.Join(candidate, "package-lock.json")) {
			return candidate, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("emulator: %s is not inside the repository: run this from within it", here)
		}
	}
}

// installed finds the program, or "". It compares with npm's own note of what
// it installed. npm writes that note last, so an interrupted run or an older
// version does not count.
func (k kind) installed(dir string) (program string) {
	want, err := k.lockedVersion(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return ""
	}
	got, err := k.lockedVersion(filepath.Join(dir, "node_modules", ".package-lock.json"))
	if err != nil || got != want {
		return ""
	}
	found, err := filepath.Glob(filepath.Join(dir, k.npmPackage, k.program))
	if err != nil || len(found) != 1 {
		return ""
	}
	return found[0]
}

func (k kind) lockedVersion(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var locked struct {
		Packages map[string]struct {
			Version string `json:"version"`
		} `json:"packages"`
	}
	if err := json.Unmarshal(raw, &locked); err != nil {
		return "", err
	}
	return locked.Packages[k.npmPackage].Version, nil
}

func npmCI(ctx context.Context, k kind, dir string, log io.Writer) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return ErrNoNpm
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, npm, "ci", "--no-audit", "--no-fund", k.npmFlag)
	cmd.Dir = dir
	cmd.Stdout = io.MultiWriter(&said, log)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("emulator: npm ci in %s: %w\n%s", dir, err, &said)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
